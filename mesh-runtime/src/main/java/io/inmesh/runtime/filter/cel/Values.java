package io.inmesh.runtime.filter.cel;

import io.inmesh.config.CelExpression.Bytes;
import io.inmesh.config.CelExpression.Unsigned;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Equality, order and access of values. Numbers are compared by what they are worth. */
final class Values {
  private static final double TWO_TO_63 = 0x1p63;

  private Values() {}

  static boolean equal(Object a, Object b) {
    if (isNumber(a) && isNumber(b)) {
      Integer order = order(a, b);
      return order != null && order == 0;
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      return equalLists(left, right);
    }
    if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
      return equalMaps(left, right);
    }
    return a.equals(b);
  }

  private static boolean equalLists(List<?> left, List<?> right) {
    boolean equal = left.size() == right.size();
    for (int i = 0; equal && i < left.size(); i++) {
      equal = equal(left.get(i), right.get(i));
    }
    return equal;
  }

  private static boolean equalMaps(Map<?, ?> left, Map<?, ?> right) {
    boolean equal = left.size() == right.size();
    for (Map.Entry<?, ?> entry : left.entrySet()) {
      Object other = equal ? right.get(entry.getKey()) : null;
      equal = other != null && equal(entry.getValue(), other);
    }
    return equal;
  }

  private static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Unsigned;
  }

  /** How two values stand to each other; null if they cannot be compared. */
  static @Nullable Integer order(Object a, Object b) {
    if (a instanceof Long left && b instanceof Long right) {
      return left.compareTo(right);
    }
    if (isNumber(a) && isNumber(b)) {
      return orderNumbers(a, b);
    }
    if (a instanceof String left && b instanceof String right) {
      return orderText(left, right);
    }
    if (a instanceof Boolean left && b instanceof Boolean right) {
      return left.compareTo(right);
    }
    if (a instanceof Instant left && b instanceof Instant right) {
      return left.compareTo(right);
    }
    if (a instanceof Duration left && b instanceof Duration right) {
      return left.compareTo(right);
    }
    return a instanceof Bytes left && b instanceof Bytes right
        ? left.latin1().compareTo(right.latin1())
        : null;
  }

  /** By code points, as UTF-8 orders. */
  private static int orderText(String left, String right) {
    int end = Math.min(left.length(), right.length());
    for (int i = 0; i < end; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean surrogates = Character.isSurrogate(a) != Character.isSurrogate(b);
        return (a < b) != surrogates ? -1 : 1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  private static @Nullable Integer orderNumbers(Object a, Object b) {
    if (a instanceof Double left && b instanceof Double right) {
      return orderDoubles(left, right);
    }
    if (isEndless(a) || isEndless(b)) {
      return orderDoubles(near(a), near(b));
    }
    return exact(a).compareTo(exact(b));
  }

  /** Null if one of them is no number. */
  private static @Nullable Integer orderDoubles(double left, double right) {
    if (left == right) {
      return 0;
    }
    if (left < right) {
      return -1;
    }
    return left > right ? Integer.valueOf(1) : null;
  }

  private static boolean isEndless(Object value) {
    return value instanceof Double number && !Double.isFinite(number);
  }

  private static double near(Object value) {
    return value instanceof Double number ? number : exact(value).doubleValue();
  }

  private static BigDecimal exact(Object value) {
    if (value instanceof Unsigned number) {
      return new BigDecimal(new BigInteger(number.toString()));
    }
    return value instanceof Long number
        ? BigDecimal.valueOf(number)
        : new BigDecimal((Double) value);
  }

  /** A key of a map as maps hold it: numbers as Long where they are one. */
  static Object key(Object value) {
    if (value instanceof Double number) {
      return number == Math.rint(number) && number >= -TWO_TO_63 && number < TWO_TO_63
          ? (Object) number.longValue()
          : Term.FAILED;
    }
    if (value instanceof Unsigned number) {
      return number.bits() >= 0 ? (Object) number.bits() : number;
    }
    return value instanceof String || value instanceof Long || value instanceof Boolean
        ? value
        : Term.FAILED;
  }

  /** What stands under a key, or at a place. */
  static Object at(Object of, Object key) {
    if (of instanceof HeaderFields headers) {
      return key instanceof String name ? orFailed(headers.get(name)) : Term.FAILED;
    }
    if (of instanceof Map<?, ?> map) {
      return orFailed(map.get(key(key)));
    }
    if (of instanceof List<?> list && key(key) instanceof Long place) {
      return place >= 0 && place < list.size() ? list.get(place.intValue()) : Term.FAILED;
    }
    return Term.FAILED;
  }

  private static Object orFailed(@Nullable Object value) {
    return value == null ? Term.FAILED : value;
  }

  /** Whether a list has a member, or a map a key. */
  static Object in(Object value, Object of) {
    if (of instanceof HeaderFields headers) {
      return value instanceof String name && headers.get(name) != null;
    }
    if (of instanceof Map<?, ?> map) {
      return map.containsKey(key(value));
    }
    if (!(of instanceof List<?> list)) {
      return Term.FAILED;
    }
    for (int i = 0; i < list.size(); i++) {
      if (equal(value, list.get(i))) {
        return true;
      }
    }
    return false;
  }

  static Object size(Object of) {
    if (of instanceof String text) {
      return (long) text.codePointCount(0, text.length());
    }
    if (of instanceof Bytes bytes) {
      return (long) bytes.latin1().length();
    }
    if (of instanceof List<?> list) {
      return (long) list.size();
    }
    return of instanceof Map<?, ?> map ? (Object) (long) map.size() : Term.FAILED;
  }
}
