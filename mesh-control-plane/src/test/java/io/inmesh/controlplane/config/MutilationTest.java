package io.inmesh.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.controlplane.config.compile.Compilation;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a file holds: it is taken, or it is refused with a place. Nothing is thrown. */
final class MutilationTest {
  private static final String[] BITS = {
    "null",
    "[]",
    "{}",
    "''",
    "*a",
    "&a x",
    "-1",
    "99999999999",
    "1e9",
    "off",
    "true",
    "x",
    "%",
    "\n",
    " ",
    ": ",
    "- ",
    "{",
    "]",
    "!!int",
    "<<: ",
    "1s",
    "*",
    "a/b",
    "#"
  };

  static Stream<String> files() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/istio"))) {
      return files.map(Path::toString).filter(f -> f.endsWith(".case")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void isReportedOrTaken(String file) throws IOException {
    String whole = Files.readString(Path.of(file));
    String text = whole.substring(0, whole.indexOf("\n@node"));
    var random = new SplittableRandom(file.hashCode());
    for (int i = 0; i < 60; i++) {
      var broken = new StringBuilder(text);
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        int at = random.nextInt(broken.length());
        int to = Math.min(broken.length(), at + random.nextInt(12));
        broken.replace(at, to, BITS[random.nextInt(BITS.length)]);
      }
      check(broken.toString());
    }
  }

  private static void check(String text) {
    var result = new MeshReader().read(List.of(new ConfigFile("f.yaml", text)));
    if (result.model().isPresent()) {
      assertThat(result.problems()).noneMatch(Problem::isError);
      Compilation.of(result.model().get(), List.of()).resources(NodeView.api("shop"));
    } else {
      assertThat(result.problems()).anyMatch(one -> one.isError() && one.line() > 0);
    }
  }
}
