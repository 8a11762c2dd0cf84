package io.inmesh.xds.ads;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.plane.ClusterLoad;
import io.inmesh.plane.PlaneContext;
import io.inmesh.proto.envoy.config.core.v3.Locality;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterStats;
import io.inmesh.proto.envoy.config.endpoint.v3.UpstreamLocalityStats;
import io.inmesh.proto.envoy.service.load_stats.v3.LoadStatsRequest;
import io.inmesh.proto.envoy.service.load_stats.v3.LoadStatsResponse;
import io.inmesh.xds.ads.AdsStream.Callbacks;
import io.inmesh.xds.ads.AdsStream.Opener;
import io.inmesh.xds.grpc.Messages;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the plane what calls come to, as often as it asks for, on a stream of its own. What is
 * counted while there is no stream is told with the next report. Owner: the config loop.
 *
 * <p>Source: envoy.service.load_stats.v3.LoadReportingService.
 */
final class LoadReporter extends Timer implements Callbacks<LoadStatsResponse> {
  static final MethodDescriptor<LoadStatsRequest, LoadStatsResponse> STREAM =
      Messages.method(
          MethodType.BIDI_STREAMING,
          "envoy.service.load_stats.v3.LoadReportingService",
          "StreamLoadStats",
          LoadStatsRequest.getDefaultInstance(),
          LoadStatsResponse.getDefaultInstance());

  private static final System.Logger LOG = System.getLogger("io.inmesh.xds");
  private static final String SENDS_ALL = "envoy.lrs.supports_send_all_clusters";

  /** A plane cannot have us do nothing but report. */
  private static final long LEAST_NANOS = Duration.ofMillis(100).toNanos();

  private final AdsOptions options;
  private final Opener<LoadStatsRequest, LoadStatsResponse> opener;
  private final PlaneContext context;
  private final EventLoop loop;
  private Stage stage = Stage.PAUSE;
  private @Nullable AdsStream<LoadStatsRequest> stream;
  private int server;
  private boolean answered;
  private int failures;
  private String lastReason = "";
  private long interval;
  private long reportedAt;
  private boolean all;
  private Set<String> clusters = Set.of();

  private enum Stage {
    /** Until the next attempt. */
    PAUSE,
    CONNECTING,
    /** Connected; the plane says when to report. */
    REPORTING,
    CLOSED
  }

  LoadReporter(
      AdsOptions options,
      Opener<LoadStatsRequest, LoadStatsResponse> opener,
      PlaneContext context) {
    this.options = options;
    this.opener = opener;
    this.context = context;
    this.loop = context.configLoop();
  }

  /** On the loop, once. */
  void start() {
    if (stage != Stage.CLOSED) {
      context.loads().start();
      reportedAt = loop.nanoTime();
      connect(0);
    }
  }

  private void connect(int to) {
    server = to;
    answered = false;
    stage = Stage.CONNECTING;
    stream = opener.open(to, this);
    loop.arm(this, loop.nanoTime() + options.connectTimeout().toNanos());
  }

  @Override
  public void ready() {
    if (stage == Stage.CONNECTING && stream != null) {
      stage = Stage.REPORTING;
      disarm();
      stream.send(
          LoadStatsRequest.newBuilder()
              .setNode(NodeMessage.of(context.node()).toBuilder().addClientFeatures(SENDS_ALL))
              .build());
    }
  }

  @Override
  public void accepted() {}

  @Override
  public void response(LoadStatsResponse response) {
    AdsStream<LoadStatsRequest> from = stream;
    if (from == null) {
      return;
    }
    answered = true;
    failures = 0;
    lastReason = "";
    all = response.getSendAllClusters();
    clusters = new HashSet<>(response.getClustersList());
    var asked = response.getLoadReportingInterval();
    interval = Math.max(LEAST_NANOS, asked.getSeconds() * 1_000_000_000L + asked.getNanos());
    loop.arm(this, loop.nanoTime() + interval);
    from.request();
  }

  @Override
  protected void onTimer() {
    switch (stage) {
      case PAUSE:
        connect(0);
        break;
      case CONNECTING:
        end();
        closed("no connection in time");
        break;
      case REPORTING:
        report();
        loop.arm(this, loop.nanoTime() + interval);
        break;
      default:
    }
  }

  private void report() {
    long now = loop.nanoTime();
    Duration since = Duration.ofNanos(now - reportedAt);
    reportedAt = now;
    var request = LoadStatsRequest.newBuilder();
    for (ClusterLoad load : context.loads().take(name -> all || clusters.contains(name))) {
      request.addClusterStats(stats(load, since));
    }
    if (stream != null) {
      stream.send(request.build());
    }
  }

  private static ClusterStats stats(ClusterLoad load, Duration since) {
    var stats =
        ClusterStats.newBuilder()
            .setClusterName(load.cluster())
            .setClusterServiceName(load.service())
            .setLoadReportInterval(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(since.getSeconds())
                    .setNanos(since.getNano()));
    for (ClusterLoad.LocalityLoad of : load.localities()) {
      stats.addUpstreamLocalityStats(
          UpstreamLocalityStats.newBuilder()
              .setLocality(
                  Locality.newBuilder()
                      .setRegion(of.locality().region())
                      .setZone(of.locality().zone())
                      .setSubZone(of.locality().subZone()))
              .setPriority(of.priority())
              .setTotalIssuedRequests(of.issued())
              .setTotalSuccessfulRequests(of.successful())
              .setTotalErrorRequests(of.failed())
              .setTotalRequestsInProgress(of.inProgress()));
    }
    long dropped = 0;
    for (var drop : load.dropped().entrySet()) {
      dropped += drop.getValue();
      stats.addDroppedRequests(
          ClusterStats.DroppedRequests.newBuilder()
              .setCategory(drop.getKey())
              .setDroppedCount(drop.getValue()));
    }
    return stats.setTotalDroppedRequests(dropped).build();
  }

  @Override
  public void closed(String reason) {
    if (stage == Stage.CLOSED) {
      return;
    }
    stream = null;
    if (!reason.equals(lastReason)) {
      lastReason = reason;
      LOG.log(Level.INFO, "no load is reported to {0}: {1}", options.servers().get(server), reason);
    }
    if (!answered && server + 1 < options.servers().size()) {
      connect(server + 1);
    } else {
      stage = Stage.PAUSE;
      loop.arm(this, loop.nanoTime() + options.backoff().pause(failures++, loop));
    }
  }

  private void end() {
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }

  /** On the loop. */
  void close() {
    stage = Stage.CLOSED;
    disarm();
    end();
  }
}
