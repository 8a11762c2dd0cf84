package io.inmesh.runtime.engine;

import io.inmesh.balance.Pick;
import io.inmesh.call.Headers;
import io.inmesh.config.Failures.Kind;
import io.inmesh.runtime.breaker.Breaker;
import io.inmesh.runtime.cluster.Admission;
import io.inmesh.runtime.cluster.ClusterHost;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.cluster.HostSet;
import io.inmesh.runtime.cluster.LocalOrigin;
import io.inmesh.runtime.stats.ClusterStats.Count;
import io.inmesh.transport.ConnectionPool.Cancel;
import io.inmesh.transport.Stream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One try of one call: its own pick context, stream handler and timer, so that a try is one object.
 * The chain of those before it are the hosts tried, and, where attempts race, those that still run.
 * Owner: the call's loop.
 */
final class Attempt extends AttemptTarget implements Stream.Handler {
  private @Nullable Admission admitted;
  private Cancel opening = Cancel.NOTHING;
  private @Nullable Stream stream;
  private boolean requestSent;
  private boolean headSeen;
  private boolean timedOut;

  /** Its time was up, and it went on. */
  private boolean slow;

  /** Another attempt has been decided on while it goes on. */
  private boolean raced;

  private boolean done;
  private int status;

  /** Of the cluster's circuit breaker; none once it has been told how this ended. */
  private int permit = Breaker.REFUSED;

  private long permitted;
  private String failure = "";
  private String transportFailure = "";

  Attempt(OutgoingCall call, ClusterRuntime cluster, @Nullable Attempt previous) {
    super(call, cluster, previous);
  }

  OutgoingCall call() {
    return call;
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
    return (!done && !headSeen) || isWaiting();
  }

  /** Whether attempts before it are awaited, besides {@code except}. */
  boolean awaitsOthers(Attempt except) {
    for (Attempt each = this; each != null; each = each.previous()) {
      if (each != except && each.isAwaited()) {
        return true;
      }
    }
    return except.isWaiting();
  }

  /** Ends it and all before it, besides {@code winner}. Idempotent. */
  void abandonAll(@Nullable Attempt winner) {
    for (Attempt each = this; each != null; each = each.previous()) {
      if (each == winner) {
        each.stopWaiting();
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
    for (Attempt each = this; each != null; each = each.previous()) {
      if (expiry == Expiry.RESPONSE && (each == this || !each.done)) {
        each.count(Count.UPSTREAM_RQ_TIMEOUT);
      }
      if (!each.done) {
        if (!each.slow) {
          each.reportOrigin(LocalOrigin.TIMEOUT);
        }
        each.settle(Kind.TIMEOUT);
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
    if (recorder == null && !isPermitted()) {
      Router.breakerOpen(this);
      return;
    }
    Pick pick = hosts.pick(this);
    if (!(pick instanceof ClusterHost chosen)) {
      if (recorder == null && cluster.awaitHosts(() -> call.loop.execute(this::beginLater))) {
        rearm();
      } else {
        Router.noHost(this);
      }
      return;
    }
    host = chosen;
    if (recorder != null) {
      call.routed().finalizeAttempt(call, chosen.endpoint());
      recorder.chosen(this, chosen);
      return;
    }
    chosen.began();
    if (!call.reached) {
      call.reached = true;
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

  private boolean isPermitted() {
    Breaker breaker = cluster.breaker();
    if (breaker == null || permit != Breaker.REFUSED) {
      return true;
    }
    permit = breaker.admit();
    permitted = call.loop.nanoTime();
    return permit != Breaker.REFUSED;
  }

  /** Tells the breaker; the first to tell counts. */
  private void settle(boolean failed) {
    Breaker breaker = cluster.breaker();
    if (breaker != null && permit != Breaker.REFUSED) {
      breaker.ended(permit, failed, call.loop.nanoTime() - permitted);
      permit = Breaker.REFUSED;
    }
  }

  private void settle(Kind kind) {
    if (permit != Breaker.REFUSED) {
      settle(cluster.failures().has(kind));
    }
  }

  private void settle(int answer) {
    if (permit != Breaker.REFUSED) {
      settle(cluster.failures().hasStatus(answer));
    }
  }

  /** Nothing was learned of the cluster. */
  private void unsettled() {
    Breaker breaker = cluster.breaker();
    if (breaker != null && permit != Breaker.REFUSED) {
      breaker.released(permit);
      permit = Breaker.REFUSED;
    }
  }

  /** There may be hosts by now. */
  private void beginLater() {
    if (!done) {
      begin();
    }
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

  /**
   * The per-try timeout counts from here: before the end of the request, no peer can be expected to
   * answer.
   */
  void requestEnded() {
    if (!done && !headSeen) {
      startPerTry();
    }
    if (!done || isWaiting()) {
      rearm();
    }
  }

  /** After it has ended, an attempt's timer still serves to wait for the next one. */
  void backOff(long until) {
    abandon();
    stopLimits();
    waitUntil(until);
  }

  /** It goes on; another one follows. */
  void race(long until) {
    raced = true;
    waitUntil(until);
  }

  @Override
  boolean isUnderWay() {
    return requestSent && !done;
  }

  @Override
  void callExpired(Expiry expiry) {
    Router.timedOut(this, expiry);
  }

  @Override
  void backedOff() {
    if (!done) {
      rearm();
    }
    Router.again(this);
  }

  @Override
  void perTryExpired() {
    if (!call.hedged) {
      expired(Expiry.PER_TRY);
      return;
    }
    stopPerTry();
    slow = true;
    reportOrigin(LocalOrigin.TIMEOUT);
    settle(Kind.TIMEOUT);
    rearm();
    Router.slow(this);
  }

  @Override
  void expired(Expiry expiry) {
    if (headSeen) {
      Router.timedOut(this, expiry);
      return;
    }
    if (expiry == Expiry.PER_TRY) {
      count(Count.UPSTREAM_RQ_PER_TRY_TIMEOUT);
    }
    reportOrigin(LocalOrigin.TIMEOUT);
    settle(Kind.TIMEOUT);
    failure = "timeout";
    abandon();
    Router.tooSlow(this, expiry);
  }

  /** Frees timer, stream, host and place. Idempotent. */
  void abandon() {
    disarm();
    if (!done) {
      done = true;
      unsettled();
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
    abandon();
    stopLimits();
    if (isWaiting()) {
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
    startUpstream(cluster.config().transport().protocol().maxStreamDuration());
    ReplayBuffer body = call.body;
    if (body != null) {
      body.attach(opened);
    }
    if (call.attempt != this && host != null) {
      call.routed().finalizeAttempt(call, host.endpoint());
    }
    opened.head(call, call.headers(), body == null ? 0 : body.length(), body == null);
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
    stopPerTry();
    active();
    if (host != null) {
      host.report(call.isGrpc() ? Grpc.httpStatus(code, headers) : code);
    }
    if (!call.isGrpc() || headers.get("grpc-status") != null) {
      settle(call.isGrpc() ? Grpc.httpStatus(code, headers) : code);
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
      settle(Grpc.httpStatus(status, trailers));
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
      if (how == Stream.Closed.COMPLETE) {
        settle(status);
      } else {
        settle(Kind.RESET);
      }
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
    if (how == Stream.Closed.CONNECT_FAILURE || how == Stream.Closed.CONNECT_TIMEOUT) {
      settle(Kind.CONNECT_FAILURE);
    } else if (how != Stream.Closed.OVERFLOW
        && !(how == Stream.Closed.REFUSED && Router.mayResend(this))) {
      settle(Kind.RESET);
    }
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
}
