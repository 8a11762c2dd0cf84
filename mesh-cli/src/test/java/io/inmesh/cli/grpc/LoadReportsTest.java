package io.inmesh.cli.grpc;

import static io.inmesh.cli.grpc.XdsJson.endpoint;
import static io.inmesh.cli.grpc.XdsJson.endpoints;
import static io.inmesh.cli.grpc.XdsJson.locality;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterStats;
import io.inmesh.proto.envoy.config.endpoint.v3.UpstreamLocalityStats;
import io.inmesh.proto.envoy.service.load_stats.v3.LoadStatsRequest;
import io.inmesh.proto.envoy.service.load_stats.v3.LoadStatsResponse;
import io.inmesh.xds.ads.AdsOptions.Variant;
import io.inmesh.xds.grpc.Messages;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** gRPC's own client and ours tell the same server of the same loads (A27). */
class LoadReportsTest {
  private static final String SERVICE = "envoy.service.load_stats.v3.LoadReportingService";

  /** By node: what was told of each place, added up. */
  private final Map<String, Map<String, Long>> told = new ConcurrentHashMap<>();

  private ServerServiceDefinition service() {
    var method =
        Messages.method(
            MethodType.BIDI_STREAMING,
            SERVICE,
            "StreamLoadStats",
            LoadStatsRequest.getDefaultInstance(),
            LoadStatsResponse.getDefaultInstance());
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(method, ServerCalls.asyncBidiStreamingCall(Reports::new))
        .build();
  }

  /** Asks for all clusters, five times a second. */
  private final class Reports implements StreamObserver<LoadStatsRequest> {
    private final StreamObserver<LoadStatsResponse> answers;
    private Map<String, Long> sums = Map.of();

    Reports(StreamObserver<LoadStatsResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(LoadStatsRequest report) {
      if (report.hasNode()) {
        sums = told.computeIfAbsent(report.getNode().getId(), id -> new ConcurrentHashMap<>());
        answers.onNext(
            LoadStatsResponse.newBuilder()
                .setSendAllClusters(true)
                .setLoadReportingInterval(
                    com.google.protobuf.Duration.newBuilder().setNanos(200_000_000))
                .build());
      }
      report.getClusterStatsList().forEach(this::add);
    }

    private void add(ClusterStats stats) {
      for (UpstreamLocalityStats at : stats.getUpstreamLocalityStatsList()) {
        String place = stats.getClusterName() + " " + at.getLocality().getZone() + " ";
        sums.merge(place + "issued", at.getTotalIssuedRequests(), Long::sum);
        sums.merge(place + "successful", at.getTotalSuccessfulRequests(), Long::sum);
        sums.merge(place + "failed", at.getTotalErrorRequests(), Long::sum);
      }
      if (stats.getTotalDroppedRequests() > 0) {
        sums.merge(stats.getClusterName() + " dropped", stats.getTotalDroppedRequests(), Long::sum);
      }
    }

    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }

  @Test
  void bothTellTheSame() throws Exception {
    try (var servers = new EchoServers();
        var planes = new Planes()) {
      String one = locality("z1", 1, 0, List.of(endpoint(servers.start("b1", null))));
      String other = locality("z2", 1, 0, List.of(endpoint(servers.start("b2", null))));
      String drops =
          "'policy': {'drop_overloads': [{'category': 'x', 'drop_percentage': {'numerator':"
              + " 100}}]}";
      int port =
          planes.own(
              Stream.of(
                      XdsJson.listener("load", ""),
                      XdsJson.routes("load", XdsJson.all("load")),
                      XdsJson.cluster("load", "'lrs_server': {'self': {}}"),
                      endpoints("load", one, other),
                      XdsJson.listener("drop", ""),
                      XdsJson.routes("drop", XdsJson.all("drop")),
                      XdsJson.cluster("drop", "'lrs_server': {'self': {}}"),
                      endpoints("drop", one).replaceFirst("\\}$", ", " + drops + "}"))
                  .map(XdsJson::message)
                  .toList(),
              service());
      GrpcClient theirs = GrpcFeaturesTest.grpcJava("lrs-xds", port);
      GrpcClient ours = GrpcFeaturesTest.ours(port, Variant.DELTA, true);
      try {
        calls(theirs, "theirs");
        calls(ours, "ours");
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(this::bothHaveTold);
      } finally {
        theirs.close();
        ours.close();
      }
    }
  }

  private static void calls(GrpcClient client, String id) throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(client.call("load")).startsWith("OK");
    }
    assertThat(client.call("load", "x-fail", id + ":1:14")).isEqualTo("UNAVAILABLE");
    assertThat(client.call("drop")).isEqualTo("UNAVAILABLE");
  }

  private void bothHaveTold() {
    assertThat(whole("ours"))
        .isEqualTo(Map.of("issued", 21L, "successful", 20L, "failed", 1L, "dropped", 1L));
    assertThat(whole("lrs-xds")).isEqualTo(whole("ours"));
  }

  /** Without the places: who begins where is a draw. */
  private Map<String, Long> whole(String node) {
    var whole = new TreeMap<String, Long>();
    told.getOrDefault(node, Map.of())
        .forEach(
            (name, count) ->
                whole.merge(name.substring(name.lastIndexOf(' ') + 1), count, Long::sum));
    return whole;
  }
}
