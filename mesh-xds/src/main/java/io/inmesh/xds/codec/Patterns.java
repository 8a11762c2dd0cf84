package io.inmesh.xds.codec;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Whether RE2 takes a regular expression. The engine used here has the same syntax, but lacks RE2's
 * bounds on repetition and size; they are checked before it may compile.
 */
final class Patterns {
  /** RE2's own bound on nested counted repetition. */
  private static final int MAX_REPEAT = 1000;

  /**
   * In instructions. Envoy's own default is 100, which control planes raise; this is what Istio
   * sets.
   */
  private static final long MAX_SIZE = 32_768;

  private final String pattern;
  private final Deque<Group> open = new ArrayDeque<>();
  private final StringBuilder unnamed = new StringBuilder();
  private Group group = new Group();

  private Patterns(String pattern) {
    this.pattern = pattern;
  }

  /**
   * Checks a pattern.
   *
   * @return the pattern; without names of groups if one is given twice, which only RE2 takes
   * @throws IllegalArgumentException if RE2 would refuse it
   */
  static String checked(String pattern) {
    var patterns = new Patterns(pattern);
    patterns.bound();
    try {
      Pattern.compile(pattern);
      return pattern;
    } catch (PatternSyntaxException wrong) {
      String unnamed = patterns.unnamed.toString();
      if (!unnamed.equals(pattern) && wrong.getDescription().contains("duplicate")) {
        return checked(unnamed);
      }
      throw new IllegalArgumentException(wrong.getMessage(), wrong);
    }
  }

  /** About how many instructions RE2 would make of it. */
  static long size(String pattern) {
    var patterns = new Patterns(pattern);
    try {
      patterns.bound();
      return patterns.group.size;
    } catch (IllegalArgumentException tooLarge) {
      return MAX_SIZE;
    }
  }

  /** What stands between two parentheses: how large, and how deeply repeated its last atom is. */
  private static final class Group {
    long size;
    long lastSize;
    long repeat = 1;
    long lastRepeat = 1;

    void atom(long atomSize, long atomRepeat) {
      size += atomSize;
      lastSize = atomSize;
      lastRepeat = atomRepeat;
      repeat = Math.max(repeat, atomRepeat);
    }

    void repeated(long times) {
      size += lastSize * (times - 1);
      lastSize *= times;
      lastRepeat *= times;
      repeat = Math.max(repeat, lastRepeat);
    }
  }

  /** A rough reading that only finds groups, classes, escapes and counts. */
  private void bound() {
    int at = 0;
    while (at < pattern.length()) {
      char c = pattern.charAt(at);
      int from = at;
      if (c == '\\') {
        at = escape(at);
      } else if (c == '[') {
        at = characterClass(at);
      } else if (c == '(') {
        open.push(group);
        group = new Group();
        unnamed.append('(');
        at = afterName(at + 1);
        from = at;
      } else if (c == ')' && !open.isEmpty()) {
        Group inner = group;
        group = open.pop();
        group.atom(inner.size + 2, inner.repeat);
        at++;
      } else if (c == '{') {
        at = count(at);
      } else {
        if (c != '*' && c != '+' && c != '?') {
          group.atom(1, 1);
        }
        at++;
      }
      unnamed.append(pattern, from, Math.min(at, pattern.length()));
      if (group.size > MAX_SIZE) {
        throw new IllegalArgumentException("the pattern is too large");
      }
    }
  }

  /** Where a group goes on behind its name, if it has one. */
  private int afterName(int at) {
    boolean named = pattern.startsWith("?P<", at) || pattern.startsWith("?<", at);
    int end = named ? pattern.indexOf('>', at) : -1;
    return end < 0 ? at : end + 1;
  }

  private int escape(int at) {
    group.atom(1, 1);
    boolean quoted = pattern.startsWith("\\Q", at);
    if (!quoted) {
      return at + 2;
    }
    int end = pattern.indexOf("\\E", at + 2);
    return end < 0 ? pattern.length() : end + 2;
  }

  private int characterClass(int at) {
    int from = at + 1;
    if (from < pattern.length() && pattern.charAt(from) == '^') {
      from++;
    }
    if (from < pattern.length() && pattern.charAt(from) == ']') {
      from++;
    }
    while (from < pattern.length() && pattern.charAt(from) != ']') {
      if (pattern.startsWith("[:", from) && pattern.indexOf(":]", from) > 0) {
        from = pattern.indexOf(":]", from) + 2;
      } else {
        from += pattern.charAt(from) == '\\' ? 2 : 1;
      }
    }
    group.atom(1, 1);
    return from + 1;
  }

  private int count(int at) {
    int end = pattern.indexOf('}', at);
    String inside = end < 0 ? "" : pattern.substring(at + 1, end);
    int comma = inside.indexOf(',');
    String least = comma < 0 ? inside : inside.substring(0, comma);
    String most = comma < 0 ? inside : inside.substring(comma + 1);
    if (!isNumber(least) || !(most.isEmpty() || isNumber(most))) {
      group.atom(1, 1);
      return at + 1;
    }
    long times = number(most.isEmpty() ? least : most);
    if (number(least) > MAX_REPEAT || times > MAX_REPEAT) {
      throw new IllegalArgumentException("invalid repetition size: {" + inside + "}");
    }
    group.repeated(Math.max(1, times));
    if (group.lastRepeat > MAX_REPEAT) {
      throw new IllegalArgumentException("invalid repetition size: {" + inside + "}");
    }
    return end + 1;
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static long number(String digits) {
    return digits.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(digits);
  }
}
