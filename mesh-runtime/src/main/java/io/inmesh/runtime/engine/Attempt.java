package io.inmesh.runtime.engine;

import io.inmesh.balance.Host;
import io.inmesh.balance.Pick;
import io.inmesh.balance.PickContext;
import io.inmesh.call.Headers;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.Action.Priority;
import io.inmesh.config.Metadata;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.cluster.Admission;
import io.inmesh.runtime.cluster.ClusterHost;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.cluster.HostSet;
import io.inmesh.runtime.cluster.LocalOrigin;
import io.inmesh.runtime.stats.ClusterStats;
import io.inmesh.runtime.stats.ClusterStats.Count;
import io.inmesh.transport.ConnectionPool.Cancel;
import io.inmesh.transport.Stream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One try of one call: its own pick context, stream handler and timer, so that a try is one object.
 * The chain of those before it are the hosts tried. The one timer waits for the first of all that
 * may end it. Owner: the call's loop.
 */
final class Attempt extends Timer implements PickContext, Stream.Handler {
  private static final long NEVER = Long.MAX_VALUE;

  private final OutgoingCall call;
  private final ClusterRuntime cluster;
  private final @Nullable Attempt previous;
  private final int ordinal;
  private @Nullable ClusterHost host;
  private @Nullable Admission admitted;
  private Cancel opening = Cancel.NOTHING;
  private @Nullable Stream stream;
  private long perTryEnd = NEVER;
  private long backOffEnd = NEVER;
  private long upstreamEnd = NEVER;
  private long lastByte;
  private boolean requestSent;
  private boolean headSeen;
  private boolean timedOut;

  /** Its time was up, and it went on. */
  private boolean slow;

  /** Another attempt has been decided on while it goes on. */
  private boolean raced;

  private boolean done;
  private int status;
  private String failure = "";
  private String transportFailure = "";

  Attempt(OutgoingCall call, ClusterRuntime cluster, @Nullable Attempt previous) {
    this.call = call;
    this.cluster = cluster;
    this.previous = previous;
    this.ordinal = previous == null ? 1 : previous.ordinal + 1;
  }

  OutgoingCall call() {
    return call;
  }

  ClusterRuntime cluster() {
    return cluster;
  }

  int ordinal() {
    return ordinal;
  }

  @Nullable ClusterHost host() {
    return host;
  }

  ClusterStats stats() {
    ClusterHost chosen = host;
    return chosen == null ? cluster.stats() : chosen.stats();
  }

  void count(Count what) {
    stats().add(call.stripe(), what);
  }

  String transportFailure() {
    return transportFailure;
  }

  boolean isRequestSent() {
    return requestSent;
  }

  boolean isTimedOut() {
    return timedOut || raced;
  }

  /** Whether it is decided that another attempt races with it: it will not be tried again. */
  boolean isRaced() {
    return raced;
  }

  /** Whether it may bring a response, or another attempt follows it. */
  private boolean isAwaited() {
    return (!done && !headSeen) || backOffEnd != NEVER;
  }

  /** Whether attempts before it are awaited, besides {@code except}. */
  boolean awaitsOthers(Attempt except) {
    for (Attempt each = this; each != null; each = each.previous) {
      if (each != except && each.isAwaited()) {
        return true;
      }
    }
    return except.backOffEnd != NEVER;
  }

  /** Ends it and all before it, besides {@code winner}. Idempotent. */
  void abandonAll(@Nullable Attempt winner) {
    for (Attempt each = this; each != null; each = each.previous) {
      if (each == winner) {
        each.backOffEnd = NEVER;
      } else {
        each.abandon();
      }
    }
  }

  void timedOut() {
    timedOut = true;
  }

  /** Sends the same request again at once, to a host of now. */
  void resend() {
    var next = new Attempt(call, cluster, previous);
    call.attempt = next;
    next.begin();
  }

