package io.inmesh.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.controlplane.config.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ValidationTest {
  @TempDir Path directory;

  private List<String> problems(Path... paths) {
    return Validation.validate(List.of(paths)).stream()
        .map(Problem::toString)
        .map(line -> line.replace(directory.toString(), "DIR"))
        .toList();
  }

  @Test
  void filesAndDirectoriesAreTakenTogether() throws IOException {
    Path inner = Files.createDirectories(directory.resolve("all/team"));
    Files.writeString(inner.resolve("b.yaml"), "apiVersion: inmesh.io/v1\nservices: {a: {x: 1}}\n");
    Files.writeString(inner.resolve(".hidden.yaml"), "{");
    Files.writeString(inner.resolve("readme.txt"), "{");
    Path single = Files.writeString(directory.resolve("c.json"), "{\"a\": 1}");
    assertThat(problems(directory.resolve("all"), single))
        .containsExactly(
            "DIR/all/team/b.yaml:2:16: error: Service default/a: services.a.x: unknown field x",
            "DIR/c.json:1:1: error: kind and apiVersion are missing");
    assertThat(problems()).isEmpty();
  }

  @Test
  void whatCannotBeReadIsNamed() throws IOException {
    Path latin = directory.resolve("latin.yaml");
    Files.write(latin, "a: \u00e9".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(problems(latin))
        .singleElement()
        .asString()
        .startsWith("DIR/latin.yaml: error: cannot be read:")
        .endsWith("is not UTF-8");
    Path wrong = Files.writeString(directory.resolve("wrong.json"), "{\"a\": 1}");
    assertThat(problems(latin, directory.resolve("none.yaml"), wrong)).as("all of them").hasSize(3);
    assertThat(problems(directory.resolve("none.yaml")))
        .singleElement()
        .asString()
        .startsWith("DIR/none.yaml: error: cannot be read:");
  }
}
