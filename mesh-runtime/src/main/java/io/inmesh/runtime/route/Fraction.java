package io.inmesh.runtime.route;

import io.inmesh.config.FractionalPercent;

/** A share of calls, with its run-time value applied. */
final class Fraction {
  private final long numerator;
  private final long denominator;

  Fraction(FractionalPercent config, RuntimeValues runtime) {
    long inForce = runtime.number(config.runtimeKey(), -1);
    // A run-time number is always of a hundred, whatever the config's denominator is.
    this.denominator = inForce < 0 ? config.denominator() : 100;
    this.numerator = inForce < 0 ? Integer.toUnsignedLong(config.numerator()) : inForce;
  }

  boolean holds(long random) {
    return Long.remainderUnsigned(random, denominator) < numerator;
  }
}
