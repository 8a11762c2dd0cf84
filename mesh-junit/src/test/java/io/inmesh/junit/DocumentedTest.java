package io.inmesh.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page shows a test that runs. */
class DocumentedTest {
  @Test
  void thePageShowsTheCodeOfATest() throws IOException {
    String code =
        Files.readString(Path.of("src", "test", "java", "io", "inmesh", "junit", "CartTest.java"));
    assertThat(Files.readString(Path.of("..", "docs", "testing.md")))
        .contains("```java\n" + code.substring(code.indexOf("@MeshTest")) + "```\n");
  }
}