  /** The whole call is out of time: the peers are told of as too slow. */
  void abandonAsTimeout(Expiry expiry) {
    for (Attempt each = this; each != null; each = each.previous) {
      if (expiry == Expiry.RESPONSE && (each == this || !each.done)) {
        each.count(Count.UPSTREAM_RQ_TIMEOUT);
      }
      if (!each.done) {
        if (!each.slow) {
          each.reportOrigin(LocalOrigin.TIMEOUT);
        }
        each.failure = "timeout";
      }
      each.abandon();
    }
  }

  void begin() {
    HostSet hosts = cluster.hosts();
    Recorder recorder = call.recorder();
    if (recorder != null) {
      recorder.choosing(this, hosts);
    }
    Pick pick = hosts.pick(this);
    if (!(pick instanceof ClusterHost chosen)) {
      Router.noHost(this);
      return;
    }
    host = chosen;
    if (recorder != null) {
      call.routed().finalizeAttempt(call, chosen.endpoint());
      recorder.chosen(this, chosen);
      return;
    }
    chosen.began();
    if (previous == null && !call.resent) {
      hostFound();
    }
    call.routed().finalizeAttempt(call, chosen.endpoint());
    if (call.hasRequestEnded()) {
      startPerTry();
    }
    rearm();
    CallTracing.Trace trace = call.trace();
    if (trace != null) {
      trace.attempting(call);
    }
    opening = chosen.pool(priority(), call.isGrpc()).open(call.loop, this);
  }

  /**
   * Only now a request counts as sent if it has no body, or a redirect sends its body again, and
   * copies of it go out.
   */
  private void hostFound() {
    if (call.hasRequestEnded()) {
      Router.mirror(call);
    } else if (call.body == null || call.body.hasEnded()) {
      call.requestEnded();
    } else if (!call.routed().mirrors().isEmpty()) {
      call.original = Mirror.of(call, call.headers().copy());
    }
  }

  Priority priority() {
    Forward forward = call.routed().forward();
    return forward == null ? Priority.DEFAULT : forward.priority();
  }

  Admission admission() {
    ClusterHost chosen = host;
    return chosen == null ? cluster.admission(priority()) : chosen.admission(priority());
  }

  /**
   * The per-try timeout counts from here: before the end of the request, no peer can be expected to
   * answer.
   */
  void requestEnded() {
    if (!done && !headSeen) {
      startPerTry();
    }
    if (!done || backOffEnd != NEVER) {
      rearm();
    }
  }

  private void startPerTry() {
    if (call.perTryNanos > 0) {
      perTryEnd = CallState.after(call.loop.nanoTime(), call.perTryNanos);
    }
  }

  private long idleEnd() {
    long idle = call.idleNanos < 0 ? call.chain.idleNanos : call.idleNanos;
    return idle > 0 ? call.lastActivity + idle : NEVER;
  }

  private long perTryIdleEnd() {
    return call.perTryIdleNanos > 0 && requestSent && !done
        ? lastByte + call.perTryIdleNanos
        : NEVER;
  }

  private void rearm() {
    long at =
        Math.min(Math.min(call.deadline, call.streamDeadline), Math.min(perTryEnd, backOffEnd));
    at = Math.min(at, Math.min(idleEnd(), Math.min(perTryIdleEnd(), upstreamEnd)));
    if (at == NEVER) {
      disarm();
    } else {
      call.loop.arm(this, at);
    }
  }

  /** After it has ended, an attempt's timer still serves to wait for the next one. */
  void backOff(long until) {
    abandon();
    perTryEnd = NEVER;
    upstreamEnd = NEVER;
    backOffEnd = until;
    rearm();
  }

  /** It goes on; another one follows. */
  void race(long until) {
    raced = true;
    backOffEnd = until;
    rearm();
  }

  @Override
  protected void onTimer() {
    long now = call.loop.nanoTime();
    if (now >= call.streamDeadline) {
      Router.timedOut(this, Expiry.MAX_STREAM);
    } else if (now >= call.deadline) {
      Router.timedOut(this, Expiry.RESPONSE);
    } else if (now >= backOffEnd) {
      backOffEnd = NEVER;
      if (!done) {
        rearm();
      }
      Router.again(this);
    } else if (now >= perTryEnd) {
      perTryExpired();
    } else if (now >= upstreamEnd) {
      expired(Expiry.MAX_UPSTREAM_STREAM);
    } else if (now >= perTryIdleEnd()) {
      expired(Expiry.PER_TRY_IDLE);
    } else if (now >= idleEnd()) {
      Router.timedOut(this, Expiry.IDLE);
    } else {
      rearm();
    }
  }

