package io.inmesh.runtime.engine;

import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.Failures.Kind;
import io.inmesh.config.Fallback.ToCluster;
import io.inmesh.runtime.cluster.Admission;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.route.LocalReply;
import io.inmesh.runtime.route.MirrorEntry;
import io.inmesh.runtime.route.RetryRules;
import io.inmesh.runtime.route.RouteEntry;
import io.inmesh.runtime.stats.ClusterStats.Count;
import io.inmesh.transport.Stream.Closed;
import java.util.List;

/**
 * The last filter: does what the route says. Stateless; what it remembers is in the call and its
 * attempts.
 */
final class Router {
  private static final long DEFAULT_BUFFER = 1 << 20;

  /** What is kept of a body that only an unsent request would need again. */
  private static final long RESENT = 64 * 1024;

  private Router() {}

  static void start(OutgoingCall call) {
    RouteEntry<RouteParts> entry = call.entry();
    if (entry == null) {
      call.flag(Flag.NR);
      call.answer(new LocalReply(404, Headers.EMPTY, "", "route_not_found"));
      return;
    }
    LocalReply reply = entry.directReply(call);
    Forward forward = entry.forward();
    if (reply != null) {
      call.answer(reply);
    } else if (forward != null) {
      forward(call, entry, forward);
    } else {
      // A route that forwards nothing (non_forwarding_action) names no cluster.
      noCluster(call, 503);
    }
  }

  private static void forward(OutgoingCall call, RouteEntry<RouteParts> entry, Forward forward) {
    ClusterRuntime cluster = call.clusters.find(entry.cluster(call));
    if (cluster == null) {
      noCluster(call, forward.clusterNotFoundStatus());
      return;
    }
    call.cluster = cluster;
    call.fallback = Standby.of(forward, cluster);
    if (cluster.hosts().drops(call.loop.random())) {
      call.flag(Flag.DO);
      Headers marked = Headers.of("x-envoy-drop-overload", "true");
      call.answer(new LocalReply(503, marked, "drop overload", "drop_overload"));
      return;
    }
    if (call.chain.preparation != null) {
      call.virtualCluster(entry.virtualCluster(call));
      entry.finalizeRequest(call, call);
      entry.hash(call, call);
      call.retry = entry.retry(call);
    } else if (forward.retry().isPresent()) {
      call.retry = entry.retry(call);
    }
    CallMeters meters = call.surroundings.meters();
    if (meters != null) {
      meters.forwarded(call);
    }
    if (call.maxStreamNanos > 0) {
      call.streamDeadline = CallState.after(call.startNanos(), call.maxStreamNanos);
    }
    if (call.request().body().isPresent() && call.redirects() == 0) {
      readBody(call, entry, forward);
    }
    if (!call.hasEnded()) {
      begin(new Attempt(call, cluster, null));
    }
  }

  private static void readBody(OutgoingCall call, RouteEntry<RouteParts> entry, Forward forward) {
    boolean needed =
        call.retry != null
            || !entry.mirrors().isEmpty()
            || forward.internalRedirect().isPresent()
            || (call.fallback != null && call.fallback.target() instanceof ToCluster);
    long limit = entry.bufferLimit() < 0 ? DEFAULT_BUFFER : entry.bufferLimit();
    call.openBody(needed ? limit : Math.min(limit, RESENT), needed);
  }

  private static void noCluster(OutgoingCall call, int status) {
    call.flag(Flag.NC);
    call.answer(new LocalReply(status, Headers.EMPTY, "", "cluster_not_found"));
  }

  static void begin(Attempt attempt) {
    attempt.call().attempt = attempt;
    attempt.call().begun = attempt.ordinal();
    attempt.begin();
  }

  /** Sends copies of a request that is whole. */
  static void mirror(OutgoingCall call) {
    List<MirrorEntry> mirrors = call.routed().mirrors();
    for (int i = 0; i < mirrors.size(); i++) {
      MirrorEntry mirror = mirrors.get(i);
      ClusterRuntime to = mirror.wanted(call) ? call.clusters.find(mirror.cluster(call)) : null;
      if (to != null && (call.body == null || call.body.whole() != null)) {
        new Mirror(call, to, mirror).begin();
      }
    }
  }

