package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.inmesh.config.Regex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One resource while it is decoded: where in it we are, what was left aside, and what the decoder
 * was given. Used by one thread, and only until the resource is done.
 */
public final class Decoding {
  private static final Duration LONGEST = Duration.ofDays(3_652_500);

  /** Far beyond what anybody writes: a message within an Any may begin to nest anew. */
  private static final int DEEPEST = 200;

  /** What the regular expressions of one resource may take together, in instructions of RE2. */
  private static final long PATTERNS = 1 << 20;

  private final Surroundings surroundings;
  private final List<String> unsupported = new ArrayList<>(0);
  private String[] names = new String[24];
  private int[] indexes = new int[24];
  private int depth;
  private long patterns;
  private boolean validateClusters;
  private boolean namelessHosts;

  Decoding(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** The wrong resource, for the caller to throw. */
  public Refusal refuse(String reason) {
    return new Refusal(path(), reason);
  }

  /** The wrong resource, because a field of the message in hand is what an exception says. */
  Refusal refuse(String field, Exception wrong) {
    return refuse(field, String.valueOf(wrong.getMessage()));
  }

  /** The wrong resource, because of a field of the message in hand. */
  public Refusal refuse(String field, String reason) {
    String here = path();
    return new Refusal(here.isEmpty() ? field : here + "." + field, reason);
  }

  /** Tells that a field of the message in hand is not honoured, and why. */
  public void ignored(String field, String why) {
    String here = path();
    unsupported.add((here.isEmpty() ? field : here + "." + field) + ": " + why);
  }

  /** Decodes the message in a field. */
  public <M, R> R inside(String field, M message, BiFunction<Decoding, M, R> decode) {
    enter(field, -1);
    R value = decode.apply(this, message);
    depth--;
    return value;
  }

  /** Decodes the message in a field if it is there. */
  public <M, R> Optional<R> inside(
      boolean present, String field, M message, BiFunction<Decoding, M, R> decode) {
    return present ? Optional.of(inside(field, message, decode)) : Optional.empty();
  }

  /** Decodes each message of a repeated field. */
  public <M, R> List<R> each(String field, List<M> messages, BiFunction<Decoding, M, R> decode) {
    if (messages.isEmpty()) {
      return List.of();
    }
    var values = new ArrayList<R>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      enter(field, i);
      values.add(decode.apply(this, messages.get(i)));
      depth--;
    }
    return values;
  }

  /** Goes on as long as {@link #leave} is not called, in the field that is named. */
  void enter(String field, int index) {
    if (depth == DEEPEST) {
      throw new Refusal(names[0], "is nested too deeply");
    }
    if (depth == names.length) {
      names = Arrays.copyOf(names, depth * 2);
      indexes = Arrays.copyOf(indexes, depth * 2);
    }
    names[depth] = field;
    indexes[depth++] = index;
  }

  void leave() {
    depth--;
  }

  String path() {
    var path = new StringBuilder();
    for (int i = 0; i < depth; i++) {
      if (i > 0) {
        path.append('.');
      }
      path.append(names[i]);
      if (indexes[i] >= 0) {
        path.append('[').append(indexes[i]).append(']');
      }
    }
    return path.toString();
  }

