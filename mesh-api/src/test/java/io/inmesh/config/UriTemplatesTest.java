package io.inmesh.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Envoy 1.40 took and refused. */
class UriTemplatesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/*",
        "/**",
        "/***",
        "/{a=**}",
        "/{a=*/*}",
        "/{a=b/*}/c",
        "/{a_b}",
        "/{a}.json",
        "/*.json",
        "/x*",
        "/**/a",
        "/a/**/b",
        "/{a=**/b}",
        "/{a}/**",
        "/{abcdefghijklmnop}",
        "/a%20b",
        "/a:b",
        "/{a}/{b}/{c}/{d}/{e}",
        "/*/*/*/*/*/*",
        "/a/",
        "/{a=*}b",
        "/b{a=*}",
        "/b{a}c",
        "/b*{a}",
        "/x-{a}/y",
        "/x{a}.json/{q}"
      })
  void patterns(String template) {
    assertThat(UriTemplates.pattern(template).template()).isEqualTo(template);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no-slash",
        "//",
        "/a//b",
        "/**/x/**",
        "/{a}/{a}",
        "/{a=*}{b}",
        "/{a",
        "/a}",
        "/{}",
        "/{=x}",
        "/{a=}",
        "/{1a}",
        "/{a-b}",
        "/{a}{b}",
        "/{abcdefghijklmnopq}",
        "/a?b",
        "/a#b",
        "/a b",
        "/{a}/{b}/{c}/{d}/{e}/{f}",
        "/{a=x{b}}",
        "/{a=/x}",
        "/{a=x/}",
        "/{a}b{c}",
        "/{a}-{c}",
        "/b{a=x/*}c",
        "/b{a}c{d}",
        "/b{a}{c}",
        "/{a:b}",
        "/\u00e9"
      })
  void notPatterns(String template) {
    assertThatIllegalArgumentException().isThrownBy(() -> UriTemplates.pattern(template));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/{a}", "/x/{a}/y", "/", "/{a}{a}", "/{a}/*", "/**", "/%20/{a}"})
  void rewrites(String template) {
    assertThat(UriTemplates.rewrite(template).template()).isEqualTo(template);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "{a}",
        "//{a}",
        "/{a=x}",
        "/{a",
        "/a}",
        "/{}",
        "/a b",
        "/{a}?x=1",
        "/{1}",
        "/a//b",
        "/\\1"
      })
  void notRewrites(String template) {
    assertThatIllegalArgumentException().isThrownBy(() -> UriTemplates.rewrite(template));
  }

  @Test
  void variablesBecomeGroups() {
    UriTemplates.Pattern pattern = UriTemplates.pattern("/{lang=en/*}/doc/{rest=**}.json");
    assertThat(pattern.variables()).containsExactly("lang", "rest");
    assertThat(pattern.regex()).startsWith("/(en/[").endsWith("*)\\.json");
    assertThat(UriTemplates.rewrite("/{rest}/x").parts()).containsExactly("/", "rest", "/x");
  }

  @Test
  void aRewriteUsesTheVariablesOfItsMatch() {
    UriTemplates.Pattern pattern = UriTemplates.pattern("/{a}");
    UriTemplates.check(pattern, UriTemplates.rewrite("/x/{a}"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UriTemplates.check(pattern, UriTemplates.rewrite("/{b}")))
        .withMessageContaining("\"b\"");
  }
}
