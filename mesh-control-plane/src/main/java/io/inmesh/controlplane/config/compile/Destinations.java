package io.inmesh.controlplane.config.compile;

import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.model.Protocol;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Service.Defaults;
import io.inmesh.controlplane.config.model.Service.Port;
import io.inmesh.controlplane.config.model.Service.Resolution;
import io.inmesh.controlplane.config.model.Workload;
import io.inmesh.controlplane.config.model.WorkloadSource.Registered;
import io.inmesh.controlplane.config.problem.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Brings services and workloads together. */
final class Destinations {
  private static final int HTTP_PORT = 80;
  private static final Comparator<Workload> ORDER =
      Comparator.comparing(Workload::address)
          .thenComparingInt(Workload::port)
          .thenComparing(workload -> new TreeMap<>(workload.labels()).toString());

  private final MeshModel model;
  private final Map<String, List<Registered>> registered = new TreeMap<>();
  private final List<Workload> selectable = new ArrayList<>();

  Destinations(MeshModel model, List<Registered> workloads) {
    this.model = model;
    model.workloads().forEach(one -> selectable.add(one.workload()));
    workloads.stream()
        .sorted(Comparator.comparing(Registered::workload, ORDER))
        .forEach(
            one -> {
              Workload workload = one.workload();
              String host = model.settings().host(workload.service(), workload.namespace());
              registered.computeIfAbsent(host, key -> new ArrayList<>()).add(one);
              selectable.add(workload);
            });
  }

  /** All of them: what files define in their order, then what is only registered. */
  List<Destination> all() {
    var all = new ArrayList<Destination>();
    var defined = new HashSet<String>();
    for (Service service : model.services()) {
      defined.add(service.host());
      all.add(destination(service));
    }
    registered.forEach(
        (host, instances) -> {
          if (!defined.contains(host)) {
            all.add(destination(implied(host, instances)));
          }
        });
    return all;
  }

  /** A service that nobody configured: it has port 80, whatever port its instances have. */
  private Service implied(String host, List<Registered> instances) {
    Registered first = instances.get(0);
    String name = first.workload().service();
    var origin =
        new Origin(
            "Registration",
            first.workload().namespace(),
            name,
            new Position("", 0, 0, name, ""),
            Long.MAX_VALUE,
            Integer.MAX_VALUE);
    Protocol protocol = first.protocol();
    return new Service(
        origin,
        host,
        List.of(new Port(HTTP_PORT, "http", protocol, HTTP_PORT)),
        Resolution.STATIC,
        false,
        List.of(),
        List.of(),
        Map.of(),
        List.of(),
        Set.of("*"),
        Defaults.INMESH);
  }

  private Destination destination(Service service) {
    var workloads = new LinkedHashMap<String, Workload>();
    service.endpoints().forEach(workload -> add(workloads, workload));
    if (!service.selector().isEmpty()) {
      selectable.stream()
          .filter(one -> one.namespace().equals(service.namespace()))
          .filter(one -> one.hasLabels(service.selector()))
          .forEach(one -> add(workloads, one));
    }
    if (takesRegistered(service)) {
      registered
          .getOrDefault(service.host(), List.of())
          .forEach(one -> add(workloads, one.workload()));
    }
    List<String> accounts =
        workloads.values().stream()
            .filter(workload -> !workload.account().isEmpty())
            .map(workload -> workload.namespace() + "/" + workload.account())
            .distinct()
            .sorted()
            .toList();
    return new Destination(service, List.copyOf(workloads.values()), accounts);
  }

  private static boolean takesRegistered(Service service) {
    return service.defaults() == Defaults.INMESH
        || (service.resolution() == Resolution.STATIC
            && service.selector().isEmpty()
            && service.endpoints().isEmpty());
  }

  private static void add(Map<String, Workload> workloads, Workload one) {
    workloads.putIfAbsent(one.address() + " " + one.port() + " " + one.ports(), one);
  }
}
