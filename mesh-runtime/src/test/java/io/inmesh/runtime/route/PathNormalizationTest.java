package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Seen on Envoy 1.40. */
class PathNormalizationTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      value = {
        "/a\"b, /a%22b",
        "/a<b, /a%3Cb",
        "/a^b, /a%5Eb",
        "/a`b, /a%60b",
        "/a{b|}, /a%7Bb%7C%7D",
        "/a[b], /a[b]",
        "/a\\b, /a/b",
        "/a%5cb, /a%5cb",
        "/a%2fb, /a%2fb",
        "/a%41%zz%4, /aA%zz%4",
        "/a/./b, /a/b",
        "/a/../b, /b",
        "/a/.., /",
        "/../a, /a",
        "/a/., /a/",
        "/a/%2e%2E/b, /b",
        "/a/.%2e/b, /b",
        "/a/..., /a/...",
        "/a/b/../../../c, /c",
        "/a//b, /a//b",
        "/a//../b, /a/b",
        "/%7e%2d%5f%2e%21, /~-_.%21",
        "/a%, /a%",
        "/a%2, /a%2",
        "/a!$&'()*+;=:@b, /a!$&'()*+;=:@b",
        "/a;p=1/../b, /b",
        "/%c3%a9, /%c3%a9",
        "/a%7Fb, /a%7Fb",
        "/a/..;/b, /b",
        "/a/..;x=1/b, /b",
        "/a/.;x/b, /a/b",
        "/a/..;, /",
        "/a/.;, /a/",
        "/a/x;y/b, /a/x;y/b",
        "/a/x;y/../b, /a/b",
        "/a/...;/b, /a/...;/b",
        "/a/%2e%2e;/b, /a/..;/b",
        "/a/b/..;/..;/c, /c",
        "/a..;/b, /a..;/b",
        "/a/;x/b, /a/;x/b",
        "/a/..;%2f/b, /b",
        "/a%23b, /a%23b"
      })
  void canonical(String path, String expected) {
    assertThat(PathNormalization.canonical(path)).isEqualTo(expected);
  }

  @Test
  void anEscapedNulIsRefused() {
    assertThat(PathNormalization.canonical("/a%00b")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "/a//b, /a/b",
    "//a, /a",
    "/a//, /a/",
    "//, //",
    "///, //",
    "/a//../b, /a/../b",
    "/a/b/, /a/b/"
  })
  void merged(String path, String expected) {
    assertThat(PathNormalization.merged(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"/a%2Fb, /a/b", "/a%2fb%5Cc%5c, /a/b\\c\\", "/a%2, /a%2", "/a%41, /a%41"})
  void unescapedSlashes(String path, String expected) {
    assertThat(PathNormalization.unescapedSlashes(path)).isEqualTo(expected);
  }
}
