package io.inmesh.runtime.match;

import io.inmesh.call.Headers;
import io.inmesh.config.HeaderMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A compiled header matcher. Of several fields with one name any may match, except for the names
 * that Envoy keeps as a single joined value.
 */
public final class HeaderTest {
  public static final HeaderTest[] NONE = {};

  private final String name;
  private final boolean pseudo;
  private final boolean joined;
  private final @Nullable StringTest text;
  private final HeaderMatcher.@Nullable Range range;
  private final boolean present;
  private final boolean invert;
  private final boolean missingIsEmpty;

  public HeaderTest(HeaderMatcher config) {
    this.name = config.name();
    this.pseudo = RequestFields.isPseudo(name);
    this.joined = JoinedHeaders.contains(name);
    HeaderMatcher.Value value = config.value();
    this.text = value instanceof HeaderMatcher.Text t ? StringTest.of(t.matcher()) : null;
    this.range = value instanceof HeaderMatcher.Range r ? r : null;
    this.present = !(value instanceof HeaderMatcher.Present p) || p.present();
    this.invert = config.invert();
    this.missingIsEmpty = config.treatMissingAsEmpty();
  }

  public static HeaderTest[] all(List<HeaderMatcher> matchers) {
    return matchers.isEmpty()
        ? NONE
        : matchers.stream().map(HeaderTest::new).toArray(HeaderTest[]::new);
  }

  public static boolean matchAll(HeaderTest[] tests, RouteInput call) {
    for (HeaderTest test : tests) {
      if (!test.matches(call)) {
        return false;
      }
    }
    return true;
  }

  public boolean matches(RouteInput call) {
    return pseudo ? judge(RequestFields.pseudo(call, name)) : judge(call.headers(), name);
  }

  /** For response headers; {@code :status} is the status. */
  public boolean matches(int status, Headers headers) {
    return name.equals(":status") ? judge(Integer.toString(status)) : judge(headers, name);
  }

  private boolean judge(Headers headers, String wanted) {
    boolean found = false;
    boolean any = false;
    for (int i = 0, n = headers.size(); i < n; i++) {
      if (headers.name(i).equals(wanted)) {
        if (found && joined) {
          return judge(String.join(",", headers.all(wanted)));
        }
        found = true;
        any |= test(headers.value(i));
      }
    }
    return found ? any != invert : judge(null);
  }

  private boolean judge(@Nullable String value) {
    if (text == null && range == null) {
      return (missingIsEmpty || value != null) == present != invert;
    }
    if (value == null && !missingIsEmpty) {
      return false;
    }
    return test(value == null ? "" : value) != invert;
  }

  private boolean test(String value) {
    if (text != null) {
      return text.matches(value);
    }
    if (range != null) {
      return inRange(value, range.start(), range.end());
    }
    return present;
  }

  private static boolean inRange(String value, long start, long end) {
    Long number = Numbers.signed(value);
    return number != null && number >= start && number < end;
  }
}
