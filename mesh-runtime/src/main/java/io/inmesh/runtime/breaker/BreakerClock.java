package io.inmesh.runtime.breaker;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/** The loop's monotonic time as Resilience4j reads time. */
final class BreakerClock extends Clock {
  private final LongSupplier nanos;

  BreakerClock(LongSupplier nanos) {
    this.nanos = nanos;
  }

  long nanos() {
    return nanos.getAsLong();
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochSecond(0, nanos.getAsLong());
  }
}
