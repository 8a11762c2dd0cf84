package io.inmesh.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EmptyHeadersTest {
  @Test
  void aCopyOfNothingCanBeWrittenTo() {
    assertThat(Headers.EMPTY.copy().add("A", "1")).isEqualTo(Headers.of("a", "1"));
    assertThat(Headers.EMPTY).isEqualTo(new Headers());
  }
}
