package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.config.Action;
import io.inmesh.config.Cluster;
import io.inmesh.config.Metadata;
import io.inmesh.config.Resource;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.runtime.World.Seen;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.runtime.observe.micrometer.MicrometerMeters;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import io.inmesh.transport.Stream.Closed;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is scraped is what was called. */
class MetersTest {
  private static final Metadata REVIEWS =
      new Metadata(
          Map.of(
              "istio",
              Map.of(
                  "services",
                  List.of(Map.of("host", "reviews.shop", "name", "reviews", "namespace", "shop")),
                  "subset",
                  "v1")));

  private final PrometheusMeterRegistry prometheus =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private World world(MeterRegistry registry, Action.Forward action, String... hosts) {
    var telemetry = Telemetry.NONE.withMeters(new MicrometerMeters(registry));
    var world = new World(new NameDialer(), mesh -> mesh.service("web").telemetry(telemetry));
    Cluster plain = Configs.cluster("v1");
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.route("/", action)),
        new Cluster(
            "v1",
            plain.discovery(),
            plain.balancing(),
            plain.transport(),
            plain.circuitBreakers(),
            Optional.empty(),
            List.of(),
            REVIEWS),
        Configs.endpoints("v1", hosts));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    return world;
  }

  /** The value of the one line that begins like this and holds all of these. */
  private double scraped(String name, String... labels) {
    List<String> found =
        prometheus.scrape().lines().filter(line -> line.startsWith(name + "{")).toList();
    for (String label : labels) {
      found = found.stream().filter(line -> line.contains(label)).toList();
    }
    assertThat(found).as(name + " in " + prometheus.scrape()).hasSize(1);
    return Double.parseDouble(found.get(0).substring(found.get(0).lastIndexOf(' ') + 1));
  }

  @Test
  void countsWhatWasCalledByIstiosLabels() {
    World world = world(prometheus, Configs.forward("v1"), "a");
    world.transport.peer("a", FakeTransport.saying("twelve bytes"));
    for (int i = 0; i < 7; i++) {
      assertThat(world.send(GET).status()).isEqualTo(200);
    }
    String[] ordinary = {
      "response_code=\"200\"",
      "response_flags=\"-\"",
      "reporter=\"source\"",
      "source_workload=\"web\"",
      "source_workload_namespace=\"default\"",
      "source_canonical_service=\"web\"",
      "source_canonical_revision=\"latest\"",
      "destination_service=\"reviews.shop\"",
      "destination_service_name=\"reviews\"",
      "destination_service_namespace=\"shop\"",
      "destination_workload=\"reviews\"",
      "destination_version=\"v1\"",
      "destination_canonical_revision=\"v1\"",
      "request_protocol=\"http\"",
      "grpc_response_status=\"\"",
      "connection_security_policy=\"unknown\"",
      "source_principal=\"unknown\""
    };
    assertThat(scraped("istio_requests_total", ordinary)).isEqualTo(7);
    assertThat(scraped("istio_request_duration_milliseconds_count", ordinary)).isEqualTo(7);
    assertThat(scraped("istio_response_bytes_sum", ordinary)).isEqualTo(7 * 12);
    assertThat(scraped("istio_response_bytes_bucket", "le=\"10.0\"")).isZero();
    assertThat(scraped("istio_response_bytes_bucket", "le=\"25.0\"")).isEqualTo(7);
    assertThat(scraped("istio_response_bytes_bucket", "le=\"+Inf\"")).isEqualTo(7);
    assertThat(scraped("istio_request_bytes_bucket", "le=\"0.5\"")).isEqualTo(7);
  }

  @Test
  void measuresDurations() {
    World world = world(prometheus, Configs.forward("v1"), "a");
    world.transport.peer("a", FakeTransport.silent());
    Seen seen = world.start(GET);
    world.pass(120);
    seen.call().cancel("enough");
    world.loop.runTasks();
    assertThat(scraped("istio_request_duration_milliseconds_sum")).isEqualTo(120);
    assertThat(scraped("istio_request_duration_milliseconds_bucket", "le=\"100.0\"")).isZero();
    assertThat(scraped("istio_request_duration_milliseconds_bucket", "le=\"250.0\"")).isOne();
    assertThat(scraped("istio_requests_total", "response_code=\"0\"", "response_flags=\"DC\""))
        .isOne();
  }

  @Test
  void countsAttemptsOfClustersAsEnvoyDoes() {
    var retry = new RetryPolicy(Set.of(On.GATEWAY_ERROR), 1, Duration.ZERO);
    World world = world(prometheus, Configs.forward("v1").withRetry(retry), "a");
    world.transport.peer(
        "a",
        FakeTransport.script(
            FakeTransport.answering(503),
            FakeTransport.answering(200),
            FakeTransport.answering(503),
            FakeTransport.answering(503),
            FakeTransport.refusing(Closed.CONNECT_FAILURE)));
    assertThat(world.send(GET).status()).isEqualTo(200);
    assertThat(world.send(GET).status()).isEqualTo(503);
    assertThat(scraped("envoy_cluster_upstream_rq_total", "envoy_cluster_name=\"v1\""))
        .isEqualTo(4);
    assertThat(scraped("envoy_cluster_upstream_rq_retry_total")).isEqualTo(2);
    assertThat(scraped("envoy_cluster_upstream_rq_retry_success_total")).isEqualTo(1);
    assertThat(scraped("envoy_cluster_upstream_rq_retry_limit_exceeded_total")).isEqualTo(1);
    assertThat(scraped("envoy_cluster_upstream_rq_xx_total", "envoy_response_code_class=\"2\""))
        .isEqualTo(1);
    assertThat(scraped("envoy_cluster_upstream_rq_xx_total", "envoy_response_code_class=\"5\""))
        .isEqualTo(1);
    assertThat(scraped("envoy_cluster_upstream_rq_completed_total")).isEqualTo(2);
    assertThat(scraped("istio_requests_total", "response_flags=\"URX\"")).isOne();
    assertThat(scraped("istio_requests_total", "response_flags=\"-\"")).isOne();
    assertThat(scraped("envoy_cluster_membership_healthy")).isOne();
    assertThat(scraped("envoy_cluster_upstream_rq_active")).isZero();
    world.send(GET);
    assertThat(scraped("envoy_cluster_upstream_cx_connect_fail_total")).isPositive();
  }

  @Test
  void callsThatCameNowhereAreOfNoService() {
    World world = world(prometheus, Configs.forward("missing"), "a");
    world.plane.absent(Configs.key(Resource.Type.CLUSTER, "missing"));
    world.loop.runTasks();
    assertThat(world.send(GET).status()).isEqualTo(503);
    assertThat(
            scraped(
                "istio_requests_total",
                "response_flags=\"NC\"",
                "destination_service=\"unknown\"",
                "response_code=\"503\""))
        .isOne();
  }

  @Test
  void grpcCallsAreCountedByTheirStatus() {
    World world = world(prometheus, Configs.forward("v1"), "a");
    world.transport.peer(
        "a", FakeTransport.answering(200, "content-type", "application/grpc", "grpc-status", "14"));
    world.send(GET.withHeaders(Headers.of("content-type", "application/grpc")));
    assertThat(
            scraped(
                "istio_requests_total",
                "request_protocol=\"grpc\"",
                "grpc_response_status=\"14\"",
                "response_code=\"200\""))
        .isOne();
  }

  /** One whole message, one whose head and body come in pieces, one that is empty. */
  @Test
  void grpcMessagesAreCounted() {
    World world = world(prometheus, Configs.forward("v1"), "a");
    world.transport.peer(
        "a", FakeTransport.answering(200, "content-type", "application/grpc", "grpc-status", "0"));
    byte[] bytes = {0, 0, 0, 0, 2, 7, 7, 0, 0, 0, 1, 0};
    byte[] body = java.util.Arrays.copyOf(bytes, 12 + 256 + 5);
    world.send(
        World.post(Bodies.of(body)).withHeaders(Headers.of("content-type", "application/grpc")));
    assertThat(scraped("istio_request_messages_total", "grpc_response_status=\"0\"")).isEqualTo(3);
    assertThat(scraped("istio_response_messages_total")).isZero();
  }

  @Test
  void aClusterThatIsGoneIsNoLongerTold() {
    World world = world(prometheus, Configs.forward("v1"), "a");
    world.send(GET);
    assertThat(prometheus.scrape()).contains("envoy_cluster_name=\"v1\"");
    world.plane.absent(Configs.key(Resource.Type.CLUSTER, "v1"));
    world.loop.runTasks();
    assertThat(prometheus.scrape()).doesNotContain("envoy_cluster_name=\"v1\"");
    world.put(Configs.cluster("v1"));
    world.send(GET);
    assertThat(scraped("envoy_cluster_upstream_rq_total")).isOne();
  }

  @Test
  void thereIsAMostOfSetsOfLabels() {
    var telemetry = Telemetry.NONE.withMeters(new MicrometerMeters(prometheus)).withMostSeries(2);
    var world = new World(new NameDialer(), mesh -> mesh.telemetry(telemetry));
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.to("v1")),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    for (int status = 200; status < 210; status++) {
      world.transport.peer("a", FakeTransport.answering(status));
      world.send(GET);
    }
    assertThat(prometheus.scrape().lines().filter(line -> line.startsWith("istio_requests_total{")))
        .hasSize(2);
    assertThat(prometheus.get("inmesh.series.overflow").functionCounter().count()).isEqualTo(8);
  }

  @Test
  void aRegistryWithoutHistogramsHasCountAndSum() {
    var simple = new SimpleMeterRegistry();
    var all = new CompositeMeterRegistry();
    all.add(simple);
    all.add(prometheus);
    World world = world(all, Configs.forward("v1"), "a");
    world.send(GET);
    assertThat(simple.get("istio.requests").functionCounter().count()).isOne();
    assertThat(simple.get("istio.request.duration").functionTimer().count()).isOne();
    assertThat(scraped("istio_request_duration_milliseconds_count")).isOne();
    assertThat(scraped("istio_requests_total")).isOne();
  }

  @Test
  void theSubscriptionIsToldByTheNamesOfGrpc() {
    World world = world(prometheus, Configs.forward("v1"), "a");
    String cluster = "grpc_xds_resource_type=\"envoy.config.cluster.v3.Cluster\"";
    assertThat(scraped("grpc_xds_client_resource_updates_valid_total", cluster)).isOne();
    assertThat(scraped("grpc_xds_client_resources", cluster, "acked")).isOne();
    world.plane.reject(Resource.Type.CLUSTER, "v1", "a bad field");
    world.loop.runTasks();
    assertThat(scraped("grpc_xds_client_resource_updates_invalid_total", cluster)).isOne();
    assertThat(scraped("grpc_xds_client_resources", cluster, "nacked_but_cached")).isOne();
  }

  @Test
  void aMeshThatIsClosedLeavesNoMeters() {
    World world = world(prometheus, Configs.forward("v1"), "a");
    world.send(GET);
    world.mesh.close();
    world.loop.advance(Duration.ofMinutes(1));
    assertThat(prometheus.getMeters()).isEmpty();
    assertThat(prometheus.scrape()).doesNotContain("istio_");
  }
}
