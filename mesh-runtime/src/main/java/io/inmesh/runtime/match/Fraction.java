package io.inmesh.runtime.match;

import io.inmesh.config.FractionalPercent;

/** A share of calls, with its run-time value applied. */
public final class Fraction {
  private final long numerator;
  private final long denominator;

  public Fraction(FractionalPercent config, RuntimeValues runtime) {
    long inForce = runtime.number(config.runtimeKey(), -1);
    // A run-time number is always of a hundred, whatever the config's denominator is.
    this.denominator = inForce < 0 ? config.denominator() : 100;
    this.numerator = inForce < 0 ? Integer.toUnsignedLong(config.numerator()) : inForce;
  }

  public boolean holds(long random) {
    return drawn(random) < numerator;
  }

  /** What is compared with the numerator. */
  public long drawn(long random) {
    return Long.remainderUnsigned(random, denominator);
  }
}
