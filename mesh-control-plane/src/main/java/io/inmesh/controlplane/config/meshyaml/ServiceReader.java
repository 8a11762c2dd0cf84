package io.inmesh.controlplane.config.meshyaml;

import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Locality;
import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.DestinationRule.Subset;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.model.Protocol;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Service.Port;
import io.inmesh.controlplane.config.model.Service.Resolution;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import io.inmesh.controlplane.config.model.VirtualService;
import io.inmesh.controlplane.config.model.VirtualService.HttpRoute;
import io.inmesh.controlplane.config.model.Workload;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads a service: it becomes a service, a destination rule and a virtual service. */
final class ServiceReader {
  private static final Set<String> EVERYWHERE = Set.of("*");

  private final MeshBuilder mesh;
  private final String defaultNamespace;
  private final String name;
  private final Value value;

  ServiceReader(MeshBuilder mesh, String defaultNamespace, String name, Value value) {
    this.mesh = mesh;
    this.defaultNamespace = defaultNamespace;
    this.name = name;
    this.value = value;
  }

  void read() {
    value.document().name("Service " + defaultNamespace + "/" + name);
    if (!Texts.isLabel(name)) {
      value.error("\"" + name + "\" is not a name: use lower case letters, digits and dashes");
    }
    if (value.isNull()) {
      define(defaultNamespace, null);
    } else {
      Fields fields = value.fields();
      String namespace = fields.read("namespace", Texts::label).orElse(defaultNamespace);
      value.document().name("Service " + namespace + "/" + name);
      define(namespace, fields);
      fields.end();
    }
  }

  private void define(String namespace, @org.jspecify.annotations.Nullable Fields given) {
    var origin =
        new Origin(
            "Service", namespace, name, value.keyPosition(), Long.MAX_VALUE, mesh.nextOrder());
    Origin before = mesh.define(origin);
    if (before != null) {
      value.error(
          "is already defined at " + before.position().file() + ":" + before.position().line());
    }
    String host = mesh.settings().host(name, namespace);
    if (given == null) {
      mesh.add(service(origin, host, List.of(port(80, "http", Protocol.HTTP)), List.of(), false));
      return;
    }
    List<Port> ports = ports(given);
    List<Workload> endpoints = given.list("endpoints", item -> endpoint(item, namespace));
    String external = given.read("host", ServiceReader::external).orElse("");
    mesh.add(
        service(
            origin, external.isEmpty() ? host : external, ports, endpoints, !external.isEmpty()));
    List<Subset> subsets = new ArrayList<>();
    given
        .find("subsets")
        .ifPresent(all -> all.entries().forEach((k, v) -> subsets.add(subset(k, v))));
    String called = external.isEmpty() ? host : external;
    var reader = new RouteReader(mesh.settings(), namespace, called, subsets, given);
    TrafficPolicy policy =
        Policies.read(
            given, given.read("fallback", v -> ResilienceReader.fallback(v, reader::destination)));
    // What says nothing must not stand in the way of what Istio's resources say.
    if (!policy.equals(TrafficPolicy.NONE) || !subsets.isEmpty()) {
      mesh.add(new DestinationRule(origin, called, policy, subsets, EVERYWHERE, Map.of()));
    }
    new AccessReader(mesh, origin).read(given);
    List<HttpRoute> routes = reader.read();
    if (!given.present("routes", "timeout", "retry").isEmpty()) {
      mesh.add(new VirtualService(origin, List.of(called), true, routes, EVERYWHERE));
    }
  }

  private static Service service(
      Origin origin, String host, List<Port> ports, List<Workload> endpoints, boolean external) {
    boolean names = endpoints.stream().anyMatch(one -> !Texts.isIp(one.address()));
    return new Service(
        origin,
        host,
        ports,
        names || (external && endpoints.isEmpty()) ? Resolution.DNS : Resolution.STATIC,
        external,
        List.of(),
        List.of(),
        Map.of(),
        endpoints,
        EVERYWHERE,
        Service.Defaults.INMESH);
  }

