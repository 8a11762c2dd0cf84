package io.inmesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorsTest {
  @Test
  void aFailureAlwaysSaysSomething() {
    assertThat(ErrorText.of(new NoSuchFileException("web.join")))
        .isEqualTo("there is no file web.join");
    assertThat(ErrorText.of(new AccessDeniedException("web.join")))
        .isEqualTo("no permission for web.join");
    assertThat(ErrorText.of(new TimeoutException())).isEqualTo("it took too long");
    assertThat(ErrorText.of(new NullPointerException())).contains("NullPointerException");
    assertThat(ErrorText.of(new ExecutionException(new IOException("the disk is full"))))
        .isEqualTo("the disk is full");
    assertThat(ErrorText.of(new UncheckedIOException(new NoSuchFileException("x"))))
        .isEqualTo("there is no file x");
    assertThat(ErrorText.of(new NumberFormatException("For input string: \"a\"")))
        .startsWith("java.lang.NumberFormatException");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "call --join x -c 0 http://a/",
        "call --join x -n 0 http://a/",
        "call --join x -H nonsense http://a/",
        "call --join x http://user:secret@a/",
        "explain --join x --draw many http://a/",
        "serve --join x --protocol smtp",
        "serve --join x --weight 0",
        "serve --join x --host 0.0.0.0",
        "control-plane --config x --host 0.0.0.0",
        "control-plane --config x --lease 5",
        "demo --check --only nonsense",
      })
  void wrongUsageIsExitCodeTwo(String line) {
    assertThat(Main.run(line.split(" "))).isEqualTo(2);
  }

  @Test
  void aMissingJoinFileDoesNotWorkButIsNoWrongUsage() {
    assertThat(Main.run("call", "--join", "not-there.join", "http://a/")).isEqualTo(1);
  }
}
