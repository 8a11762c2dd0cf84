package io.inmesh.xds.codec;

import io.inmesh.config.Failures;
import io.inmesh.config.Metadata;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The fields of a struct: of the type that is asked for; what nobody asks for is told of. */
final class StructFields {
  private final Decoding in;
  private final String place;
  private final Map<String, Object> values;
  private final Set<String> left;

  StructFields(Decoding in, String place, Map<String, Object> values) {
    this.in = in;
    this.place = place;
    this.values = values;
    this.left = new TreeSet<>(values.keySet());
  }

  Refusal refuse(String reason) {
    return in.refuse(place, reason);
  }

  private <T> Optional<T> value(String name, Class<T> type, String what) {
    left.remove(name);
    Object value = values.get(name);
    if (value == null || value == Metadata.NULL) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw in.refuse(place + "." + name, "must be " + what);
    }
    return Optional.of(type.cast(value));
  }

  @SuppressWarnings("unchecked")
  Optional<StructFields> inner(String name) {
    return value(name, Map.class, "a struct")
        .map(map -> new StructFields(in, place + "." + name, (Map<String, Object>) map));
  }

  double number(String name, double absent) {
    return value(name, Double.class, "a number").orElse(absent);
  }

  int integer(String name, int absent) {
    double value = number(name, absent);
    if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
      throw in.refuse(place + "." + name, "must be a whole number");
    }
    return (int) value;
  }

  String text(String name, String absent) {
    return value(name, String.class, "a string").orElse(absent);
  }

  Duration duration(String name, Duration absent) {
    Optional<String> text = value(name, String.class, "a duration like 1.5s");
    try {
      return text.map(StructFields::duration).orElse(absent);
    } catch (IllegalArgumentException wrong) {
      throw in.refuse(place + "." + name, wrong);
    }
  }

  Map<String, String> headers(String name) {
    var headers = new HashMap<String, String>();
    value(name, Map.class, "a struct")
        .ifPresent(
            map ->
                ((Map<?, ?>) map)
                    .forEach(
                        (key, value) -> {
                          String header = in.headerName(place, String.valueOf(key));
                          headers.put(header, in.headerValue(place, String.valueOf(value)));
                        }));
    return headers;
  }

  Failures failures(String name, Failures absent) {
    Optional<?> list = value(name, List.class, "a list");
    if (list.isEmpty()) {
      return absent;
    }
    var kinds = new HashSet<Failures.Kind>();
    var statuses = new HashSet<Integer>();
    for (Object item : (List<?>) list.get()) {
      String text = String.valueOf(item);
      Optional<Failures.Kind> kind = Failures.Kind.of(text);
      if (kind.isPresent()) {
        kinds.add(kind.get());
      } else if (text.matches("[1-5][0-9][0-9]")) {
        statuses.add(Integer.valueOf(text));
      } else {
        throw in.refuse(place + "." + name, "unknown failure " + text);
      }
    }
    return new Failures(kinds, statuses);
  }

  void end() {
    left.forEach(name -> in.ignored(place + "." + name, "is not known"));
  }

  /** As protobuf's JSON writes it: seconds, and an s. */
  static String duration(Duration of) {
    BigDecimal nanos = BigDecimal.valueOf(of.getNano(), 9);
    return BigDecimal.valueOf(of.getSeconds()).add(nanos).stripTrailingZeros().toPlainString()
        + "s";
  }

  private static Duration duration(String text) {
    if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?s")) {
      throw new IllegalArgumentException("must be seconds like 1.5s");
    }
    String seconds = text.substring(0, text.length() - 1);
    return Duration.ofNanos(new BigDecimal(seconds).movePointRight(9).longValueExact());
  }
}
