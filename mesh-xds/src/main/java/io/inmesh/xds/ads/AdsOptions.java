package io.inmesh.xds.ads;

import io.inmesh.loop.EventLoop;
import io.inmesh.xds.grpc.PlaneServer;
import java.time.Duration;
import java.util.List;

/**
 * How a plane is subscribed to.
 *
 * @param servers in order of preference; the first that can be reached serves
 * @param variant delta by default
 * @param initialFetchTimeout how long the plane may leave a name unanswered before it counts as
 *     unknown to it; 15 s by default, zero for ever. Source: ConfigSource.initial_fetch_timeout
 * @param backoff between attempts to connect
 * @param connectTimeout how long one attempt may take; 10 s by default
 * @param keepAlive silence after which a sign of life is asked for; 30 s by default, doubled when
 *     the server complains
 * @param loadReports whether the plane is told of load, where it asks for it; not by default.
 *     Source: envoy.service.load_stats.v3
 */
public record AdsOptions(
    List<PlaneServer> servers,
    Variant variant,
    Duration initialFetchTimeout,
    Backoff backoff,
    Duration connectTimeout,
    Duration keepAlive,
    boolean loadReports) {
  public AdsOptions {
    servers = List.copyOf(servers);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("a plane without servers");
    }
  }

  /** The two forms of the protocol. */
  public enum Variant {
    /** DeltaAggregatedResources: only what changes is sent. */
    DELTA,
    /** StreamAggregatedResources: each response holds all of its type. */
    STATE_OF_THE_WORLD
  }

  /**
   * Pauses between attempts: a uniform draw between nothing and a bound that doubles from {@code
   * base} to {@code max}.
   */
  public record Backoff(Duration base, Duration max) {
    /** 500 ms to 30 s. Source: envoy.config.core.v3.GrpcService, retry_policy of xDS. */
    public static final Backoff DEFAULT =
        new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

    private static final int MAX_DOUBLINGS = 30;

    /** The pause after so many failures before, in nanoseconds. */
    long pause(int failures, EventLoop random) {
      long bound = base.toNanos();
      for (int i = 0; i < Math.min(failures, MAX_DOUBLINGS) && bound < max.toNanos(); i++) {
        bound *= 2;
      }
      return Math.floorMod(random.random(), Math.max(1, Math.min(bound, max.toNanos())));
    }
  }

  /** With defaults for all but the servers. */
  public static AdsOptions of(PlaneServer... servers) {
    return new AdsOptions(
        List.of(servers),
        Variant.DELTA,
        Duration.ofSeconds(15),
        Backoff.DEFAULT,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        false);
  }

  /** With another form of the protocol. */
  public AdsOptions with(Variant other) {
    return new AdsOptions(
        servers, other, initialFetchTimeout, backoff, connectTimeout, keepAlive, loadReports);
  }

  /** With another {@link #initialFetchTimeout}. */
  public AdsOptions withInitialFetchTimeout(Duration other) {
    return new AdsOptions(servers, variant, other, backoff, connectTimeout, keepAlive, loadReports);
  }

  /** With other pauses. */
  public AdsOptions with(Backoff other) {
    return new AdsOptions(
        servers, variant, initialFetchTimeout, other, connectTimeout, keepAlive, loadReports);
  }

  /** With or without {@link #loadReports}. */
  public AdsOptions withLoadReports(boolean on) {
    return new AdsOptions(
        servers, variant, initialFetchTimeout, backoff, connectTimeout, keepAlive, on);
  }
}
