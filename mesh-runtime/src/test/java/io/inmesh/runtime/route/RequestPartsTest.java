package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Headers;
import io.inmesh.config.Metadata;
import io.inmesh.config.QueryParameterMatcher;
import io.inmesh.config.Regex;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.ValueMatcher;
import io.inmesh.runtime.match.Cookies;
import io.inmesh.runtime.match.Numbers;
import io.inmesh.runtime.match.QueryTest;
import io.inmesh.runtime.match.StringTest;
import io.inmesh.runtime.match.ValueTest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Query parameters, cookies, strings, numbers, values. Seen on Envoy 1.40. */
class RequestPartsTest {
  @ParameterizedTest
  @CsvSource({
    "/?q=1, true, true",
    "/?q, false, true",
    "/?q=, false, true",
    "/?a&q=1, true, true",
    "/?q=2&q=1, false, true",
    "/?q=1&q=2, true, true",
    "/?Q=1, false, false",
    "/?qq=1, false, false",
    "/?q=1=2, false, true",
    "/?%71=1, false, false",
    "/, false, false",
    "/?, false, false",
    "/?&q=1, true, true",
    "/??q=1, false, false",
    "/?a=1?q=1, false, false",
    "/?&&, false, false"
  })
  void queryParameters(String path, boolean isOne, boolean present) {
    Optional<StringMatcher> one = Optional.of(new StringMatcher.Exact("1", false));
    assertThat(new QueryTest(new QueryParameterMatcher("q", one, true)).matches(path))
        .isEqualTo(isOne);
    assertThat(new QueryTest(new QueryParameterMatcher("q", Optional.empty(), true)).matches(path))
        .isEqualTo(present);
    assertThat(new QueryTest(new QueryParameterMatcher("q", Optional.empty(), false)).matches(path))
        .isEqualTo(!present);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "c=v|v",
        "c=\"v\"|v",
        "a=1; c=v|v",
        "a=1;c=v|v",
        "c=x; c=v|x",
        "c = v|none",
        "c=\"v|\"v",
        "c=v w|v w",
        "c=|''",
        "c|none",
        " c=v |v",
        "C=v|none",
        "cc=v|none"
      })
  void cookies(String line, String expected) {
    var headers = Headers.of("cookie", "b=1", "cookie", line, "cookie", "c=late");
    assertThat(Cookies.value(headers, "c")).isEqualTo(expected == null ? "late" : expected);
  }

  @ParameterizedTest
  @CsvSource({
    "Exact, foo, foo|FOO, foob|",
    "Prefix, foo, foob|FOOb|foo, xfoo|fo",
    "Suffix, foo, bfoo|bFOO|foo, foox|oo",
    "Contains, foo, xfoox|xFOOx|foo, fo-o|"
  })
  void strings(String kind, String value, String good, String bad) {
    StringTest any = StringTest.of(string(kind, value, true));
    StringTest same = StringTest.of(string(kind, value, false));
    for (String text : good.split("\\|")) {
      assertThat(any.matches(text)).as(text).isTrue();
      assertThat(same.matches(text)).as(text).isEqualTo(text.contains("foo"));
      assertThat(any.matches("<<" + text + ">", 2, text.length() + 2)).isTrue();
    }
    for (String text : bad.split("\\|", -1)) {
      assertThat(any.matches(text)).as(text).isFalse();
    }
  }

  private static StringMatcher string(String kind, String value, boolean ignoreCase) {
    switch (kind) {
      case "Exact":
        return new StringMatcher.Exact(value, ignoreCase);
      case "Prefix":
        return new StringMatcher.Prefix(value, ignoreCase);
      case "Suffix":
        return new StringMatcher.Suffix(value, ignoreCase);
      default:
        return new StringMatcher.Contains(value, ignoreCase);
    }
  }

  @Test
  void patternsMatchInFull() {
    StringTest test = StringTest.of(new StringMatcher.Pattern(new Regex("v\\d+|w")));
    assertThat(test.matches("v12")).isTrue();
    assertThat(test.matches("v12x")).isFalse();
    assertThat(test.matches("xwx", 1, 2)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "5, 5, 5",
        "' 5 ', 5, 5",
        "+5, 5, 5",
        "-5, -5, none",
        "007, 7, 7",
        "'', none, none",
        "-, none, none",
        "1.5, none, none",
        "0x1F, none, none",
        "9223372036854775807, 9223372036854775807, 9223372036854775807",
        "18446744073709551615, none, -1",
        "18446744073709551616, none, none"
      })
  void numbers(String text, Long signed, Long unsigned) {
    assertThat(Numbers.signed(text)).isEqualTo(signed);
    assertThat(Numbers.unsigned(text)).isEqualTo(unsigned);
  }

  @Test
  void values() {
    var gold = new ValueTest(new ValueMatcher.Text(new StringMatcher.Exact("gold", false)));
    assertThat(gold.matches("gold")).isTrue();
    assertThat(gold.matches(null)).isFalse();
    assertThat(gold.matches(1.0)).isFalse();
    assertThat(new ValueTest(new ValueMatcher.Present(false)).matches(null)).isTrue();
    assertThat(new ValueTest(new ValueMatcher.Bool(true)).matches(true)).isTrue();
    assertThat(new ValueTest(new ValueMatcher.IsNull()).matches(Metadata.NULL)).isTrue();
    assertThat(new ValueTest(new ValueMatcher.InRange(1, 2)).matches(2.0)).isFalse();
    assertThat(new ValueTest(new ValueMatcher.InRange(1, 2)).matches(1.0)).isTrue();
    assertThat(new ValueTest(new ValueMatcher.Equal(1)).matches(1.0)).isTrue();
    var member = new ValueMatcher.OneOf(new ValueMatcher.Equal(2));
    assertThat(new ValueTest(member).matches(List.of(1.0, 2.0))).isTrue();
    assertThat(new ValueTest(member).matches(List.of(1.0))).isFalse();
    var any = new ValueMatcher.AnyOf(List.of(member, new ValueMatcher.Equal(3)));
    assertThat(new ValueTest(any).matches(3.0)).isTrue();
    assertThat(ValueTest.descend(Map.of("a", Map.of("b", 1.0)), List.of("a", "b"), 0))
        .isEqualTo(1.0);
    assertThat(ValueTest.descend(Map.of("a", 1.0), List.of("a", "b"), 0)).isNull();
  }
}
