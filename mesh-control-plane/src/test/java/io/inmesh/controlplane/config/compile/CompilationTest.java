package io.inmesh.controlplane.config.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Action;
import io.inmesh.config.Address;
import io.inmesh.config.Balancing;
import io.inmesh.config.Cluster;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.FilterChain;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.VirtualHost;
import io.inmesh.controlplane.config.ConfigFile;
import io.inmesh.controlplane.config.MeshReader;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.Protocol;
import io.inmesh.controlplane.config.model.Workload;
import io.inmesh.controlplane.config.model.WorkloadSource.Registered;
import io.inmesh.controlplane.config.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CompilationTest {
  private static final String ORDERS = "outbound|80||orders.default.svc.cluster.local";

  private static MeshModel model(String yaml) {
    MeshReader.Result result = new MeshReader().read(List.of(new ConfigFile("f.yaml", yaml)));
    assertThat(result.problems().stream().filter(Problem::isError)).isEmpty();
    return result.model().orElseThrow();
  }

  private static ResourceSet compile(String yaml, NodeView view, Registered... workloads) {
    return Compilation.of(model(yaml), List.of(workloads)).resources(view);
  }

  private static Registered instance(int port, boolean tls, Map<String, String> labels) {
    return new Registered(
        new Workload(
            "default",
            "orders",
            "127.0.0.1",
            port,
            Map.of(),
            labels,
            Locality.NONE,
            1,
            "orders",
            tls,
            Health.HEALTHY),
        Protocol.GRPC);
  }

  private static Cluster cluster(ResourceSet resources, String name) {
    var found = (Cluster) resources.find(new Resource.Key(Resource.Type.CLUSTER, name));
    assertThat(found).as(name).isNotNull();
    return found;
  }

  private static List<Integer> ports(ResourceSet resources, String name) {
    var found = (EndpointSet) resources.find(new Resource.Key(Resource.Type.ENDPOINTS, name));
    assertThat(found).as(name).isNotNull();
    return found.localities().stream()
        .flatMap(group -> group.endpoints().stream())
        .map(endpoint -> endpoint.address().port())
        .toList();
  }

  private static NodeView grpc() {
    return new NodeView(Flavour.GRPC, "default", Map.of(), Locality.NONE, Optional.empty());
  }

  /** A web server has no identity of the mesh; its name is what its certificate must say. */
  @Test
  void plainTlsAsksForTheCalledNameOnly() {
    ResourceSet resources =
        compile(
            "apiVersion: inmesh.io/v1\nservices: {pay: {tls: simple, endpoints:"
                + " [{address: 10.0.0.1:443, identity: pay}]}}\n",
            NodeView.api("default"));
    Cluster cluster = cluster(resources, "outbound|80||pay.default.svc.cluster.local");
    var socket = (TransportSocket.UpstreamTls) cluster.transport().socket();
    assertThat(socket.common().validation().orElseThrow().subjectAltNames()).isEmpty();
    assertThat(cluster.transport().protocol().sni().autoSanValidation()).isTrue();
  }

  @Test
  void registeredInstancesNeedNoFile() {
    ResourceSet resources =
        compile(
            "",
            NodeView.api("default"),
            instance(9002, true, Map.of()),
            instance(9001, true, Map.of()));
    assertThat(resources.of(Resource.Type.LISTENER)).containsKeys("orders", "orders:80");
    assertThat(ports(resources, ORDERS)).containsExactly(9001, 9002);
    Cluster cluster = cluster(resources, ORDERS);
    assertThat(cluster.transport().protocol().http())
        .isEqualTo(io.inmesh.config.ProtocolOptions.Http.HTTP_2);
    var socket = (TransportSocket.UpstreamTls) cluster.transport().socketMatches().get(0).socket();
    assertThat(socket.common().alpn()).containsExactly("h2");
    assertThat(socket.common().certificate()).contains(new TransportSocket.Local("default"));
    assertThat(socket.common().validation().orElseThrow().authorities())
        .contains(new TransportSocket.Local("ROOTCA"));
  }

  @Test
  void registeredInstancesJoinTheServiceOfTheirName() {
    String yaml =
        """
        apiVersion: inmesh.io/v1
        services:
          orders: {endpoints: ["127.0.0.1:9000"], subsets: {v2: {version: v2}}}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: picked}
        spec:
          hosts: [picked.example]
          location: MESH_INTERNAL
          resolution: STATIC
          ports: [{number: 8080, name: http, protocol: HTTP}]
          workloadSelector: {labels: {version: v2}}
        """;
    ResourceSet resources =
        compile(
            yaml,
            NodeView.api("default"),
            instance(9001, true, Map.of("version", "v1")),
            instance(9002, true, Map.of("version", "v2")));
    assertThat(ports(resources, ORDERS)).containsExactly(9000, 9001, 9002);
    assertThat(ports(resources, "outbound|80|v2|orders.default.svc.cluster.local"))
        .containsExactly(9002);
    assertThat(ports(resources, "outbound|8080||picked.example")).containsExactly(9002);
  }

  @Test
  void grpcClientsGetOnlyWhatTheyUnderstand() {
    String yaml =
        """
        apiVersion: inmesh.io/v1
        services:
          orders: {timeout: 2s, load-balancer: random}
        """;
    ResourceSet secure = compile(yaml, grpc(), instance(9001, true, Map.of()));
    assertThat(cluster(secure, ORDERS).transport().socket())
        .isInstanceOf(TransportSocket.UpstreamTls.class);
    assertThat(cluster(secure, ORDERS).transport().socketMatches()).isEmpty();
    assertThat(cluster(secure, ORDERS).balancing().policy())
        .isInstanceOf(Balancing.RoundRobin.class);
    ResourceSet mixed =
        compile(yaml, grpc(), instance(9001, true, Map.of()), instance(9002, false, Map.of()));
    assertThat(cluster(mixed, ORDERS).transport().socket())
        .isInstanceOf(TransportSocket.RawBuffer.class);
    var routes = (RouteConfiguration) secure.find(new Resource.Key(Resource.Type.ROUTES, ORDERS));
    assertThat(routes).isNotNull();
    VirtualHost host = routes.virtualHosts().get(0);
    assertThat(host.domains()).contains("orders", "orders:80");
    var forward = (Action.Forward) host.routes().get(0).action();
    assertThat(forward.timeouts().maxStream().orElseThrow().max())
        .contains(java.time.Duration.ofSeconds(2));
  }

  @Test
  void grpcClientsAreSparedWhatTheyRefuseTablesFor() {
    String yaml =
        """
        apiVersion: inmesh.io/v1
        services:
          orders: {routes: [{match: {path: /a}, redirect: {path: /b}}]}
          one: {endpoints: ["a.example:1"]}
          two: {endpoints: ["a.example:1", "b.example:1"]}
        """;
    ResourceSet resources = compile(yaml, grpc());
    var routes =
        (RouteConfiguration) resources.find(new Resource.Key(Resource.Type.ROUTES, ORDERS));
    assertThat(routes).isNotNull();
    assertThat(routes.virtualHosts().get(0).routes().get(0).action())
        .isInstanceOf(Action.NonForwarding.class);
    assertThat(cluster(resources, "outbound|80||one.default.svc.cluster.local").discovery())
        .isInstanceOf(Cluster.Dns.class);
    assertThat(ports(resources, "outbound|80||two.default.svc.cluster.local")).isEmpty();
  }

  @Test
  void envoyGetsListenersAtItsAddresses() {
    var node =
        new Node(
            "envoy-1",
            "orders",
            Locality.NONE,
            Map.of(
                "INMESH_OUTBOUND_PORT",
                15901.0,
                "INMESH_APPLICATION_PORT",
                "8080",
                "INMESH_REGISTRATION",
                Map.of("service", "orders", "address", "127.0.0.2", "port", 9443.0)));
    NodeView view = NodeView.of(node, Flavour.BOUND);
    String yaml =
        """
        apiVersion: inmesh.io/v1
        services:
          orders:
          stock: {ports: [{port: 80, name: a}, {port: 8080, name: b}]}
          admin: {port: 9999}
        """;
    ResourceSet resources = compile(yaml, view);
    assertThat(resources.of(Resource.Type.LISTENER).keySet())
        .containsExactly("inbound", "outbound");
    var outbound = (Listener) resources.find(new Resource.Key(Resource.Type.LISTENER, "outbound"));
    assertThat(outbound).isNotNull();
    assertThat(outbound.bind()).contains(new Address("127.0.0.1", 15901));
    var routes =
        (RouteConfiguration) resources.find(new Resource.Key(Resource.Type.ROUTES, "outbound"));
    assertThat(routes).isNotNull();
    assertThat(routes.virtualHosts())
        .extracting(host -> host.domains().get(0))
        .containsExactly(
            "orders.default.svc.cluster.local",
            "stock.default.svc.cluster.local",
            "stock.default.svc.cluster.local:8080",
            "admin.default.svc.cluster.local");
    assertThat(routes.virtualHosts().get(3).domains()).contains("admin", "admin:9999");
    var inbound = (Listener) resources.find(new Resource.Key(Resource.Type.LISTENER, "inbound"));
    assertThat(inbound).isNotNull();
    assertThat(inbound.bind()).contains(new Address("127.0.0.2", 9443));
    FilterChain chain = inbound.chains().get(0);
    assertThat(((TransportSocket.DownstreamTls) chain.socket()).requireClientCertificate())
        .isTrue();
    var connection = (HttpConnection) chain.network();
    var inline = ((HttpConnection.InlineRoutes) connection.routes()).value();
    var forward = (Action.Forward) inline.virtualHosts().get(0).routes().get(0).action();
    String name = ((ClusterSpecifier.Named) forward.clusters()).cluster();
    assertThat(((Cluster.Static) cluster(resources, name).discovery()).endpoints().localities())
        .singleElement()
        .extracting(group -> group.endpoints().get(0).address())
        .isEqualTo(new Address("127.0.0.1", 8080));
  }

  @Test
  void aNodeIsSeenByItsMetadata() {
    var istio =
        new Node("sidecar~10.1.2.3~web-1.shop~shop.svc.cluster.local", "", Locality.NONE, Map.of());
    assertThat(NodeView.of(istio, Flavour.API)).isEqualTo(NodeView.api("shop"));
    var other =
        new Node(
            "x",
            "",
            Locality.NONE,
            Map.of("NAMESPACE", "a", "LABELS", Map.of("app", "b"), "ENVOY", 1.0));
    assertThat(NodeView.of(other, Flavour.GRPC))
        .isEqualTo(
            new NodeView(Flavour.GRPC, "a", Map.of("app", "b"), Locality.NONE, Optional.empty()));
    var plain = new Node("x", "", Locality.NONE, Map.of());
    assertThat(NodeView.of(plain, Flavour.BOUND).bound())
        .contains(
            new NodeView.Bound(
                new Address("127.0.0.1", 15001), Optional.empty(), Optional.empty()));
  }

  private static String service(String namespace) {
    return """
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: s, namespace: %s}
    spec:
      hosts: [s.example]
      ports: [{number: 80, name: http, protocol: HTTP}]
      resolution: STATIC
      endpoints: [{address: 10.0.0.1}]
    ---
    """
        .formatted(namespace);
  }

  private static String rule(String name, String namespace, int connections, String more) {
    return """
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: %s, namespace: %s}
    spec:
      host: s.example
      %s
      trafficPolicy: {connectionPool: {tcp: {maxConnections: %d}}}
    ---
    """
        .formatted(name, namespace, more, connections);
  }

  private static int connections(String yaml, NodeView view) {
    return cluster(compile(yaml, view), "outbound|80||s.example")
        .circuitBreakers()
        .normal()
        .maxConnections();
  }

  @Test
  void theCallersRuleHoldsThenTheServicesThenTheRoots() {
    String all =
        service("shop")
            + rule("r", "istio-system", 3, "")
            + rule("r", "shop", 2, "")
            + rule("r", "web", 1, "");
    assertThat(connections(all, NodeView.api("web"))).isEqualTo(1);
    assertThat(connections(all, NodeView.api("other"))).isEqualTo(2);
    String hidden =
        service("shop")
            + rule("r", "istio-system", 3, "")
            + rule("r", "shop", 2, "exportTo: ['.']");
    assertThat(connections(hidden, NodeView.api("other"))).isEqualTo(3);
    assertThat(connections(hidden, NodeView.api("shop"))).isEqualTo(2);
  }

  @Test
  void aRuleMaySelectItsCallers() {
    String yaml =
        service("shop")
            + rule("all", "web", 1, "")
            + rule("some", "web", 2, "workloadSelector: {matchLabels: {app: a}}");
    var selected =
        new NodeView(Flavour.API, "web", Map.of("app", "a"), Locality.NONE, Optional.empty());
    assertThat(connections(yaml, selected)).isEqualTo(2);
    assertThat(connections(yaml, NodeView.api("web"))).isEqualTo(1);
  }

  @Test
  void rulesForOneHostUniteAndTheOldestHolds() {
    String young =
        rule("young", "shop", 1, "subsets: [{name: a, labels: {v: young}}, {name: b}]")
            .replace("name: young,", "name: young, creationTimestamp: 2026-02-01T00:00:00Z,");
    String old =
        rule("old", "shop", 2, "subsets: [{name: a, labels: {v: old}}, {name: c}]")
            .replace("name: old,", "name: old, creationTimestamp: 2026-01-01T00:00:00Z,");
    ResourceSet resources = compile(service("shop") + young + old, NodeView.api("shop"));
    assertThat(resources.of(Resource.Type.CLUSTER).keySet())
        .containsExactly(
            "outbound|80|a|s.example",
            "outbound|80|b|s.example",
            "outbound|80|c|s.example",
            "outbound|80||s.example");
    assertThat(cluster(resources, "outbound|80||s.example").circuitBreakers().normal())
        .extracting(limits -> limits.maxConnections())
        .isEqualTo(2);
  }

  private static String routes(String name, String meta, String spec) {
    return """
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: %s, namespace: shop%s}
    spec:
      hosts: [s.example]
      %s
    ---
    """
        .formatted(name, meta, spec);
  }

  private static List<String> names(String yaml, NodeView view) {
    var routes =
        (RouteConfiguration)
            compile(yaml, view)
                .find(new Resource.Key(Resource.Type.ROUTES, "outbound|80||s.example"));
    assertThat(routes).isNotNull();
    return routes.virtualHosts().get(0).routes().stream().map(Route::name).toList();
  }

  @Test
  void theOldestVirtualServiceThatIsVisibleHolds() {
    String to = "http: [{name: %s, route: [{destination: {host: s.example}}]}]";
    String yaml =
        service("shop")
            + routes("a", ", creationTimestamp: 2026-02-01T00:00:00Z", to.formatted("young"))
            + routes("b", ", creationTimestamp: 2026-01-01T00:00:00Z", to.formatted("old"))
            + routes(
                "c",
                ", creationTimestamp: 2025-01-01T00:00:00Z",
                "exportTo: ['.']\n  " + to.formatted("own"))
            + routes(
                "d",
                ", creationTimestamp: 2024-01-01T00:00:00Z",
                "gateways: [edge]\n  " + to.formatted("edge"));
    assertThat(names(yaml, NodeView.api("web"))).containsExactly("old");
    assertThat(names(yaml, NodeView.api("shop"))).containsExactly("own");
  }

  @Test
  void matchesOfCallersAreResolvedAndWhatTakesAllEndsTheList() {
    String yaml =
        service("shop")
            + routes(
                "v",
                "",
                """
                http:
                  - name: a
                    match: [{sourceLabels: {app: a}, name: m}, {sourceNamespace: web, uri: {prefix: /x}}]
                    route: [{destination: {host: s.example}}]
                  - {name: b, match: [{port: 81}], route: [{destination: {host: s.example}}]}
                  - {name: c, match: [{uri: {regex: '.*'}, port: 80}], route: [{destination: {host: s.example}}]}
                  - {name: d, route: [{destination: {host: s.example}}]}
                """);
    assertThat(names(yaml, NodeView.api("shop"))).containsExactly("c");
    assertThat(names(yaml, NodeView.api("web"))).containsExactly("a", "c");
    var labelled =
        new NodeView(Flavour.API, "shop", Map.of("app", "a"), Locality.NONE, Optional.empty());
    assertThat(names(yaml, labelled)).containsExactly("a.m");
  }

  @Test
  void sharesOfLocalities() {
    String yaml =
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: s}
        spec:
          hosts: [s.example]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: STATIC
          endpoints:
          - {address: 10.0.0.1, locality: r1/z1}
          - {address: 10.0.0.2, locality: r1/z2, weight: 3}
          - {address: 10.0.0.3, locality: r2/z1}
          - {address: 10.0.0.4, locality: r3/z1}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: s}
        spec:
          host: s.example
          trafficPolicy:
            loadBalancer:
              localityLbSetting:
                distribute: [{from: r1/*, to: {r1/*: 80, r2/z1: 20}}]
        """;
    var at =
        new NodeView(
            Flavour.API, "default", Map.of(), new Locality("r1", "z1", ""), Optional.empty());
    ResourceSet resources = compile(yaml, at);
    var set =
        (EndpointSet)
            resources.find(new Resource.Key(Resource.Type.ENDPOINTS, "outbound|80||s.example"));
    assertThat(set).isNotNull();
    assertThat(set.localities())
        .extracting(group -> group.locality().region() + group.locality().zone() + group.weight())
        .containsExactly("r1z120", "r1z260", "r2z120");
    assertThat(cluster(resources, "outbound|80||s.example").balancing().locality())
        .isInstanceOf(Balancing.Weighted.class);
  }

  @Test
  void hostsWithoutAServiceAreRoutedAtPort80() {
    String yaml = routes("v", "", "http: [{directResponse: {status: 404}}]");
    ResourceSet resources = compile(yaml, NodeView.api("shop"));
    assertThat(resources.of(Resource.Type.LISTENER)).containsOnlyKeys("s.example", "s.example:80");
  }
}
