package io.inmesh.runtime.engine;

import io.inmesh.call.CallSink;
import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.call.Request;
import io.inmesh.config.Failures.Kind;
import io.inmesh.config.Fallback;
import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.cluster.Admission;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.route.RetryRules;
import io.inmesh.runtime.route.RouteTable;
import io.inmesh.runtime.stats.ClusterStats;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call that this process makes: after the filters comes the router. Owner: its loop. */
public final class OutgoingCall extends ActiveCall {
  private static final long NEVER = Long.MAX_VALUE;
  private static final long READ_AHEAD = 1 << 20;
  private static final int UNAVAILABLE = 503;

  /** How long a call waits for its virtual host; in Envoy, as long as its stream may be idle. */
  private static final long HOST_PATIENCE = Duration.ofSeconds(15).toNanos();

  private boolean requestEnded;
  private int chunksAsked;

  /** What the plane was asked for last on its behalf. */
  private Resource.@Nullable Key demanded;

  /** What it is held for just now. */
  private @Nullable Demand demand;

  /** A filter asks for the whole body just now. */
  private boolean awaiting;

  /** The filters wait for the body. */
  private boolean suspended;

  /** What a filter does when the body that it waits for is there; null: the call goes on. */
  private @Nullable Runnable whenRead;

  /** What slows the response down; null for nothing. */
  private @Nullable Pacing pacing;

  private String boundHost = "";
  private boolean boundStrictly;
  private int noHostStatus = UNAVAILABLE;

  @Nullable ReplayBuffer body;

  /** What mirrors copy, if that cannot be done before the request is rewritten for a host. */
  @Nullable Request original;

  @Nullable RetryRules retry;
  @Nullable Admission retrying;

  /** How many further attempts were not admitted: they count as made. */
  int refusedRetries;

  /**
   * When all attempts together must have answered; the response timeout counts from the end of the
   * request.
   */
  long deadline = NEVER;

  /** When the exchange must be over, whatever happens. */
  long streamDeadline = NEVER;

  long lastActivity;

  /** When the application had sent its whole request. */
  private long requestEnd;

  /** Whether it was sent again without a policy: that is done once. */
  boolean resent;

  /** Whether a host was found for an attempt: from then on the request goes out. */
  boolean reached;

  /** What stands in for failures; null for nothing. */
  @Nullable Fallback fallback;

  /** Which failure it has stood in for; null for none. */
  private @Nullable Kind fallbackCause;

  /** How many redirects were followed. */
  private int redirects;

  /** Null where nobody counts them, and for what is not gRPC. */
  @Nullable GrpcMessages messages;

  /**
   * Where the call was made, as {@link CallTracing#context} said; then its trace, if there is one.
   */
  private @Nullable Object traced;

  /** A call that this process makes. */
  public OutgoingCall(
      HttpChain chain,
      Clusters clusters,
      String revision,
      Surroundings surroundings,
      EventLoop loop,
      Request request,
      CallSink sink) {
    super(chain, clusters, revision, surroundings, loop, request, sink, null);
  }

  CallTracing.@Nullable Trace trace() {
    return traced instanceof CallTracing.Trace trace ? trace : null;
  }

  /**
   * On the loop, once: the call counts, and can be cancelled.
   *
   * @param where what {@link CallTracing#context} has said where the call was made
   */
  public void enter(@Nullable Object where) {
    traced = where;
    enter();
  }

  /** The same for a call of which that is not known. */
  public void enter() {
    Recorder recorder = recorder();
    if (recorder != null) {
      recorder.begins(this);
    } else {
      count();
    }
    lastActivity = startNanos();
    deadline = ownDeadline();
  }

  private long ownDeadline() {
    long own = request().timeout().toNanos();
    return own > 0 ? after(startNanos(), own) : NEVER;
  }

  /** On the loop, once, after {@link #enter}: under other config than it was made with. */
  public void proceed(HttpChain found, Clusters known, String revision) {
    under(found, known, revision);
    proceed();
  }

  /** When time is up; {@link Long#MAX_VALUE} for no limit. By the loop's clock. */
  public long deadline() {
    return deadline;
  }

  /** On the loop: time is up before the call had a route. */
  public void expire() {
    Router.timeout(this, Expiry.RESPONSE);
  }

  @Override
  void beforeFilters() {
    if (chain.preparation != null && recorder() == null) {
      traced = surroundings.tracing().begin(this, traced);
    }
  }