  private static String external(Value value) {
    String host = value.text().toLowerCase(Locale.ROOT);
    if (!Texts.isHost(host)) {
      value.error("\"" + host + "\" is not a host name");
    }
    return host;
  }

  private static Port port(int number, String name, Protocol protocol) {
    return new Port(number, name, protocol, number);
  }

  private enum Spoken {
    HTTP(Protocol.HTTP),
    HTTP2(Protocol.HTTP2),
    GRPC(Protocol.GRPC),
    TCP(Protocol.TCP);

    private final Protocol protocol;

    Spoken(Protocol protocol) {
      this.protocol = protocol;
    }

    private String token() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static Protocol protocol(Value value) {
    return value.choice(Spoken.class, Spoken::token).protocol;
  }

  /** One port, 80 unless it says otherwise, or a list of them. */
  private static List<Port> ports(Fields fields) {
    Protocol protocol = fields.read("protocol", ServiceReader::protocol).orElse(Protocol.HTTP);
    if (!fields.has("ports")) {
      int number = fields.integer("port", 80, 1, 65535);
      int target = fields.integer("target-port", number, 1, 65535);
      return List.of(new Port(number, protocol.token().toLowerCase(Locale.ROOT), protocol, target));
    }
    if (fields.present("port", "target-port", "protocol").size() > 0) {
      fields.owner().error("ports stands for port, target-port and protocol");
    }
    List<Port> ports = fields.list("ports", ServiceReader::port);
    var numbers = new HashSet<Integer>();
    for (Port port : ports) {
      if (!numbers.add(port.number())) {
        fields
            .find("ports")
            .ifPresent(v -> v.error("port " + port.number() + " stands here twice"));
      }
    }
    return ports;
  }

  private static Port port(Value value) {
    Fields fields = value.fields();
    int number = fields.required("port").map(v -> v.integer(1, 65535)).orElse(1);
    Protocol protocol = fields.read("protocol", ServiceReader::protocol).orElse(Protocol.HTTP);
    String name =
        fields.read("name", Texts::label).orElse(protocol.token().toLowerCase(Locale.ROOT));
    int target = fields.integer("target-port", number, 1, 65535);
    fields.end();
    return new Port(number, name, protocol, target);
  }

  /** {@code HOST:PORT}, or fields. */
  private Workload endpoint(Value item, String namespace) {
    if (item.isScalar()) {
      return endpoint(item, namespace, Map.of(), Locality.NONE, 1, "");
    }
    Fields fields = item.fields();
    Workload workload =
        endpoint(
            fields.required("address").orElse(item),
            namespace,
            fields.map("labels", Value::text),
            fields.read("locality", Texts::locality).orElse(Locality.NONE),
            fields.integer("weight", 1, 1, Integer.MAX_VALUE),
            fields.read("identity", Texts::label).orElse(""));
    fields.end();
    return workload;
  }

  private static Workload endpoint(
      Value address,
      String namespace,
      Map<String, String> labels,
      Locality locality,
      int weight,
      String account) {
    String text = address.isScalar() ? address.text() : "";
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    String digits = colon < 0 ? "" : text.substring(colon + 1);
    int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
    if (port < 1 || port > 65535 || !(Texts.isIp(host) || Texts.isHost(host))) {
      address.error("must be HOST:PORT, not \"" + text + "\"");
    }
    return new Workload(
        namespace,
        "",
        host,
        port,
        Map.of(),
        labels,
        locality,
        weight,
        account,
        !account.isEmpty(),
        Health.UNKNOWN);
  }

  private static Subset subset(String name, Value value) {
    if (!Texts.isLabel(name)) {
      value.error("\"" + name + "\" is not a name: use lower case letters, digits and dashes");
    }
    var labels = new java.util.HashMap<String, String>();
    value.entries().forEach((k, v) -> labels.put(k, v.text()));
    return new Subset(name, labels, TrafficPolicy.NONE);
  }
}
