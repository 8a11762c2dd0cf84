package io.inmesh.config;

import java.util.List;
import java.util.Optional;

/**
 * An expression of the Common Expression Language, parsed. Comprehensions are not there: Envoy does
 * not take them in policies. Source: cel.expr.Expr.
 */
public sealed interface CelExpression {
  /**
   * A literal.
   *
   * @param value a String, Long, {@link Unsigned}, Double, Boolean, {@link Bytes} or {@link
   *     Metadata#NULL}
   */
  record Constant(Object value) implements CelExpression {}

  /** A number without a sign. */
  record Unsigned(long bits) implements Comparable<Unsigned> {
    @Override
    public int compareTo(Unsigned other) {
      return Long.compareUnsigned(bits, other.bits);
    }

    @Override
    public String toString() {
      return Long.toUnsignedString(bits);
    }
  }

  /** Some bytes, each a char from 0 to 255. */
  record Bytes(String latin1) {}

  /** A variable. */
  record Variable(String name) implements CelExpression {}

  /**
   * A field of a value.
   *
   * @param test whether it is there is asked, not what it is: {@code has(a.b)}
   */
  record Field(CelExpression of, String name, boolean test) implements CelExpression {}

  /** A function or an operator; operators have the names of CEL's own, as {@code _&&_}. */
  record Call(String function, Optional<CelExpression> target, List<CelExpression> arguments)
      implements CelExpression {
    public Call {
      arguments = List.copyOf(arguments);
    }
  }

  /** A list. */
  record ListOf(List<CelExpression> elements) implements CelExpression {
    public ListOf {
      elements = List.copyOf(elements);
    }
  }

  /** A map. */
  record MapOf(List<Entry> entries) implements CelExpression {
    public MapOf {
      entries = List.copyOf(entries);
    }
  }

  /** An entry of a map. */
  record Entry(CelExpression key, CelExpression value) {}

  /**
   * What an expression may use besides. Source: envoy.config.core.v3.CelExpressionConfig.
   *
   * @param conversion {@code string(x)}
   * @param concatenation {@code +} of strings and of lists
   * @param functions {@code lowerAscii}, {@code upperAscii}, {@code replace}, {@code split}, ...
   */
  record Dialect(boolean conversion, boolean concatenation, boolean functions) {
    /** None of it. */
    public static final Dialect PLAIN = new Dialect(false, false, false);
  }
}
