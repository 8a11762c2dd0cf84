package io.inmesh.controlplane.config.istio;

import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.Protocol;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Service.Port;
import io.inmesh.controlplane.config.model.Service.Resolution;
import io.inmesh.controlplane.config.model.Workload;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads networking.istio.io ServiceEntry: each of its hosts is a service. */
final class ServiceEntries {
  private final Fields spec;
  private final ResourceHeader header;
  private final MeshBuilder mesh;

  private ServiceEntries(ResourceHeader header, MeshBuilder mesh) {
    this.spec = header.spec();
    this.header = header;
    this.mesh = mesh;
  }

  static void read(ResourceHeader header, MeshBuilder mesh) {
    new ServiceEntries(header, mesh).read();
  }

  private enum Location {
    MESH_EXTERNAL,
    MESH_INTERNAL
  }

  private void read() {
    String namespace = header.origin().namespace();
    List<Value> hosts = spec.required("hosts").map(Value::items).orElse(List.of());
    if (hosts.isEmpty()) {
      spec.owner().error("has no host");
    }
    List<String> addresses = spec.list("addresses", ServiceEntries::range);
    List<Port> ports = spec.list("ports", ServiceEntries::port);
    checkPorts(ports);
    Location location =
        spec.read("location", v -> v.choice(Location.class, Enum::name))
            .orElse(Location.MESH_EXTERNAL);
    Resolution resolution =
        spec.read("resolution", v -> v.choice(Resolution.class, Enum::name))
            .orElse(Resolution.NONE);
    List<Workload> endpoints = spec.list("endpoints", v -> endpoint(v, ports, resolution));
    Map<String, String> selector = spec.read("workloadSelector", this::selector).orElse(Map.of());
    List<String> names = spec.list("subjectAltNames", Value::text);
    Set<String> exportTo = Hosts.exportTo(spec, namespace);
    checkEndpoints(hosts, endpoints, resolution, location);
    spec.end();
    for (Value host : hosts) {
      mesh.add(
          new Service(
              header.origin(),
              host(host, mesh, namespace),
              ports,
              resolution,
              location == Location.MESH_EXTERNAL,
              addresses,
              names,
              selector,
              endpoints,
              exportTo,
              Service.Defaults.ISTIO));
    }
  }

  private static String host(Value value, MeshBuilder mesh, String namespace) {
    String host = Hosts.wildcard(value);
    if (host.equals("*")) {
      value.error("* is not a service");
    }
    return mesh.settings().qualify(host, namespace);
  }

  private static String range(Value value) {
    String address = value.text();
    if (!Hosts.isRange(address)) {
      value.error("\"" + address + "\" is neither an IP address nor a range of them");
    }
    return address;
  }

  private static Port port(Value value) {
    Fields fields = value.fields();
    int number = fields.required("number").map(v -> v.integer(1, 65535)).orElse(1);
    String name = fields.required("name").map(Value::text).orElse("");
    if (!Hosts.isLabel(name)) {
      value.error("\"" + name + "\" is not a valid name of a port");
    }
    Protocol protocol =
        fields
            .read("protocol", v -> v.choiceOfAnyCase(Protocol.class, Protocol::token))
            .orElse(Protocol.TCP);
    int target = fields.integer("targetPort", number, 1, 65535);
    fields.end();
    return new Port(number, name, protocol, target);
  }

  private void checkPorts(List<Port> ports) {
    var numbers = new HashSet<Integer>();
    var names = new HashSet<String>();
    for (Port port : ports) {
      if (!numbers.add(port.number())) {
        spec.find("ports").ifPresent(v -> v.error("port " + port.number() + " stands here twice"));
      }
      if (!names.add(port.name())) {
        spec.find("ports")
            .ifPresent(v -> v.error("the port name " + port.name() + " stands here twice"));
      }
    }
    if (ports.isEmpty()) {
      spec.owner().warn("has no ports: nothing can be called");
    }
  }

  private Workload endpoint(Value value, List<Port> ports, Resolution resolution) {
    Fields fields = value.fields();
    boolean dns = resolution == Resolution.DNS || resolution == Resolution.DNS_ROUND_ROBIN;
    Workload workload = WorkloadEntries.read(fields, header.origin().namespace());
    fields.end();
    boolean socket = workload.port() < 0;
    if (resolution == Resolution.STATIC && !socket && !Hosts.isIp(workload.address())) {
      value.error("with the resolution STATIC, an address must be an IP address or a Unix socket");
    }
    if (dns && socket) {
      value.error("with the resolution " + resolution + ", an address cannot be a Unix socket");
    }
    if (socket && ports.size() != 1) {
      value.error("a Unix socket serves exactly one port");
    }
    for (String name : workload.ports().keySet()) {
      if (ports.stream().noneMatch(port -> port.name().equals(name))) {
        value.error("the service has no port named " + name);
      }
    }
    return workload;
  }

  private Map<String, String> selector(Value value) {
    Fields fields = value.fields();
    Map<String, String> labels = Hosts.labels(fields, "labels");
    if (labels.isEmpty()) {
      value.error("labels are missing");
    }
    fields.end();
    if (spec.has("endpoints")) {
      value.error("endpoints and workloadSelector must not be set both");
    }
    return labels;
  }

  private void checkEndpoints(
      List<Value> hosts, List<Workload> endpoints, Resolution resolution, Location location) {
    switch (resolution) {
      case DYNAMIC_DNS ->
          spec.find("resolution").ifPresent(v -> v.error("DYNAMIC_DNS is not supported yet"));
      case NONE -> {
        if (!endpoints.isEmpty()) {
          spec.owner().error("with the resolution " + resolution + ", there are no endpoints");
        }
      }
      case STATIC -> {
        boolean registered = location == Location.MESH_INTERNAL;
        if (endpoints.isEmpty() && !spec.has("workloadSelector") && !registered) {
          spec.owner().error("with the resolution STATIC, endpoints are needed");
        }
      }
      default -> checkNames(hosts, endpoints, resolution);
    }
  }

  private void checkNames(List<Value> hosts, List<Workload> endpoints, Resolution resolution) {
    if (endpoints.isEmpty() && !spec.has("workloadSelector")) {
      hosts.stream()
          .filter(host -> host.isScalar() && host.text().startsWith("*"))
          .forEach(host -> host.error("a wildcard cannot be looked up: endpoints are needed"));
    }
    if (resolution == Resolution.DNS_ROUND_ROBIN && endpoints.size() > 1) {
      spec.owner().error("with the resolution DNS_ROUND_ROBIN, there is at most one endpoint");
    }
  }
}
