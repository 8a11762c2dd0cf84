package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        "a{2000}",
        "(?=x)",
        "\\1",
        "[z-a]",
        "*a",
        "a**",
        "(a{100}){11}",
        "((a{10}){10}){11}",
        "x{2,1}",
        "(?:(?:a{50,}){30})"
      })
  void refused(String pattern) {
    assertThatThrownBy(() -> Patterns.checked(pattern))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a{1000}",
        "(a{100}){10}",
        "[a{2000}]",
        "\\Q(a{2000}\\E",
        "a{,3}",
        "a{x}",
        "[]a]+",
        "[[:alpha:]]{3}",
        "\\{2000}",
        "(?i)x|(?P<n>y)",
        "\\pL+"
      })
  void accepted(String pattern) {
    assertThat(Patterns.checked(pattern)).isEqualTo(pattern);
  }

  @Test
  void tooLarge() {
    String pattern = "a{1000}b{1000}".repeat(17);
    assertThatThrownBy(() -> Patterns.checked(pattern)).hasMessageContaining("too large");
  }

  @Test
  void aNameGivenTwice() {
    String pattern = Patterns.checked("(?P<n>a)[(?P<n>](?P<n>b)\\(?P");
    assertThat(pattern).isEqualTo("(a)[(?P<n>](b)\\(?P");
    assertThat(Pattern.matches(pattern, "a<b(P")).isTrue();
  }
}
