package io.inmesh.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.Locality;
import io.inmesh.config.Resource;
import io.inmesh.config.Secret;
import io.inmesh.controlplane.config.compile.Compilation;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.NodeView.Bound;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.compile.ResourceSet;
import io.inmesh.controlplane.config.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RawResourcesTest {
  private static final String CLUSTER =
      """
      "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
      name: %s
      type: STATIC
      connect_timeout: 0.25s
      load_assignment:
        cluster_name: %s
        endpoints:
        - lb_endpoints:
          - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 9001}}}
      """;
  private static final String SERVICES = "apiVersion: inmesh.io/v1\nservices: {orders: }\n";

  private static MeshReader.Result read(String raw) {
    return new MeshReader()
        .read(List.of(new ConfigFile("mesh.yaml", SERVICES), new ConfigFile("more.xds.yaml", raw)));
  }

  private static List<String> problems(String raw) {
    return read(raw).problems().stream().map(Problem::toString).toList();
  }

  @Test
  void standBesideWhatIsGenerated() {
    MeshReader.Result result = read(CLUSTER.formatted("extra", "extra"));
    assertThat(result.problems()).isEmpty();
    ResourceSet resources =
        Compilation.of(result.model().orElseThrow(), List.of()).resources(NodeView.api("default"));
    var cluster = (Cluster) resources.find(new Resource.Key(Resource.Type.CLUSTER, "extra"));
    assertThat(cluster).isNotNull();
    assertThat(cluster.transport().connectTimeout()).hasMillis(250);
    assertThat(resources.of(Resource.Type.CLUSTER)).hasSize(2);
  }

  @Test
  void mayBeALongList() {
    String list =
        "resources:\n- "
            + CLUSTER.formatted("a", "a").strip().replace("\n", "\n  ")
            + "\n- "
            + CLUSTER.formatted("b", "b").strip().replace("\n", "\n  ")
            + "\n";
    assertThat(read(list).model().orElseThrow().resources()).hasSize(2);
  }

  @Test
  void mustNotTakeAGeneratedName() {
    String name = "outbound|80||orders.default.svc.cluster.local";
    assertThat(problems(CLUSTER.formatted("\"" + name + "\"", "x")))
        .containsExactly(
            "more.xds.yaml:1:1: error: CLUSTER "
                + name
                + ": the name "
                + name
                + " is that of a generated resource");
  }

  @Test
  void wrongFieldsAreNamed() {
    String base = CLUSTER.formatted("a", "a");
    assertThat(problems(base.replace("connect_timeout", "conect_timeout")))
        .singleElement()
        .asString()
        .startsWith("more.xds.yaml:4:")
        .contains("conect_timeout");
    assertThat(problems(base.replace("9001", "900100")))
        .singleElement()
        .asString()
        .contains("more.xds.yaml:9:", "error: CLUSTER a: ", "port_value");
    assertThat(problems("name: a\n"))
        .singleElement()
        .asString()
        .contains("@type: must name a type of resource");
  }

  @Test
  void listenersGoToTheNodesThatUnderstandThem() {
    String listener =
        """
        "@type": type.googleapis.com/envoy.config.listener.v3.Listener
        name: %s
        %s
        """;
    String manager =
        """
        {"@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
           stat_prefix: x, rds: {route_config_name: x, config_source: {ads: {}}},
           http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}\
        """;
    String bound =
        listener.formatted(
            "bound",
            "address: {socket_address: {address: 127.0.0.1, port_value: 9}}\n"
                + "filter_chains: [{filters: [{name: h, typed_config: "
                + manager
                + "}]}]");
    String named = listener.formatted("named", "api_listener: {api_listener: " + manager + "}");
    MeshReader.Result result = read(bound + "---\n" + named);
    assertThat(result.problems()).isEmpty();
    Compilation compilation = Compilation.of(result.model().orElseThrow(), List.of());
    var envoy =
        new NodeView(
            Flavour.BOUND,
            "default",
            Map.of(),
            Locality.NONE,
            Optional.of(
                new Bound(new Address("127.0.0.1", 15001), Optional.empty(), Optional.empty())));
    assertThat(compilation.resources(envoy).of(Resource.Type.LISTENER))
        .containsOnlyKeys("bound", "outbound");
    assertThat(compilation.resources(NodeView.api("default")).of(Resource.Type.LISTENER))
        .containsKey("named")
        .doesNotContainKey("bound");
  }

  @Test
  void authoritiesOfRulesAreServed() {
    var result =
        new MeshReader()
            .read(
                List.of(
                    new ConfigFile(
                        "mesh.yaml",
                        """
                        apiVersion: inmesh.io/v1
                        services: {pay: {host: pay.example, tls: simple}}
                        """)));
    ResourceSet resources =
        Compilation.of(result.model().orElseThrow(), List.of()).resources(NodeView.api("default"));
    var secret =
        (Secret) resources.find(new Resource.Key(Resource.Type.SECRET, "file-root:system"));
    assertThat(secret).isNotNull();
    assertThat(secret.authorities().orElseThrow().authorities().get("")).isNotEmpty();
  }
}
