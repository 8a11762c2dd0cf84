package io.inmesh.runtime.filter;

import io.inmesh.config.LocalRateLimit.Bucket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tokens that flow in evenly. What it keeps is the moment at which it was last empty, so that all
 * loops share one number; at first it is full.
 */
final class TokenBucket {
  private static final double ROUNDING = 1e-9;

  private final int size;
  private final double nanosPerToken;
  private final AtomicLong emptyAt = new AtomicLong(Long.MIN_VALUE / 2);

  TokenBucket(Bucket config) {
    this.size = config.size();
    this.nanosPerToken = (double) config.fillInterval().toNanos() / config.perFill();
  }

  /** How many tokens there can be. */
  int size() {
    return size;
  }

  /** How many tokens flow in each second. */
  double rate() {
    return 1e9 / nanosPerToken;
  }

  /** Takes one token if there is one. */
  boolean take(long nowNanos) {
    while (true) {
      long known = emptyAt.get();
      long from = from(known, nowNanos);
      if (tokens(from, nowNanos) < 1) {
        return false;
      }
      if (emptyAt.compareAndSet(known, from + (long) nanosPerToken)) {
        return true;
      }
    }
  }

  private long from(long known, long nowNanos) {
    return Math.max(known, nowNanos - (long) (size * nanosPerToken));
  }

  private double tokens(long from, long nowNanos) {
    return Math.min(size, (nowNanos - from) / nanosPerToken + ROUNDING);
  }

  /** How many tokens there are. */
  long remaining(long nowNanos) {
    return (long) tokens(from(emptyAt.get(), nowNanos), nowNanos);
  }

  /** Seconds until there is a token; zero if there is one. */
  long secondsToNext(long nowNanos) {
    double tokens = tokens(from(emptyAt.get(), nowNanos), nowNanos);
    return tokens >= 1
        ? 0
        : (long) Math.ceil((1 - tokens) * nanosPerToken / TimeUnit.SECONDS.toNanos(1) - ROUNDING);
  }
}
