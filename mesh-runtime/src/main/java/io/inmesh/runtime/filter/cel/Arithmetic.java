package io.inmesh.runtime.filter.cel;

import io.inmesh.config.CelExpression.Unsigned;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sums, differences, products and quotients; what does not fit its type fails. */
final class Arithmetic {
  private final boolean concatenation;

  Arithmetic(boolean concatenation) {
    this.concatenation = concatenation;
  }

  /** Null if there is none of that name. */
  Functions.@Nullable Two operator(String name) {
    return switch (name) {
      case "_+_" -> this::sum;
      case "_-_" -> (a, b) -> timed('-', a, b);
      case "_*_" -> (a, b) -> computed('*', a, b);
      case "_/_" -> (a, b) -> computed('/', a, b);
      case "_%_" -> (a, b) -> computed('%', a, b);
      default -> null;
    };
  }

  private Object sum(Object a, Object b) {
    if (a instanceof String left && b instanceof String right) {
      return concatenation ? left + right : Term.FAILED;
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      return concatenation ? joined(left, right) : Term.FAILED;
    }
    if (a instanceof Duration && b instanceof Instant) {
      return timed('+', b, a);
    }
    return timed('+', a, b);
  }

  private static Object joined(List<?> left, List<?> right) {
    var all = new ArrayList<Object>(left);
    all.addAll(right);
    return all;
  }

  private static Object timed(char operator, Object a, Object b) {
    try {
      boolean plus = operator == '+';
      if (a instanceof Instant time && b instanceof Duration span) {
        return plus ? time.plus(span) : time.minus(span);
      }
      if (a instanceof Duration left && b instanceof Duration right) {
        return plus ? left.plus(right) : left.minus(right);
      }
      if (!plus && a instanceof Instant left && b instanceof Instant right) {
        return Duration.between(right, left);
      }
      return computed(operator, a, b);
    } catch (ArithmeticException | DateTimeException tooFar) {
      return Term.FAILED;
    }
  }

  private static Object computed(char operator, Object a, Object b) {
    if (a instanceof Long left && b instanceof Long right) {
      return whole(operator, left, right);
    }
    if (a instanceof Unsigned left && b instanceof Unsigned right) {
      return unsigned(operator, left.bits(), right.bits());
    }
    return a instanceof Double left && b instanceof Double right && operator != '%'
        ? broken(operator, left, right)
        : Term.FAILED;
  }

  private static Object whole(char operator, long a, long b) {
    try {
      return switch (operator) {
        case '+' -> Math.addExact(a, b);
        case '-' -> Math.subtractExact(a, b);
        case '*' -> Math.multiplyExact(a, b);
        default ->
            b == 0 || (b == -1 && a == Long.MIN_VALUE)
                ? Term.FAILED
                : (Object) (operator == '/' ? a / b : a % b);
      };
    } catch (ArithmeticException overflow) {
      return Term.FAILED;
    }
  }

  private static Object unsigned(char operator, long a, long b) {
    long result;
    boolean fits;
    switch (operator) {
      case '+' -> {
        result = a + b;
        fits = Long.compareUnsigned(result, a) >= 0;
      }
      case '-' -> {
        result = a - b;
        fits = Long.compareUnsigned(a, b) >= 0;
      }
      case '*' -> {
        result = a * b;
        fits = a == 0 || Long.compareUnsigned(Long.divideUnsigned(-1L, a), b) >= 0;
      }
      default -> {
        fits = b != 0;
        result = !fits ? 0 : operator == '/' ? Long.divideUnsigned(a, b) : rest(a, b);
      }
    }
    return fits ? new Unsigned(result) : Term.FAILED;
  }

  private static long rest(long a, long b) {
    return Long.remainderUnsigned(a, b);
  }

  private static double broken(char operator, double a, double b) {
    return switch (operator) {
      case '+' -> a + b;
      case '-' -> a - b;
      case '*' -> a * b;
      default -> a / b;
    };
  }

  static Object negated(Object value) {
    if (value instanceof Long number) {
      return number == Long.MIN_VALUE ? Term.FAILED : (Object) (-number);
    }
    return value instanceof Double number ? (Object) (-number) : Term.FAILED;
  }
}