  private void perTryExpired() {
    if (!call.hedged) {
      expired(Expiry.PER_TRY);
      return;
    }
    perTryEnd = NEVER;
    slow = true;
    reportOrigin(LocalOrigin.TIMEOUT);
    rearm();
    Router.slow(this);
  }

  private void expired(Expiry expiry) {
    if (headSeen) {
      Router.timedOut(this, expiry);
      return;
    }
    if (expiry == Expiry.PER_TRY) {
      count(Count.UPSTREAM_RQ_PER_TRY_TIMEOUT);
    }
    reportOrigin(LocalOrigin.TIMEOUT);
    failure = "timeout";
    abandon();
    Router.tooSlow(this, expiry);
  }

  /** Frees timer, stream, host and place. Idempotent. */
  void abandon() {
    disarm();
    if (!done) {
      done = true;
      opening.cancel();
      if (host != null) {
        host.ended();
      }
      if (admitted != null) {
        admitted.requestEnded();
      }
      CallTracing.Trace trace = call.trace();
      if (trace != null && host != null) {
        trace.attempted(call, ordinal, status, failure);
      }
      Stream open = stream;
      stream = null;
      if (open != null) {
        if (call.body != null) {
          call.body.detach(open);
        }
        open.reset();
      }
    }
  }

  /** Its outcome does not count: others are awaited. */
  void drop() {
    long next = backOffEnd;
    abandon();
    perTryEnd = NEVER;
    upstreamEnd = NEVER;
    backOffEnd = next;
    if (next != NEVER) {
      rearm();
    }
  }

  void demand(int chunks) {
    if (stream != null) {
      stream.demand(chunks);
    }
  }

  private void reportOrigin(LocalOrigin origin) {
    if (host != null && !headSeen) {
      host.report(origin);
    }
  }

  @Override
  public void onOpen(Stream opened) {
    if (done) {
      opened.reset();
      return;
    }
    Admission gate = admission();
    if (!gate.tryRequest()) {
      opened.reset();
      broken(Stream.Closed.OVERFLOW, "");
      return;
    }
    admitted = gate;
    stream = opened;
    reportOrigin(LocalOrigin.CONNECTED);
    requestSent = true;
    count(Count.UPSTREAM_RQ_TOTAL);
    startUpstream();
    ReplayBuffer body = call.body;
    if (body != null) {
      body.attach(opened);
    }
    if (call.attempt != this && host != null) {
      call.routed().finalizeAttempt(call, host.endpoint());
    }
    opened.head(call, call.headers(), body == null ? 0 : body.length(), body == null);
  }

  private void startUpstream() {
    if (call.perTryIdleNanos > 0) {
      lastByte = call.loop.nanoTime();
    }
    Optional<Duration> most = cluster.config().transport().protocol().maxStreamDuration();
    if (most.isPresent() && !most.get().isZero()) {
      upstreamEnd = call.loop.nanoTime() + most.get().toNanos();
    }
    if (upstreamEnd != NEVER || call.perTryIdleNanos > 0) {
      rearm();
    }
  }

  /** A sign of life. */
  private void active() {
    long now = call.loop.nanoTime();
    lastByte = now;
    call.lastActivity = now;
  }

  @Override
  public void onWritable(int chunks) {
    Stream to = stream;
    if (call.body != null && to != null) {
      call.body.demand(to, chunks);
    }
  }

  @Override
  public void onHead(int code, Headers headers) {
    if (done) {
      return;
    }
    headSeen = true;
    status = code;
    perTryEnd = NEVER;
    active();
    if (host != null) {
      host.report(call.isGrpc() ? Grpc.httpStatus(code, headers) : code);
    }
    if (Router.mayPass(this, code, headers)) {
      rearm();
      Router.pass(this, code, headers);
      if (!done) {
        demand(call.takeDemand());
      }
    }
  }

