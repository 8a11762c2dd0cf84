package io.inmesh.call;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Header fields in order: a multimap whose names are lower case. Names are lowered when they enter;
 * lookups take lower-case names. Pseudo-header fields of HTTP/2 are not in here: method, scheme,
 * authority and path belong to {@link Request}.
 *
 * <p>Not safe for use by several threads while it is changed. A frozen object may be shared;
 * changing it throws {@link IllegalStateException}.
 */
public final class Headers {
  private static final String[] NONE = {};
  private static final int FROZEN = 1 << 31;
  private static final int LAST_MARK = 30;

  /** No fields; frozen. */
  public static final Headers EMPTY = new Headers().freeze();

  private String[] pairs = NONE;
  private int end;

  /**
   * Which names there may be, a bit for each: most look-ups are for fields that are not there, and
   * end here. The sign says that it is frozen.
   */
  private int marks;

  /** Headers of alternating names and values. */
  public static Headers of(String... namesAndValues) {
    var headers = new Headers();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return headers;
  }

  /** No fields, with room for so many. */
  public static Headers withRoom(int fields) {
    var headers = new Headers();
    headers.pairs = fields == 0 ? NONE : new String[2 * fields];
    return headers;
  }

  /** Appends a field after all others. */
  public Headers add(String name, String value) {
    return addLower(lower(name), value);
  }

  /** The same for a name that is known to be lower case: it is not looked at. */
  public Headers addLower(String name, String value) {
    check();
    if (end == pairs.length) {
      pairs = Arrays.copyOf(pairs, Math.max(16, end * 2));
    }
    pairs[end++] = name;
    pairs[end++] = value;
    marks |= mark(name);
    return this;
  }

  /**
   * Puts the value in the place of the first field of that name and removes the others; appends if
   * there is none.
   */
  public Headers set(String name, String value) {
    check();
    String wanted = lower(name);
    int first = indexOf(wanted, 0);
    if (first < 0) {
      return addLower(wanted, value);
    }
    pairs[first + 1] = value;
    removeFrom(wanted, first + 2);
    return this;
  }

  /** Removes all fields of that name. */
  public Headers remove(String name) {
    check();
    removeFrom(lower(name), 0);
    return this;
  }

  private void removeFrom(String wanted, int from) {
    int to = indexOf(wanted, from);
    if (to < 0) {
      return;
    }
    for (int i = to; i < end; i += 2) {
      if (!pairs[i].equals(wanted)) {
        pairs[to++] = pairs[i];
        pairs[to++] = pairs[i + 1];
      }
    }
    Arrays.fill(pairs, to, end, null);
    end = to;
  }

  private static int mark(String name) {
    int length = name.length();
    if (length == 0) {
      return 1;
    }
    int mixed = 7 * length + name.charAt(length >> 1) + name.charAt(length - 1);
    return 1 << Math.min(mixed & 31, LAST_MARK);
  }

  private int indexOf(String name, int from) {
    if ((marks & mark(name)) == 0) {
      return -1;
    }
    for (int i = from; i < end; i += 2) {
      if (pairs[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The first value of a lower-case name, or null. */
  public @Nullable String get(String name) {
    int at = indexOf(name, 0);
    return at < 0 ? null : pairs[at + 1];
  }

  /** Whether there is a field of that lower-case name. */
  public boolean contains(String name) {
    return indexOf(name, 0) >= 0;
  }

  /** All values of a lower-case name, in order. */
  public List<String> all(String name) {
    var values = new ArrayList<String>();
    for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 2)) {
      values.add(pairs[i + 1]);
    }
    return values;
  }

  /** How many fields there are. */
  public int size() {
    return end / 2;
  }

  /** The name of the field at a place, from 0. */
  public String name(int index) {
    return pairs[index * 2];
  }

  /** The value of the field at a place, from 0. */
  public String value(int index) {
    return pairs[index * 2 + 1];
  }

  /** A copy that can be changed, with a little room. */
  public Headers copy() {
    var copy = new Headers();
    copy.pairs = Arrays.copyOf(pairs, Math.max(16, end + 8));
    copy.end = end;
    copy.marks = marks & ~FROZEN;
    return copy;
  }

  /** Forbids any further change. */
  public Headers freeze() {
    marks |= FROZEN;
    return this;
  }

  /** Whether changing it is forbidden. */
  public boolean isFrozen() {
    return marks < 0;
  }

  private void check() {
    if (marks < 0) {
      throw new IllegalStateException("frozen headers");
    }
  }

  /** ASCII lower case of a header name; the same object if there is nothing to lower. */
  public static String lower(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        return lowerFrom(name, i);
      }
    }
    return name;
  }

  private static String lowerFrom(String name, int first) {
    char[] chars = name.toCharArray();
    for (int i = first; i < chars.length; i++) {
      if (chars[i] >= 'A' && chars[i] <= 'Z') {
        chars[i] = (char) (chars[i] + ('a' - 'A'));
      }
    }
    return new String(chars);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Headers that && Arrays.equals(pairs, 0, end, that.pairs, 0, that.end);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = 0; i < end; i++) {
      hash = 31 * hash + pairs[i].hashCode();
    }
    return hash;
  }

  /** For tests and messages; values may be confidential, so logs do not print this. */
  @Override
  public String toString() {
    var text = new StringBuilder("{");
    for (int i = 0; i < end; i += 2) {
      text.append(i == 0 ? "" : ", ").append(pairs[i]).append(": ").append(pairs[i + 1]);
    }
    return text.append('}').toString();
  }
}
