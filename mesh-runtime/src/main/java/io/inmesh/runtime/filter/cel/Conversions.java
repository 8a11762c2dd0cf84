package io.inmesh.runtime.filter.cel;

import io.inmesh.config.CelExpression.Bytes;
import io.inmesh.config.CelExpression.Unsigned;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;

/** Functions of one value, by name. */
final class Conversions {
  private static final Map<String, Long> NANOS =
      Map.of(
          "h", 3_600_000_000_000L,
          "m", 60_000_000_000L,
          "s", 1_000_000_000L,
          "ms", 1_000_000L,
          "us", 1_000L,
          "ns", 1L);

  private Conversions() {}

  static Object convert(String name, Object value) {
    try {
      return switch (name) {
        case "-_" -> Arithmetic.negated(value);
        case "int" -> whole(value);
        case "uint" -> unsigned(value);
        case "double" -> broken(value);
        case "string" -> text(value);
        case "timestamp" -> time(value);
        case "duration" -> span(value);
        case "lowerAscii" ->
            value instanceof String text ? Strings.cased(text, false) : Term.FAILED;
        case "upperAscii" -> value instanceof String text ? Strings.cased(text, true) : Term.FAILED;
        default -> throw new IllegalArgumentException("no function " + name);
      };
    } catch (NumberFormatException | DateTimeException | ArithmeticException wrong) {
      return Term.FAILED;
    }
  }

  private static Object whole(Object value) {
    if (value instanceof Double number) {
      return number > -0x1p63 && number < 0x1p63 ? (Object) number.longValue() : Term.FAILED;
    }
    if (value instanceof Unsigned number) {
      return number.bits() >= 0 ? (Object) number.bits() : Term.FAILED;
    }
    if (value instanceof String text) {
      return text.startsWith("+") ? Term.FAILED : (Object) Long.parseLong(text);
    }
    return value instanceof Instant time
        ? (Object) time.getEpochSecond()
        : value instanceof Long ? value : Term.FAILED;
  }

  private static Object unsigned(Object value) {
    if (value instanceof Double number) {
      boolean fits = number >= 0 && number < 0x1p64;
      long bits = number < 0x1p63 ? number.longValue() : (long) (number - 0x1p63) ^ Long.MIN_VALUE;
      return fits ? new Unsigned(bits) : Term.FAILED;
    }
    if (value instanceof Long number) {
      return number >= 0 ? new Unsigned(number) : Term.FAILED;
    }
    if (value instanceof String text) {
      return text.startsWith("+") ? Term.FAILED : new Unsigned(Long.parseUnsignedLong(text));
    }
    return value instanceof Unsigned ? value : Term.FAILED;
  }

  private static Object broken(Object value) {
    if (value instanceof Long number) {
      return (double) number;
    }
    if (value instanceof Unsigned number) {
      return Double.parseDouble(number.toString());
    }
    if (value instanceof String text) {
      return text.isBlank() || Character.isLetter(text.charAt(text.length() - 1))
          ? Term.FAILED
          : (Object) Double.parseDouble(text);
    }
    return value instanceof Double ? value : Term.FAILED;
  }

  private static Object text(Object value) {
    if (value instanceof Bytes bytes) {
      return new String(
          bytes.latin1().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
    return value instanceof String
            || value instanceof Long
            || value instanceof Unsigned
            || value instanceof Boolean
            || value instanceof Instant
        ? value.toString()
        : Term.FAILED;
  }

  private static Object time(Object value) {
    if (value instanceof String text) {
      return OffsetDateTime.parse(text).toInstant();
    }
    if (value instanceof Long seconds) {
      return Instant.ofEpochSecond(seconds);
    }
    return value instanceof Instant ? value : Term.FAILED;
  }

  private static Object span(Object value) {
    if (value instanceof Duration) {
      return value;
    }
    return value instanceof String text ? span(text) : Term.FAILED;
  }

  /** For instance {@code -1h30m} or {@code 1.5s}. */
  private static Object span(String text) {
    boolean negative = text.startsWith("-");
    int at = negative || text.startsWith("+") ? 1 : 0;
    if (text.substring(at).equals("0")) {
      return Duration.ZERO;
    }
    if (at == text.length()) {
      return Term.FAILED;
    }
    Duration all = Duration.ZERO;
    while (at < text.length()) {
      int digits = at;
      while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
        at++;
      }
      int unit = at;
      while (at < text.length() && Character.isLetter(text.charAt(at))) {
        at++;
      }
      Long nanos = NANOS.get(text.substring(unit, at));
      if (nanos == null || digits == unit) {
        return Term.FAILED;
      }
      var amount = new BigDecimal(text.substring(digits, unit));
      all = all.plusNanos(amount.multiply(BigDecimal.valueOf(nanos)).longValue());
    }
    return negative ? all.negated() : all;
  }
}