  @Override
  HttpFilter.Verdict ask(HttpFilter filter) {
    Recorder recorder = recorder();
    return recorder == null ? filter.onRequest(this) : recorder.ask(filter, this, at - 1);
  }

  @Override
  void afterFilters() {
    Router.start(this);
  }

  @Override
  public boolean demandHost() {
    RouteTable<RouteParts> routes = chain.routes;
    if (routes == null || !routes.config().discovered()) {
      return false;
    }
    String name = routes.config().name() + "/" + Headers.lower(authority());
    return demand(new Resource.Key(Resource.Type.VIRTUAL_HOST, name), HOST_PATIENCE);
  }

  @Override
  public boolean demandCluster(Duration timeout) {
    String name = routedCluster();
    return !name.isEmpty()
        && clusters.find(name) == null
        && demand(new Resource.Key(Resource.Type.CLUSTER, name), timeout.toNanos());
  }

  /** Each is asked for once. */
  private boolean demand(Resource.Key key, long nanos) {
    Demands demands = surroundings.demands();
    if (demands == null || isExplained() || key.equals(demanded)) {
      return false;
    }
    demanded = key;
    var made = new Demand(this);
    demand = made;
    made.begin(demands, key, nanos == 0 ? NEVER : after(loop.nanoTime(), nanos));
    return true;
  }

  /** What the call was held for is there, or will not be. */
  void supplied(Demands.@Nullable Found now) {
    demand = null;
    if (!isOver()) {
      underNow(now);
      resume();
    }
  }

  @Override
  public void bind(String host, boolean strict, int missingStatus) {
    boundHost = host;
    boundStrictly = strict;
    noHostStatus = strict ? missingStatus : UNAVAILABLE;
  }

  int noHostStatus() {
    return noHostStatus;
  }

  String boundHost() {
    return boundHost;
  }

  boolean isBoundStrictly() {
    return boundStrictly;
  }

  void data(ByteBuffer chunk) {
    if (!hasEnded()) {
      received += chunk.remaining();
      if (messages != null) {
        messages.received.take(chunk);
      }
      if (pacing == null) {
        sink.onData(chunk);
      } else {
        pacing.data(chunk);
      }
    }
  }

  void trailers(Headers trailers) {
    if (!hasEnded()) {
      Headers filtered = filtered(trailers);
      responseTrailers(filtered);
      if (pacing == null) {
        sink.onTrailers(filtered);
      } else {
        pacing.trailers(filtered);
      }
    }
  }

  @Override
  public void pace(long bytesPerSecond) {
    pacing = new Pacing(sink, loop, bytesPerSecond);
  }

  /** The response is whole. */
  void complete() {
    if (pacing == null) {
      end(Ended.COMPLETE);
    } else {
      free();
      deadline = NEVER;
      pacing.end(() -> end(Ended.COMPLETE));
    }
  }

  /** The application has sent its whole request. The response timeout begins. */
  void requestEnded() {
    if (requestEnded || hasEnded()) {
      return;
    }
    requestEnded = true;
    startResponseTime();
    Attempt current = attempt;
    if (current != null) {
      current.requestEnded();
    }
    if (current != null && current.host() != null) {
      Router.mirror(this);
    }
  }

  private void startResponseTime() {
    requestEnd = loop.nanoTime();
    if (responseNanos > 0) {
      deadline = Math.min(deadline, after(requestEnd, responseNanos));
    }
  }

  /** Reads the body, or goes on with what a filter has read of it. */
  void openBody(long limit, boolean needed) {
    ReplayBuffer known = body;
    if (known != null) {
      known.keep(limit, needed);
      if (requestEnded) {
        startResponseTime();
      }
    } else if (request().body().isPresent()) {
      var opened = new ReplayBuffer(request().body().get(), this, limit, needed);
      body = opened;
      opened.open();
    }
  }

  @Override
  public HttpFilter.Verdict awaitBody(long most) {
    if (request().body().isEmpty() || (body == null && redirects > 0)) {
      return super.awaitBody(most);
    }
    return isRead(most, true) ? HttpFilter.Verdict.CONTINUE : HttpFilter.Verdict.STOP;
  }

  private boolean isRead(long bytes, boolean whole) {
    openBody(whole ? bytes : Math.max(bytes, READ_AHEAD), false);
    ReplayBuffer opened = body;
    if (opened == null || opened.hasEnded()) {
      return true;
    }
    awaiting = true;
    opened.await(bytes, whole);
    boolean there = !awaiting;
    awaiting = false;
    suspended = !there;
    return there;
  }

