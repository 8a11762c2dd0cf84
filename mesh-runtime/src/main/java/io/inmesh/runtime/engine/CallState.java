package io.inmesh.runtime.engine;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Flag;
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
import io.inmesh.runtime.route.RoutedCall;
import io.inmesh.transport.Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The facts of one call: request, route, metadata, limits, flags; not what moves it. Owner: its
 * loop.
 */
abstract class CallState implements Call, RoutedCall, CallLimits, HashSink, Stream.RequestHead {
  private static final String LOCAL = "127.0.0.1";

  HttpChain chain;
  Clusters clusters;
  final Surroundings surroundings;
  final EventLoop loop;
  final CallSink sink;
  final @Nullable Downstream downstream;
  private String revision;
  private final Request request;
  private final long start;
  private final long draw;

  private String method;
  private String scheme;
  private String authority;
  private String path;
  private @Nullable Headers edited;
  private String caller = LOCAL;
  private boolean internal;
  private @Nullable RouteEntry<RouteParts> entry;
  private @Nullable HttpFilter @Nullable [] entered;
  private @Nullable Map<String, Map<String, Object>> metadata;
  private String details = "";
  private List<Flag> flags = List.of();
  private Headers responseHeaders = Headers.EMPTY;
  private Headers responseTrailers = Headers.EMPTY;
  private String localBody = "";
  private String virtualCluster = "";

  /** How many filters the request has reached. */
  int at;

  int status;
  long received;
  long sent;
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
    this.chain = chain;
    this.clusters = clusters;
    this.revision = revision;
    this.surroundings = surroundings;
    this.loop = loop;
    this.request = request;
    this.sink = sink;
    this.downstream = downstream;
    this.start = loop.nanoTime();
    this.draw = loop.random();
    this.method = request.method();
    this.scheme = request.scheme();
    this.authority = request.authority();
    this.path = request.path();
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

  /** Forgets what the first way of the call has left. */
  final void anew() {
    entered = null;
    metadata = null;
    hashed = false;
    cookie = null;
    timeoutStatus = 504;
    flags = List.of();
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
    scheme = oldScheme;
    authority = oldAuthority;
    path = oldPath;
    edited = oldHeaders;
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
    @Nullable HttpFilter[] seen = new HttpFilter[chain.filters.length];
    for (int i = 0; i < at; i++) {
      seen[i] = filter(i);
    }
    entered = seen;
    chooseRoute();
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
  public final Request request() {
    return request;
  }

  @Override
  public final String method() {
    return method;
  }

  /** Replaces the method. */
  public final void method(String value) {
    method = value;
  }

  @Override
  public final String scheme() {
    return scheme;
  }

  @Override
  public final void scheme(String value) {
    scheme = value;
  }

  @Override
  public final String authority() {
    return authority;
  }

  @Override
  public final void authority(String value) {
    authority = value;
  }

  @Override
  public final String path() {
    return path;
  }

  @Override
  public final void path(String value) {
    path = value;
  }

  @Override
  public final Headers headers() {
    return edited != null ? edited : request.headers();
  }

  @Override
  public final Headers editHeaders() {
    Headers own = edited;
    if (own == null) {
      own = request.headers().copy();
      edited = own;
    }
    return own;
  }

  @Override
  public final void caller(String address, boolean isInternal) {
    caller = address;
    internal = isInternal;
  }

  @Override
  public final boolean internal() {
    return internal;
  }

  @Override
  public final String callerAddress() {
    return caller;
  }

  @Override
  public final String peerAddress() {
    return downstream == null ? LOCAL : downstream.remote().host();
  }

  @Override
  public final boolean tls() {
    return downstream == null ? request.scheme().equals("https") : downstream.tls();
  }

  @Override
  public final boolean certificatePresented() {
    return downstream != null && downstream.names() != null;
  }

  @Override
  public final boolean certificateValidated() {
    return certificatePresented();
  }

  @Override
  public final long streamRandom() {
    return draw;
  }

  @Override
  public final @Nullable String filterState(String key) {
    return null;
  }

  @Override
  public final @Nullable Object metadata(String namespace, String key) {
    return metadataIn(namespace).get(key);
  }

  @Override
  public final Map<String, Object> metadataIn(String namespace) {
    return metadata == null ? Map.of() : metadata.getOrDefault(namespace, Map.of());
  }

  @Override
  public final void putMetadata(String namespace, String key, Object value) {
    if (metadata == null) {
      metadata = new HashMap<>();
    }
    metadata.computeIfAbsent(namespace, absent -> new HashMap<>()).put(key, value);
  }

  /** Whether any response flag is set. */
  public final boolean isFlagged() {
    return !flags.isEmpty();
  }

  /** All response flags: the bits of their places. */
  final int flagBits() {
    int bits = 0;
    for (int i = 0; i < flags.size(); i++) {
      bits |= 1 << flags.get(i).ordinal();
    }
    return bits;
  }

  /** Whether it is a gRPC call by its content type. */
  final boolean isGrpc() {
    return Grpc.isRequest(headers());
  }

  @Override
  public final void flag(Flag flag) {
    if (flags.isEmpty()) {
      flags = new ArrayList<>(2);
    }
    if (!flags.contains(flag)) {
      flags.add(flag);
    }
  }

  @Override
  public final List<Flag> flags() {
    return flags;
  }

  @Override
  public final boolean has(Flag flag) {
    return flags.contains(flag);
  }

  final void details(String value) {
    details = value;
  }

  @Override
  public final String details() {
    return details;
  }

  @Override
  public final String protocol() {
    return "HTTP/1.1";
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

  @Override
  public final int status() {
    return status;
  }

  final void response(int code, Headers headers) {
    status = code;
    responseHeaders = headers;
  }

  @Override
  public final Headers responseHeaders() {
    return responseHeaders;
  }

  final void responseTrailers(Headers trailers) {
    responseTrailers = trailers;
  }

  @Override
  public final Headers responseTrailers() {
    return responseTrailers;
  }

  final void virtualCluster(String name) {
    virtualCluster = name;
  }

  @Override
  public final String virtualCluster() {
    return virtualCluster;
  }

  final void localReplyBody(String body) {
    localBody = body;
  }

  @Override
  public final String localReplyBody() {
    return localBody;
  }

  @Override
  public final int attempts() {
    return begun;
  }

  @Override
  public final long bytesReceived() {
    return received;
  }

  @Override
  public final long bytesSent() {
    return sent;
  }

  @Override
  public final long startNanos() {
    return start;
  }

  @Override
  public final long nowNanos() {
    return loop.nanoTime();
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
        flags.isEmpty() ? Set.of() : EnumSet.copyOf(flags),
        details,
        entry == null ? "" : entry.route().name(),
        name(clusterConfig()),
        last == null ? "" : last.toString(),
        attempts(),
        revision,
        Duration.ofNanos(loop.nanoTime() - start));
  }
}