  static void noHost(Attempt attempt) {
    OutgoingCall call = attempt.call();
    if (!call.isExplained()) {
      attempt.count(Count.UPSTREAM_CX_NONE_HEALTHY);
    }
    call.flag(Flag.UH);
    if (Standby.takes(attempt, Kind.NO_HOST)) {
      return;
    }
    call.answer(
        new LocalReply(
            call.noHostStatus(), Headers.EMPTY, "no healthy upstream", "no_healthy_upstream"));
  }

  /** The cluster's circuit breaker lets no attempt through. */
  static void breakerOpen(Attempt attempt) {
    OutgoingCall call = attempt.call();
    attempt.count(Count.UPSTREAM_RQ_BREAKER_OPEN);
    call.flag(Flag.UO);
    if (!Standby.takes(attempt, Kind.CIRCUIT_BREAKER_OPEN)) {
      Headers marked =
          call.chain.envoyHeaders ? Headers.of("x-envoy-overloaded", "true") : Headers.EMPTY;
      call.answer(new LocalReply(503, marked, "circuit breaker open", "circuit_breaker_open"));
    }
  }

  /** A failed attempt's back-off is over. The next one reads the hosts of now. */
  static void again(Attempt last) {
    OutgoingCall call = last.call();
    boolean endless = call.deadline == Long.MAX_VALUE && call.responseNanos == 0;
    long left = endless ? 0 : Math.max(1, call.deadline - call.loop.nanoTime());
    call.routed()
        .finalizeRetry(
            call, last.ordinal() + 1, last.isTimedOut(), left, call.hedged ? 0 : call.perTryNanos);
    begin(new Attempt(call, last.cluster(), last));
  }

  /** Whether a response goes to the caller; if not, another attempt follows, or is under way. */
  static boolean mayPass(Attempt attempt, int status, Headers headers) {
    OutgoingCall call = attempt.call();
    RetryRules rules = call.retry;
    boolean bad = rules != null && rules.onHead(status, headers, true);
    if (!attempt.isRaced()) {
      call.retryEnded();
      if (rules != null && bad && tryAgain(attempt, rules, headers)) {
        return false;
      }
    }
    if (bad && call.awaitsOthers(attempt)) {
      attempt.drop();
      return false;
    }
    if (Standby.takesStatus(attempt, status, headers)) {
      return false;
    }
    if (!bad && attempt.ordinal() > 1) {
      attempt.count(Count.UPSTREAM_RQ_RETRY_SUCCESS);
    }
    call.wins(attempt);
    return true;
  }

  /** Passes a response on. */
  static void pass(Attempt attempt, int status, Headers headers) {
    OutgoingCall call = attempt.call();
    call.details("via_upstream");
    if (InternalRedirect.follow(call, status, headers)) {
      return;
    }
    call.response(status, headers);
    String cookie = call.cookie();
    if (cookie != null) {
      headers.add("set-cookie", cookie);
    }
    call.chain.responses.fromUpstream(call, headers, call.serviceMillis());
    call.head(status, headers);
  }

  /** An attempt has ended without a head. */
  static void failed(Attempt attempt, Closed how, String reason) {
    OutgoingCall call = attempt.call();
    RetryRules rules = call.retry;
    if (!attempt.isRaced()) {
      call.retryEnded();
      if (rules != null
          && rules.onFailure(how, attempt.isRequestSent())
          && tryAgain(attempt, rules, Headers.EMPTY)) {
        return;
      }
    }
    if (call.awaitsOthers(attempt)) {
      attempt.drop();
      return;
    }
    if (how == Closed.REFUSED && mayResend(attempt)) {
      call.surroundings.counters().wasResent();
      call.resent = true;
      attempt.resend();
      return;
    }
    Breakage breakage = Breakage.of(how);
    call.flag(breakage.flag());
    if (Standby.takes(attempt, Standby.kind(how))) {
      return;
    }
    boolean told = how == Closed.OVERFLOW && call.chain.envoyHeaders;
    Headers headers = told ? Headers.of("x-envoy-overloaded", "true") : Headers.EMPTY;
    String body = breakage.body(call.begun > 1);
    call.answer(new LocalReply(breakage.status(), headers, body, breakage.details(false, reason)));
  }

