package io.inmesh.runtime.engine;

import io.inmesh.loop.Timer;
import java.time.Duration;
import java.util.Optional;

/**
 * The one timer of an attempt: it waits for the first of all that may end the attempt or the call,
 * and for the next attempt. Owner: the call's loop.
 */
abstract class AttemptTimer extends Timer {
  private static final long NEVER = Long.MAX_VALUE;

  final OutgoingCall call;
  private long perTryEnd = NEVER;
  private long backOffEnd = NEVER;
  private long upstreamEnd = NEVER;
  private long lastByte;

  AttemptTimer(OutgoingCall call) {
    this.call = call;
  }

  /** Whether the request has been sent and the attempt is not over. */
  abstract boolean isUnderWay();

  /** A limit of the whole call is reached. */
  abstract void callExpired(Expiry expiry);

  /** The attempt's own time is up; that is told once. */
  abstract void perTryExpired();

  /** Another limit of the attempt is reached. */
  abstract void expired(Expiry expiry);

  /** It is time for the next attempt. */
  abstract void backedOff();

  final void startPerTry() {
    if (call.perTryNanos > 0) {
      perTryEnd = CallState.after(call.loop.nanoTime(), call.perTryNanos);
    }
  }

  final void stopPerTry() {
    perTryEnd = NEVER;
  }

  /** The request goes out. */
  final void startUpstream(Optional<Duration> most) {
    if (call.perTryIdleNanos > 0) {
      lastByte = call.loop.nanoTime();
    }
    if (most.isPresent() && !most.get().isZero()) {
      upstreamEnd = call.loop.nanoTime() + most.get().toNanos();
    }
    if (upstreamEnd != NEVER || call.perTryIdleNanos > 0) {
      rearm();
    }
  }

  /** Only the call's limits count from now on, and the time of the next attempt. */
  final void stopLimits() {
    perTryEnd = NEVER;
    upstreamEnd = NEVER;
  }

  /** Another attempt follows then. */
  final void waitUntil(long until) {
    backOffEnd = until;
    rearm();
  }

  /** No other attempt follows. */
  final void stopWaiting() {
    backOffEnd = NEVER;
  }

  final boolean isWaiting() {
    return backOffEnd != NEVER;
  }

  /** A sign of life. */
  final void active() {
    long now = call.loop.nanoTime();
    lastByte = now;
    call.lastActivity = now;
  }

  private long idleEnd() {
    long idle = call.idleNanos < 0 ? call.chain.idleNanos : call.idleNanos;
    return idle > 0 ? call.lastActivity + idle : NEVER;
  }

  private long perTryIdleEnd() {
    return call.perTryIdleNanos > 0 && isUnderWay() ? lastByte + call.perTryIdleNanos : NEVER;
  }

  final void rearm() {
    long at =
        Math.min(Math.min(call.deadline, call.streamDeadline), Math.min(perTryEnd, backOffEnd));
    at = Math.min(at, Math.min(idleEnd(), Math.min(perTryIdleEnd(), upstreamEnd)));
    if (at == NEVER) {
      disarm();
    } else {
      call.loop.arm(this, at);
    }
  }

  @Override
  protected final void onTimer() {
    long now = call.loop.nanoTime();
    if (now >= call.streamDeadline) {
      callExpired(Expiry.MAX_STREAM);
    } else if (now >= call.deadline) {
      callExpired(Expiry.RESPONSE);
    } else if (now >= backOffEnd) {
      backOffEnd = NEVER;
      backedOff();
    } else if (now >= perTryEnd) {
      perTryExpired();
    } else if (now >= upstreamEnd) {
      expired(Expiry.MAX_UPSTREAM_STREAM);
    } else if (now >= perTryIdleEnd()) {
      expired(Expiry.PER_TRY_IDLE);
    } else if (now >= idleEnd()) {
      callExpired(Expiry.IDLE);
    } else {
      rearm();
    }
  }
}