  List<String> unsupported() {
    return unsupported;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  /** The same text, kept once. */
  public String text(String value) {
    return value.isEmpty() ? "" : surroundings.interned().string(value);
  }

  /** A text that must not be empty. */
  public String required(String field, String value) {
    if (value.isEmpty()) {
      throw refuse(field, "must not be empty");
    }
    return text(value);
  }

  /** A header name in lower case; must not be empty. */
  public String headerName(String field, String value) {
    return noLineEnds(field, required(field, value)).toLowerCase(Locale.ROOT);
  }

  /** A header name in lower case, or empty. */
  String optionalHeaderName(String field, String value) {
    return value.isEmpty() ? "" : headerName(field, value);
  }

  /** A text that can stand in a header. */
  public String headerValue(String field, String value) {
    return text(noLineEnds(field, value));
  }

  private String noLineEnds(String field, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == 0 || c == '\n' || c == '\r') {
        throw refuse(field, "must not hold line ends or NUL");
      }
    }
    return value;
  }

  /** A duration that is not negative. */
  public Duration duration(String field, com.google.protobuf.Duration value) {
    if (value.getSeconds() < 0 || value.getNanos() < 0 || value.getNanos() > 999_999_999) {
      throw refuse(field, "must not be negative");
    }
    Duration duration = Duration.ofSeconds(value.getSeconds(), value.getNanos());
    if (duration.compareTo(LONGEST) > 0) {
      throw refuse(field, "is out of range");
    }
    return duration;
  }

  /** A duration that is not negative, or empty. */
  public Optional<Duration> duration(
      boolean present, String field, com.google.protobuf.Duration value) {
    return present ? Optional.of(duration(field, value)) : Optional.empty();
  }

  /** A duration that is not negative, or a default. */
  public Duration duration(
      boolean present, String field, com.google.protobuf.Duration value, Duration otherwise) {
    return present ? duration(field, value) : otherwise;
  }

  /** A duration longer than zero. */
  public Duration positive(String field, com.google.protobuf.Duration value) {
    Duration duration = duration(field, value);
    if (duration.isZero()) {
      throw refuse(field, "must be greater than 0s");
    }
    return duration;
  }

  /** An unsigned number as an int; what is larger becomes the largest int. */
  static int clamped(int unsigned) {
    return unsigned < 0 ? Integer.MAX_VALUE : unsigned;
  }

  /** An unsigned number in bounds. */
  public int number(String field, int unsigned, int least, int most) {
    long value = Integer.toUnsignedLong(unsigned);
    if (value < least || value > most) {
      throw refuse(field, "must be from " + least + " to " + most);
    }
    return unsigned;
  }

  /** A regular expression in RE2 syntax. */
  public Regex regex(io.inmesh.proto.envoy.type.matcher.v3.RegexMatcher matcher) {
    return regex("regex", required("regex", matcher.getRegex()));
  }

  /** The same of a text in a field. */
  Regex regex(String field, String pattern) {
    patterns += Patterns.size(pattern);
    if (patterns > PATTERNS) {
      throw refuse(field, "the resource's patterns are too large together");
    }
    Regex known = surroundings.interned().regex(pattern);
    if (known != null) {
      return known;
    }
    try {
      return surroundings.interned().valid(new Regex(Patterns.checked(pattern)));
    } catch (IllegalArgumentException wrong) {
      throw refuse(field, wrong);
    }
  }

  /** Refuses a cluster that is not known, where the routes ask for that. */
  void checkCluster(String field, String name) {
    if (validateClusters && !surroundings.options().clusters().test(name)) {
      throw refuse(field, "unknown cluster '" + name + "'");
    }
  }

  /** Whether {@link #checkCluster} checks from here on. */
  void validateClusters(boolean value) {
    validateClusters = value;
  }

  /** Whether virtual hosts may be without a name from here on. */
  void namelessHosts(boolean value) {
    namelessHosts = value;
  }

  /** The name of a virtual host. */
  String hostName(String name) {
    return namelessHosts ? text(name) : required("name", name);
  }

  /** The full name of the type of an Any. */
  static String typeOf(Any any) {
    String url = any.getTypeUrl();
    return url.substring(url.lastIndexOf('/') + 1);
  }

  /** The message in an Any, or null if it is of another type. */
  static <M> @Nullable M unpack(Any any, String type, Parser<M> parser)
      throws InvalidProtocolBufferException {
    return typeOf(any).equals(type) ? parser.parseFrom(any.getValue()) : null;
  }

  /** Parses bytes that must be of a message. */
  <M> M parse(ByteString bytes, Parser<M> parser) {
    try {
      return parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException wrong) {
      throw refuse("not the bytes of the message: " + wrong.getMessage());
    }
  }

  /** An enum's value that is known. */
  <E extends Enum<E>> E known(String field, E value) {
    if (value.name().equals("UNRECOGNIZED")) {
      throw refuse(field, "has an unknown value");
    }
    return value;
  }
}
