package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.HeaderMatcher.Present;
import io.inmesh.config.HeaderMatcher.Range;
import io.inmesh.config.HeaderMatcher.Text;
import io.inmesh.config.HeaderMatcher.Value;
import io.inmesh.config.StringMatcher;
import io.inmesh.runtime.match.HeaderTest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Seen on Envoy 1.40. */
class HeaderTestTest {
  private static final List<FakeCall> CALLS =
      List.of(
          FakeCall.get("/"),
          FakeCall.get("/", "x-n", ""),
          FakeCall.get("/", "x-n", "5"),
          FakeCall.get("/", "x-n", "+5"),
          FakeCall.get("/", "x-n", "5", "x-n", "60"),
          FakeCall.get("/", "x-n", "60", "x-n", "5"),
          FakeCall.get("/", "x-n", "5,60"));

  private static Text exact(String value) {
    return new Text(new StringMatcher.Exact(value, false));
  }

  static Stream<Arguments> table() {
    return Stream.of(
        Arguments.of(new Present(true), false, false, "-++++++"),
        Arguments.of(new Present(true), false, true, "+++++++"),
        Arguments.of(new Present(true), true, true, "-------"),
        Arguments.of(new Present(false), false, true, "-------"),
        Arguments.of(new Present(false), true, true, "+++++++"),
        Arguments.of(new Present(false), true, false, "-++++++"),
        Arguments.of(new Present(false), false, false, "+------"),
        Arguments.of(new Range(0, 10), false, false, "--++++-"),
        Arguments.of(new Range(0, 10), true, true, "++----+"),
        Arguments.of(exact("5"), true, false, "-+-+--+"),
        Arguments.of(exact(""), false, false, "-+-----"),
        Arguments.of(exact(""), false, true, "++-----"));
  }

  @ParameterizedTest
  @MethodSource("table")
  void matches(Value value, boolean invert, boolean missingIsEmpty, String expected) {
    var test = new HeaderTest(new HeaderMatcher("x-n", value, invert, missingIsEmpty));
    var found = new StringBuilder();
    CALLS.forEach(call -> found.append(test.matches(call) ? '+' : '-'));
    assertThat(found).hasToString(expected);
  }

  @Test
  void predefinedNamesAreJoinedFirst() {
    var call = FakeCall.get("/", "user-agent", "1", "user-agent", "2");
    assertThat(test("user-agent", "1,2").matches(call)).isTrue();
    assertThat(test("user-agent", "1").matches(call)).isFalse();
  }

  @Test
  void theRequestLineHasNamesToo() {
    var call = FakeCall.to("Foo.com", "/x?y");
    assertThat(test(":authority", "Foo.com").matches(call)).isTrue();
    assertThat(test("host", "Foo.com").matches(call)).isTrue();
    assertThat(test(":path", "/x?y").matches(call)).isTrue();
    assertThat(test(":method", "GET").matches(call)).isTrue();
    assertThat(test(":scheme", "http").matches(call)).isTrue();
    assertThat(test(":protocol", "").matches(call)).isFalse();
  }

  private static HeaderTest test(String name, String value) {
    return new HeaderTest(new HeaderMatcher(name, exact(value), false, false));
  }
}