  /**
   * Nothing of the request has reached the application behind the peer: it may be sent once more,
   * whatever it is.
   */
  static boolean mayResend(Attempt attempt) {
    OutgoingCall call = attempt.call();
    return call.surroundings.resendUnsent() && !call.resent && isRepeatable(call);
  }

  /** An attempt took too long. */
  static void tooSlow(Attempt attempt, Expiry expiry) {
    OutgoingCall call = attempt.call();
    RetryRules rules = call.retry;
    if (attempt.isRaced()) {
      timeout(call, expiry);
      return;
    }
    call.retryEnded();
    attempt.timedOut();
    if (rules == null || !rules.onTimeout() || !tryAgain(attempt, rules, Headers.EMPTY)) {
      timeout(call, expiry);
    }
  }

  /**
   * An attempt took longer than one should, but goes on: whatever the policy is for, another one
   * races with it. Source: hedge_on_per_try_timeout.
   */
  static void slow(Attempt attempt) {
    OutgoingCall call = attempt.call();
    RetryRules rules = call.retry;
    if (rules != null && isRepeatable(call)) {
      call.retryEnded();
      long until = grant(attempt, rules, Headers.EMPTY);
      if (until >= 0) {
        attempt.race(until);
      }
    }
  }

  static boolean isRepeatable(OutgoingCall call) {
    return call.body == null || call.body.replayable();
  }

  private static boolean tryAgain(Attempt attempt, RetryRules rules, Headers response) {
    long until = isRepeatable(attempt.call()) ? grant(attempt, rules, response) : -1;
    if (until >= 0) {
      attempt.backOff(until);
    }
    return until >= 0;
  }

  /** When another attempt begins; -1 if none does. */
  private static long grant(Attempt attempt, RetryRules rules, Headers response) {
    OutgoingCall call = attempt.call();
    if (attempt.ordinal() + call.refusedRetries > rules.retries()) {
      call.flag(Flag.URX);
      attempt.count(Count.UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED);
      return -1;
    }
    Admission admission = attempt.admission();
    if (!admission.tryRetry()) {
      call.refusedRetries++;
      call.flag(Flag.UO);
      attempt.count(Count.UPSTREAM_RQ_RETRY_OVERFLOW);
      return -1;
    }
    call.retrying = admission;
    call.surroundings.counters().retried();
    attempt.count(Count.UPSTREAM_RQ_RETRY);
    long wait =
        rules.backOff(
            attempt.ordinal(),
            response,
            call.loop.random(),
            call.surroundings.unixSeconds().getAsLong());
    return call.loop.nanoTime() + wait;
  }

  /** A limit that no further attempt can mend. */
  static void timedOut(Attempt attempt, Expiry expiry) {
    OutgoingCall call = attempt.call();
    if (call.hasHeadSent()) {
      if (expiry == Expiry.RESPONSE) {
        attempt.count(Count.UPSTREAM_RQ_TIMEOUT);
      }
      if (expiry.flag != null) {
        call.flag(expiry.flag);
      }
      call.details(expiry.details);
      call.end(Ended.RESET);
    } else {
      call.abandonAsTimeout(expiry);
      timeout(call, expiry);
    }
  }

  static void timeout(OutgoingCall call, Expiry expiry) {
    if (expiry.flag != null) {
      call.flag(expiry.flag);
    }
    if (call.attempt != null && Standby.takes(call.attempt, Kind.TIMEOUT)) {
      return;
    }
    int status = expiry.status(call.timeoutStatus, call.hasRequestEnded());
    call.answer(
        new LocalReply(status, Headers.EMPTY, expiry.body(status), expiry.details),
        expiry.grpcStatus);
  }

  /** The stream has closed after its head. */
  static void closed(Attempt attempt, Closed how, String reason) {
    OutgoingCall call = attempt.call();
    if (how == Closed.COMPLETE) {
      call.complete();
      return;
    }
    Breakage breakage = Breakage.of(how);
    call.flag(breakage.flag());
    call.details(breakage.details(true, reason));
    call.end(Ended.RESET);
  }
}
