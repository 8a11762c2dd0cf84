package io.inmesh.testkit.code.bad;

import io.inmesh.testkit.code.bad.inner.Inner;
import java.util.function.LongSupplier;

/** Breaks every rule. */
public final class DefaultClock {
  static int calls;

  private final LongSupplier time = System::nanoTime;

  public Inner inner() {
    return new Inner(this);
  }

  long pause() throws InterruptedException {
    calls++;
    Thread.sleep(0);
    return time.getAsLong() + System.currentTimeMillis();
  }
}
