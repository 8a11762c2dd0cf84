package io.inmesh.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Locality;
import io.inmesh.controlplane.config.compile.Compilation;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Istio's YAML means to us what it means to Istio. Each case is a configuration with what Istio
 * 1.31 generates from it for a sidecar, as lines; those common to most cases stand in common.txt
 * and {@code +} and {@code -} lines change them.
 */
final class IstioOracleTest {
  private static final Path CASES = Path.of("src/test/resources/istio");
  private static final Pattern LABEL = Pattern.compile("\"([^\"]+)\": \"([^\"]*)\"");

  static Stream<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(CASES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".case"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void asIstio(String name) throws IOException {
    var config = new StringBuilder();
    NodeView view = null;
    var wanted = new TreeSet<String>();
    var failures = new StringBuilder();
    for (String line : Files.readAllLines(CASES.resolve(name))) {
      if (line.startsWith("@node ")) {
        if (view != null) {
          compare(config.toString(), view, wanted).ifPresent(failures::append);
        }
        view = view(line);
        wanted = new TreeSet<>(Files.readAllLines(CASES.resolve("common.txt")));
      } else if (view == null) {
        config.append(line).append('\n');
      } else if (line.startsWith("+")) {
        wanted.add(line.substring(1));
      } else {
        assertThat(wanted.remove(line.substring(1))).isTrue();
      }
    }
    assertThat(view).isNotNull();
    compare(config.toString(), view, wanted).ifPresent(failures::append);
    assertThat(failures.toString()).isEmpty();
  }

  private static NodeView view(String line) {
    String[] parts = line.split(" ", 4);
    String[] at = (parts[2].equals("-") ? "//" : parts[2] + "/").split("/", 3);
    var labels = new HashMap<String, String>();
    Matcher label = LABEL.matcher(parts[3]);
    while (label.find()) {
      labels.put(label.group(1), label.group(2));
    }
    return new NodeView(
        Flavour.API,
        parts[1],
        labels,
        new Locality(at[0], at[1], at[2].replace("/", "")),
        Optional.empty());
  }

  private static Optional<String> compare(String config, NodeView view, Set<String> wanted)
      throws IOException {
    var files =
        List.of(
            new ConfigFile("common.yaml", Files.readString(CASES.resolve("common.yaml"))),
            new ConfigFile("case.yaml", config));
    MeshReader.Result result = new MeshReader().read(files);
    if (result.model().isEmpty()) {
      return Optional.of("refused: " + result.problems());
    }
    Compilation compilation = Compilation.of(result.model().get(), List.of());
    for (Flavour flavour : Flavour.values()) {
      RoundTrip.check(compilation, view, flavour);
    }
    var resources = compilation.resources(view);
    return Rendering.firstDifference(wanted, Rendering.lines(resources))
        .map(text -> "\n" + view + text);
  }
}
