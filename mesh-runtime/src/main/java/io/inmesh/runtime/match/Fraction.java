package io.inmesh.runtime.match;

import io.inmesh.config.FractionalPercent;

/** A share of calls, with its run-time value applied. */
public final class Fraction {
  private final long numerator;
  private final long denominator;

  public Fraction(FractionalPercent config, RuntimeValues runtime) {
    long inForce = runtime.number(config.runtimeKey(), -1);
    FractionalPercent replaced = runtime.fraction(config.runtimeKey());
    FractionalPercent share = replaced == null ? config : replaced;
    // A run-time number is always of a hundred, whatever the config's denominator is.
    this.denominator = inForce < 0 ? share.denominator() : 100;
    this.numerator = inForce < 0 ? Integer.toUnsignedLong(share.numerator()) : inForce;
  }

  public boolean holds(long random) {
    return drawn(random) < numerator;
  }

  /** What is compared with the numerator. */
  public long drawn(long random) {
    return Long.remainderUnsigned(random, denominator);
  }
}
