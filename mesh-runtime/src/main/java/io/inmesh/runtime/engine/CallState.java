package io.inmesh.runtime.engine;

import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.call.Outcome;
import io.inmesh.call.Request;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Route;
import io.inmesh.config.VirtualHost;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.cluster.ClusterHost;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.route.CallLimits;
import io.inmesh.runtime.route.HashSink;
import io.inmesh.runtime.route.RouteEntry;
import io.inmesh.runtime.route.RouteTable;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What decides about a call: its chain and clusters, the route and what that says of time, hash and
 * attempts; not what moves it. Owner: its loop.
 */
abstract class CallState extends CallOutcome implements CallLimits, HashSink {
  HttpChain chain;
  Clusters clusters;
  final Surroundings surroundings;
  final CallSink sink;
  private String revision;

  private @Nullable RouteEntry<RouteParts> entry;
  private @Nullable HttpFilter @Nullable [] entered;
  private String virtualCluster = "";

  /** How many filters the request has reached. */
  int at;

  @Nullable ClusterRuntime cluster;
  @Nullable Attempt attempt;

  boolean hashed;
  long hash;
  private @Nullable String cookie;

  /** How many attempts have begun. */
  int begun;

  /** Whether attempts that are too slow go on, and others race with them. */
  boolean hedged;

  long responseNanos;
  long perTryNanos;
  long perTryIdleNanos;
  long maxStreamNanos;
  long idleNanos = -1;
  int timeoutStatus = 504;

  CallState(
      HttpChain chain,
      Clusters clusters,
      String revision,
      Surroundings surroundings,
      EventLoop loop,
      Request request,
      CallSink sink,
      @Nullable Downstream downstream) {
    super(loop, request, downstream);
    this.chain = chain;
    this.clusters = clusters;
    this.revision = revision;
    this.surroundings = surroundings;
    this.sink = sink;
  }

  /**
   * The filter at a place, with the route's settings; one that has seen the request stays the same
   * object.
   */
  final HttpFilter filter(int index) {
    if (entered != null && entered[index] != null) {
      return entered[index];
    }
    HttpFilter own = entry == null ? null : entry.parts().filter(index);
    return own == null ? chain.filters[index] : own;
  }

  /** Who is told how the call is decided; null for a call that is made. */
  final @Nullable Recorder recorder() {
    return sink instanceof Recorder recorder ? recorder : null;
  }

  /** What decides about the call, once it is known. */
  final void under(HttpChain found, Clusters known, String name) {
    chain = found;
    clusters = known;
    revision = name;
  }

  /**
   * The config of now, if the filters are still those of the call; the route is chosen anew, and
   * the filter that the request has reached last is asked once more.
   */
  final void underNow(Demands.@Nullable Found now) {
    if (now != null && now.chain().settings.equals(chain.settings)) {
      at--;
      seen();
      under(now.chain(), now.clusters(), now.revision());
      chooseRoute();
    } else {
      at--;
    }
  }

  /** Forgets what the first way of the call has left. */
  final void anew() {
    entered = null;
    forgetMetadata();
    hashed = false;
    cookie = null;
    timeoutStatus = 504;
    forgetFlags();
    limits(0, 0, 0, 0, -1);
    begun = 0;
    hedged = false;
    cluster = null;
    chooseRoute();
  }

  /** Takes changes of the request back. */
  final void undo(
      String oldScheme,
      String oldAuthority,
      String oldPath,
      Headers oldHeaders,
      RouteEntry<RouteParts> oldEntry) {
    scheme(oldScheme);
    authority(oldAuthority);
    path(oldPath);
    headers(oldHeaders);
    entry = oldEntry;
  }

  final void chooseRoute() {
    Recorder recorder = recorder();
    RouteTable<RouteParts> routes = chain.routes;
    entry = routes == null || !tellsProtocol() ? null : routes.match(this, recorder);
    if (recorder != null) {
      recorder.routeChosen();
    }
  }

  /**
   * As in Envoy (measured), a request that does not tell by which protocol it came has no route.
   * Preparation tells it for those who do not, but not for a request that it refuses.
   */
  private boolean tellsProtocol() {
    if (chain.preparation == null) {
      return true;
    }
    String protocol = headers().get("x-forwarded-proto");
    return protocol != null && !protocol.isEmpty();
  }

  @Override
  public final void clearRoute() {
    seen();
    chooseRoute();
  }

  /** Filters that have seen the request stay the same objects, whatever the route. */
  private void seen() {
    @Nullable HttpFilter[] seen = new HttpFilter[chain.filters.length];
    for (int i = 0; i < at; i++) {
      seen[i] = filter(i);
    }
    entered = seen;
  }

  @Override
  public final @Nullable RouteEntry<RouteParts> entry() {
    return entry;
  }

  /** A moment so many nanoseconds after another; {@link Long#MAX_VALUE} if that is never. */
  static long after(long moment, long nanos) {
    long sum = moment + nanos;
    return ((moment ^ sum) & (nanos ^ sum)) < 0 ? Long.MAX_VALUE : sum;
  }

  /** The route of a call that is known to have one. */
  final RouteEntry<RouteParts> routed() {
    RouteEntry<RouteParts> known = entry;
    if (known == null) {
      throw new IllegalStateException("a call without a route has come to the router's forwarding");
    }
    return known;
  }

  @Override
  public final Optional<Route> route() {
    return entry == null ? Optional.empty() : entry.view();
  }

  @Override
  public final @Nullable VirtualHost virtualHost() {
    return entry == null ? null : entry.virtualHost();
  }

  @Override
  public final @Nullable Cluster clusterConfig() {
    ClusterRuntime known = cluster;
    if (known == null && entry != null && entry.forward() != null) {
      known = clusters.find(entry.cluster(this));
    }
    return known == null ? null : known.config();
  }

  @Override
  public final @Nullable Endpoint endpoint() {
    return attempt == null || attempt.host() == null ? null : attempt.host().endpoint();
  }

  @Override
  public final String transportFailure() {
    return attempt == null ? "" : attempt.transportFailure();
  }

  final void virtualCluster(String name) {
    virtualCluster = name;
  }

  @Override
  public final String virtualCluster() {
    return virtualCluster;
  }

  @Override
  public final int attempts() {
    return begun;
  }

  @Override
  public final void limits(long response, long perTry, long perTryIdle, long maxStream, long idle) {
    responseNanos = response;
    perTryNanos = perTry;
    perTryIdleNanos = perTryIdle;
    maxStreamNanos = maxStream;
    idleNanos = idle;
  }

  @Override
  public final void hedged() {
    hedged = true;
  }

  @Override
  public final void timeoutStatus(int code) {
    timeoutStatus = code;
  }

  @Override
  public final void onHash(long value) {
    hashed = true;
    hash = value;
  }

  @Override
  public final void onCookie(String setCookie) {
    cookie = setCookie;
  }

  final @Nullable String cookie() {
    return cookie;
  }

  private static String name(@Nullable Cluster config) {
    return config == null ? "" : config.name();
  }

  @Override
  public final Outcome outcome() {
    ClusterHost last = attempt == null ? null : attempt.host();
    return new Outcome(
        flags().isEmpty() ? Set.of() : EnumSet.copyOf(flags()),
        details(),
        entry == null ? "" : entry.route().name(),
        name(clusterConfig()),
        last == null ? "" : last.toString(),
        attempts(),
        revision,
        Duration.ofNanos(nowNanos() - startNanos()));
  }
}
