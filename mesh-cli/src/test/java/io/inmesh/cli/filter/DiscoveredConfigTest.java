package io.inmesh.cli.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Request;
import io.inmesh.controlplane.ControlPlane;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.plane.PlaneConnector.Variant;
import io.inmesh.runtime.member.Member;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Our control plane serves a filter's settings and run-time values on their own, from raw
 * resources; a client's calls follow them without a change of listener or routes.
 */
class DiscoveredConfigTest {
  private static final String LISTENER =
      """
      "@type": type.googleapis.com/envoy.config.listener.v3.Listener
      name: found.test
      api_listener:
        api_listener:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: x
          route_config:
            name: r
            virtual_hosts:
            - name: v
              domains: ["*"]
              routes:
              - match: {prefix: /, runtime_fraction: {default_value: {numerator: 0}, runtime_key: new.share}}
                direct_response: {status: 201}
              - match: {prefix: /}
                direct_response: {status: 200}
          http_filters:
          - name: found
            config_discovery:
              config_source: {ads: {}}
              type_urls: [type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault]
          - name: router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
      """;
  private static final String FAULT =
      """
      "@type": type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig
      name: found
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
        abort: {http_status: %d, percentage: {numerator: %d}}
      """;
  private static final String LAYER =
      """
      "@type": type.googleapis.com/envoy.service.runtime.v3.Runtime
      name: rtds
      layer: {new: {share: %d}}
      """;

  @TempDir Path directory;
  private final List<String> refused = new CopyOnWriteArrayList<>();
  private ControlPlane plane;
  private Member member;

  @AfterEach
  void stop() throws Exception {
    if (member != null) {
      member.close();
    }
    if (plane != null) {
      plane.close();
    }
  }

  private void write(String name, String text) throws IOException {
    Path target = directory.resolve("config").resolve(name);
    Path next = directory.resolve(name);
    Files.writeString(next, text);
    Files.move(next, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private void start(Variant variant) throws Exception {
    Files.createDirectories(directory.resolve("config"));
    write("listener.xds.yaml", LISTENER);
    write("fault.xds.yaml", FAULT.formatted(418, 100));
    write("layer.xds.yaml", LAYER.formatted(0));
    write("mesh.yaml", "apiVersion: inmesh.io/v1\nservices: {client: }\n");
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                directory.resolve("config"),
                directory.resolve("state"),
                "127.0.0.1",
                0,
                -1,
                "cluster.local",
                Duration.ofSeconds(5),
                Duration.ofHours(1)),
            new ConfigDirectory.Listener() {
              @Override
              public void taken(Generation generation) {}

              @Override
              public void refused(List<Problem> problems) {
                problems.forEach(problem -> refused.add(problem.toString()));
              }
            });
    assertThat(refused).isEmpty();
    member =
        Member.join(plane.issueJoinFile("client", "default"))
            .threads(1)
            .variant(variant)
            .runtimeLayers("rtds")
            .start();
  }

  private int status() throws InterruptedException {
    Request request =
        Request.of("GET", URI.create("http://found.test/")).withTimeout(Duration.ofSeconds(20));
    return member.mesh().blocking().send(request).status();
  }

  private void await(int status) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> status() == status);
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void callsFollowThem(Variant variant) throws Exception {
    start(variant);
    assertThat(status()).as("the listener waits for the filter").isEqualTo(418);
    write("fault.xds.yaml", FAULT.formatted(419, 100));
    await(419);
    write("fault.xds.yaml", FAULT.formatted(419, 0));
    await(200);
    write("layer.xds.yaml", LAYER.formatted(100));
    await(201);
  }
}