  @Override
  public void onData(ByteBuffer chunk) {
    if (!done) {
      active();
      call.data(chunk);
    }
  }

  @Override
  public void onTrailers(Headers trailers) {
    if (!done) {
      call.trailers(trailers);
    }
  }

  @Override
  public void onClose(Stream.Closed how, String reason) {
    Stream closed = stream;
    stream = null;
    if (done) {
      return;
    }
    if (call.body != null && closed != null) {
      call.body.detach(closed);
    }
    if (!headSeen) {
      broken(how == Stream.Closed.COMPLETE ? Stream.Closed.TERMINATED : how, reason);
    } else {
      failure = how == Stream.Closed.COMPLETE ? "" : Breakage.of(how).name();
      Router.closed(this, how, reason);
    }
  }

  private void broken(Stream.Closed how, String reason) {
    if (how == Stream.Closed.CONNECT_TIMEOUT) {
      reportOrigin(LocalOrigin.TIMEOUT);
    } else if (how != Stream.Closed.OVERFLOW) {
      reportOrigin(LocalOrigin.FAILED);
    }
    failure = Breakage.of(how).name();
    if (!requestSent && how != Stream.Closed.OVERFLOW) {
      transportFailure = reason;
    }
    count(how);
    abandon();
    Router.failed(this, how, reason);
  }

  private void count(Stream.Closed how) {
    switch (how) {
      case CONNECT_FAILURE -> count(Count.UPSTREAM_CX_CONNECT_FAIL);
      case CONNECT_TIMEOUT -> {
        count(Count.UPSTREAM_CX_CONNECT_FAIL);
        count(Count.UPSTREAM_CX_CONNECT_TIMEOUT);
      }
      case OVERFLOW -> count(Count.UPSTREAM_RQ_PENDING_OVERFLOW);
      case REFUSED, RESET -> count(Count.UPSTREAM_RQ_RX_RESET);
      default -> {}
    }
  }

  @Override
  public boolean hashed() {
    return call.hashed;
  }

  @Override
  public long hash() {
    return call.hash;
  }

  @Override
  public long random() {
    return call.loop.random();
  }

  @Override
  public boolean tried(Host candidate) {
    if (previous == null || call.retry == null) {
      return false;
    }
    HostSelection rules = call.retry.hosts();
    return (rules.avoidPrevious() && wasTried(candidate))
        || (rules.omitCanary() && isCanary(candidate))
        || (!rules.omitMetadata().byNamespace().isEmpty()
            && holds(candidate.endpoint().metadata(), rules.omitMetadata()));
  }

  private static boolean isCanary(Host candidate) {
    return Boolean.TRUE.equals(candidate.endpoint().metadata().in(Metadata.LB).get("canary"));
  }

  private static boolean holds(Metadata metadata, Metadata wanted) {
    for (String namespace : wanted.byNamespace().keySet()) {
      var values = metadata.in(namespace).entrySet();
      if (!values.containsAll(wanted.in(namespace).entrySet())) {
        return false;
      }
    }
    return true;
  }

  private boolean wasTried(Host candidate) {
    for (Attempt earlier = previous; earlier != null; earlier = earlier.previous) {
      if (earlier.host != null
          && candidate instanceof ClusterHost other
          && earlier.host.state() == other.state()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int hostSelectionAttempts() {
    // As in Envoy: the number is of further draws, and counts for further attempts only.
    return call.retry == null || previous == null ? 1 : 1 + call.retry.hosts().maxAttempts();
  }

  @Override
  public String authority() {
    return call.authority();
  }

  @Override
  public Map<String, Object> metadataMatch() {
    return call.routed().metadataMatch();
  }

  /** A further attempt is free to go elsewhere, as in Envoy. */
  @Override
  public String overrideHost() {
    return previous == null ? call.boundHost() : "";
  }

  @Override
  public boolean overrideStrict() {
    return call.isBoundStrictly();
  }
}
