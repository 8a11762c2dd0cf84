package io.inmesh.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.HttpConnection.Filter;
import io.inmesh.config.Listener;
import io.inmesh.controlplane.config.compile.InboundListeners;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.compile.ServerView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Policies become the filters that Istio 1.31 makes of them. Each case is a configuration, and the
 * filters of a server's HTTP port as a listener of xDS.
 */
final class IstioInboundTest {
  private static final Path CASES = Path.of("src/test/resources/istio/inbound");
  private static final ServerView REVIEWS =
      new ServerView(
          Flavour.API,
          "shop",
          "",
          Map.of("app", "reviews", "version", "v1"),
          new Address("10.244.1.11", 9080));

  static List<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(CASES)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void asIstio(String name) throws IOException {
    String[] parts = Files.readString(CASES.resolve(name)).split("\n@filters\n");
    List<Filter> wanted =
        filters((Listener) read("wanted.xds.json", parts[1]).resources().get(0).resource());
    List<Filter> made = filters(new InboundListeners(read("case.yaml", parts[0])).named(REVIEWS));
    assertThat(made).isEqualTo(wanted);
  }

  private static List<Filter> filters(Listener listener) {
    return listener.chains().get(0).network().http().orElseThrow().filters();
  }

  private static io.inmesh.controlplane.config.model.MeshModel read(String file, String text) {
    MeshReader.Result result = new MeshReader().read(List.of(new ConfigFile(file, text)));
    return result.model().orElseThrow(() -> new AssertionError(result.problems().toString()));
  }
}