  @Override
  public boolean readBody(long bytes, boolean whole, Runnable then) {
    if (request().body().isEmpty()
        || request().body().get().length() == 0
        || (body == null && redirects > 0)) {
      return true;
    }
    boolean there = isRead(bytes, whole);
    whenRead = there ? null : then;
    return there;
  }

  @Override
  public @Nullable BodyStart bodyStart(int most) {
    return body == null ? null : body.start(most);
  }

  @Override
  public void readAhead() {
    if (body == null && redirects == 0) {
      openBody(READ_AHEAD, false);
      if (body != null) {
        body.readAhead();
      }
    }
  }

  /** The body that a filter waits for is there. */
  void bodyComplete() {
    if (awaiting) {
      awaiting = false;
    } else if (suspended) {
      suspended = false;
      Runnable then = whenRead;
      whenRead = null;
      if (then == null) {
        resume();
      } else if (!isOver()) {
        then.run();
      }
    }
  }

  /**
   * Milliseconds from when the request was whole to the last sign of life: the head, when that
   * comes.
   */
  long serviceMillis() {
    return requestEnded ? (lastActivity - requestEnd) / 1_000_000 : 0;
  }

  /** A fallback stands in for a failure. */
  void fallBack(Kind cause) {
    fallbackCause = cause;
  }

  /** The failure in whose place a fallback stood; null for none. */
  public @Nullable Kind fallbackCause() {
    return fallbackCause;
  }

  int redirects() {
    return redirects;
  }

  /** Begins anew with a request that a redirect has changed; its body is sent once more. */
  void redirected() {
    free();
    leaveFilters();
    redirects++;
    reached = false;
    fallback = null;
    requestEnded = false;
    attempt = null;
    retry = null;
    refusedRetries = 0;
    bind("", false, UNAVAILABLE);
    deadline = ownDeadline();
    streamDeadline = NEVER;
    anew();
    resume();
  }

  boolean hasRequestEnded() {
    return requestEnded;
  }

  /** Telemetry only listens. */
  @Override
  void tell(Ended how) {
    if (status > 0 && cluster != null) {
      stats(cluster).answered(stripe(), status);
    }
    CallMeters meters = surroundings.meters();
    if (meters != null) {
      meters.ended(this);
    }
    CallTracing.Trace trace = trace();
    if (trace != null) {
      trace.ended(this, how);
    }
    surroundings.log().onEnd(this, how);
  }

  /** The counts of the cluster that the last host is of, or of the one that was called. */
  private ClusterStats stats(ClusterRuntime called) {
    return attempt == null ? called.stats() : attempt.stats();
  }

  /** Frees what the attempts hold. Idempotent. */
  private void free() {
    if (attempt != null) {
      attempt.abandonAll(null);
    }
    retryEnded();
  }

  /** Whether other attempts than this one may still bring a response. */
  boolean awaitsOthers(Attempt than) {
    return attempt != null && attempt.awaitsOthers(than);
  }

  /** An attempt's response goes to the caller: all others are over. */
  void wins(Attempt winner) {
    Attempt latest = attempt;
    if (hedged && latest != null) {
      latest.abandonAll(winner);
      attempt = winner;
      retryEnded();
    }
  }

  /** Time is up for all attempts. */
  void abandonAsTimeout(Expiry expiry) {
    if (attempt != null) {
      attempt.abandonAsTimeout(expiry);
    }
  }

  @Override
  void release() {
    free();
    if (demand != null) {
      demand.cancel();
    }
    if (pacing != null) {
      pacing.disarm();
    }
    if (body != null) {
      body.close();
    }
  }

  /** A retry that was granted is over, or another decision is due. */
  void retryEnded() {
    if (retrying != null) {
      retrying.retryEnded();
      retrying = null;
    }
  }

  @Override
  public void demand(int chunks) {
    Attempt current = attempt;
    if (hasEnded() || chunks <= 0) {
      return;
    }
    if (hasHeadSent() && current != null) {
      current.demand(chunks);
    } else {
      chunksAsked = (int) Math.min((long) chunksAsked + chunks, Integer.MAX_VALUE);
    }
  }

  /** What the caller asked for before there was a response. */
  int takeDemand() {
    int all = chunksAsked;
    chunksAsked = 0;
    return all;
  }
}
