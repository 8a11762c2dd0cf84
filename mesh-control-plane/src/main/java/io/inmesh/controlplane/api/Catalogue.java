package io.inmesh.controlplane.api;

import io.inmesh.config.Locality;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.ads.AdsServer;
import io.inmesh.controlplane.ads.NodeStatus;
import io.inmesh.controlplane.api.Views.InstanceView;
import io.inmesh.controlplane.api.Views.NodeView;
import io.inmesh.controlplane.api.Views.PortView;
import io.inmesh.controlplane.api.Views.ServiceView;
import io.inmesh.controlplane.api.Views.TypeView;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.Protocol;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Workload;
import io.inmesh.controlplane.registry.Registration;
import io.inmesh.controlplane.registry.Registry;
import io.inmesh.identity.SpiffeId;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Services with their instances, and nodes: files, registry and streams seen together. */
final class Catalogue {
  /** The key of a node's metadata under which it tells of its certificate. */
  private static final String CERTIFICATE = "INMESH_CERTIFICATE";

  private final Supplier<MeshModel> model;
  private final Registry registry;
  private final AdsServer ads;
  private final String trustDomain;

  Catalogue(Supplier<MeshModel> model, Registry registry, AdsServer ads, String trustDomain) {
    this.model = model;
    this.registry = registry;
    this.ads = ads;
    this.trustDomain = trustDomain;
  }

  /** All services, by namespace and name. */
  CompletionStage<List<ServiceView>> services() {
    return ads.nodes().thenApply(this::services);
  }

  private List<ServiceView> services(List<NodeStatus> nodes) {
    var streams = new HashMap<String, NodeStatus>();
    nodes.forEach(node -> key(node).ifPresent(key -> streams.put(key, node)));
    var instances = new TreeMap<String, List<InstanceView>>();
    var ofRegistry = new TreeMap<String, Registration>();
    for (Registration registration : registry.instances()) {
      String name = registration.namespace() + "/" + registration.service();
      ofRegistry.put(name, registration);
      instances
          .computeIfAbsent(name, absent -> new ArrayList<>())
          .add(instance(registration, Optional.ofNullable(streams.get(registration.key()))));
    }
    var views = new ArrayList<ServiceView>();
    for (Service service : model.get().services()) {
      String name = service.namespace() + "/" + service.origin().name();
      List<InstanceView> all = new ArrayList<>(instances.getOrDefault(name, List.of()));
      instances.remove(name);
      service.endpoints().forEach(endpoint -> all.add(instance(service, endpoint)));
      views.add(view(service, all));
    }
    ofRegistry.forEach(
        (name, any) -> {
          List<InstanceView> all = instances.get(name);
          if (all != null) {
            views.add(unconfigured(any, all));
          }
        });
    views.sort(Comparator.comparing(ServiceView::namespace).thenComparing(ServiceView::name));
    return views;
  }

  private static Optional<String> key(NodeStatus node) {
    if (!(node.node().node().metadata().get(Registration.METADATA_KEY) instanceof Map<?, ?> said)) {
      return Optional.empty();
    }
    var fields = new HashMap<String, Object>();
    said.forEach((name, value) -> fields.put(String.valueOf(name), value));
    try {
      return Optional.of(Registration.of(fields).key());
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private ServiceView view(Service service, List<InstanceView> instances) {
    return new ServiceView(
        service.origin().name(),
        service.namespace(),
        service.host(),
        service.external(),
        service.external()
            ? Optional.empty()
            : Optional.of(identity(service.namespace(), service.origin().name())),
        service.ports().stream()
            .map(port -> new PortView(port.number(), port.name(), token(port.protocol())))
            .toList(),
        instances);
  }

  private ServiceView unconfigured(Registration of, List<InstanceView> instances) {
    return new ServiceView(
        of.service(),
        of.namespace(),
        model.get().settings().host(of.service(), of.namespace()),
        false,
        Optional.of(identity(of.namespace(), of.service())),
        List.of(new PortView(80, of.protocol(), of.protocol())),
        instances);
  }

  private static String token(Protocol protocol) {
    return protocol.token().toLowerCase(Locale.ROOT);
  }

  private String identity(String namespace, String service) {
    return SpiffeId.ofServiceAccount(trustDomain, namespace, service).uri();
  }

  private InstanceView instance(Registration of, Optional<NodeStatus> stream) {
    return new InstanceView(
        of.address().host(),
        of.address().port(),
        stream.isPresent() ? "healthy" : "lost",
        true,
        of.protocol(),
        of.weight(),
        locality(of.locality()),
        Optional.ofNullable(of.labels().get("version")),
        new TreeMap<>(of.labels()),
        Optional.of(identity(of.namespace(), of.service())),
        stream.map(node -> node.node().node().id()),
        stream.flatMap(Catalogue::revision),
        stream.flatMap(Catalogue::expiry));
  }

  private InstanceView instance(Service service, Workload of) {
    return new InstanceView(
        of.address(),
        service.ports().isEmpty() ? of.port() : of.portFor(service.ports().get(0)),
        of.health().name().toLowerCase(Locale.ROOT),
        false,
        service.ports().isEmpty() ? "" : token(service.ports().get(0).protocol()),
        of.weight(),
        locality(of.locality()),
        Optional.ofNullable(of.labels().get("version")),
        new TreeMap<>(of.labels()),
        of.account().isEmpty()
            ? Optional.empty()
            : Optional.of(identity(of.namespace(), of.account())),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Optional<String> locality(Locality of) {
    return of.equals(Locality.NONE)
        ? Optional.empty()
        : Optional.of(of.region() + "/" + of.zone() + "/" + of.subZone());
  }

  /** The nodes that are connected. */
  CompletionStage<List<NodeView>> nodes() {
    return ads.nodes().thenApply(nodes -> nodes.stream().map(Catalogue::node).toList());
  }

  private static NodeView node(NodeStatus of) {
    var types = new TreeMap<String, TypeView>();
    of.types().forEach((type, status) -> types.put(name(type), type(status)));
    return new NodeView(
        of.node().node().id(),
        of.node().node().cluster(),
        of.node().kind().name().toLowerCase(Locale.ROOT),
        of.node().identity().map(SpiffeId::uri),
        of.node().peer(),
        of.variant(),
        of.since(),
        state(of),
        revision(of),
        expiry(of),
        types);
  }

  private static String name(Resource.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static TypeView type(NodeStatus.OfType of) {
    return new TypeView(
        of.resources(), of.sentRevision(), of.acceptedRevision(), of.rejection(), of.pending());
  }

  private static String state(NodeStatus of) {
    if (of.types().values().stream().anyMatch(type -> !type.rejection().isEmpty())) {
      return "rejected";
    }
    return of.types().values().stream().anyMatch(NodeStatus.OfType::pending) ? "pending" : "ok";
  }

  /**
   * The newest revision that it has accepted something of: types that nothing has changed in stay
   * at older ones.
   */
  private static Optional<String> revision(NodeStatus of) {
    return of.types().values().stream()
        .map(NodeStatus.OfType::acceptedRevision)
        .filter(revision -> !revision.isEmpty())
        .max(Comparator.comparingLong(Catalogue::number));
  }

  private static long number(String revision) {
    String digits = revision.replaceFirst("-.*", "");
    return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
  }

  private static Optional<Instant> expiry(NodeStatus of) {
    if (of.node().node().metadata().get(CERTIFICATE) instanceof Map<?, ?> said
        && said.get("not_after") instanceof String text) {
      try {
        return Optional.of(Instant.parse(text));
      } catch (DateTimeParseException malformed) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }
}
