package io.inmesh.cli.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Request;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.OutboundPolicy;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.federation.FederatedPlane;
import io.inmesh.xds.file.FilePlane;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A mesh without a server: the listener from one directory, its routes from another authority's.
 */
@SuppressWarnings("InlineFormatString") // The resource stands apart from the tests.
class FilesAndAuthoritiesTest {
  private static final String ROUTES =
      "xdstp://other.example/envoy.config.route.v3.RouteConfiguration/r";
  private static final String LISTENER =
      """
      {"version_info": "1", "resources": [{
        "@type": "type.googleapis.com/envoy.config.listener.v3.Listener",
        "name": "files.test:80",
        "api_listener": {"api_listener": {
          "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
          "stat_prefix": "x",
          "rds": {"config_source": {"ads": {}}, "route_config_name": "%s"},
          "http_filters": [{"name": "router", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}}]}
      """;
  private static final String ANSWER =
      """
      {"version_info": "1", "resources": [{
        "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
        "name": "%s",
        "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [
          {"match": {"prefix": "/"}, "direct_response": {"status": %d}}]}]}]}
      """;

  @TempDir Path directory;

  private void write(String name, String text) throws IOException {
    Path target = directory.resolve(name);
    Files.createDirectories(target.getParent());
    Path next = directory.resolve("next");
    Files.writeString(next, text);
    Files.move(next, target, StandardCopyOption.REPLACE_EXISTING);
  }

  private FilePlane plane(String name) {
    return new FilePlane(directory.resolve(name), new Decoder().forStream());
  }

  @Test
  void callsFollowTheFiles() throws Exception {
    write("main/lds.json", LISTENER.formatted(ROUTES));
    write("other/rds.json", ANSWER.formatted(ROUTES, 418));
    try (MeshRuntime mesh =
        MeshRuntime.builder()
            .plane(new FederatedPlane(plane("main"), Map.of("other.example", plane("other"))))
            .outboundPolicy(OutboundPolicy.REGISTRY_ONLY)
            .want("files.test:80")
            .build()) {
      assertThat(status(mesh)).isEqualTo(418);
      write("other/rds.json", ANSWER.formatted(ROUTES, 419));
      Awaitility.await().until(() -> status(mesh) == 419);
      write("other/rds.json", "{");
      Awaitility.await().until(() -> mesh.status().plane().lastError().contains("rds.json"));
      assertThat(status(mesh)).as("what was read before goes on").isEqualTo(419);
    }
  }

  private static int status(MeshRuntime mesh) throws InterruptedException {
    Request request =
        Request.of("GET", URI.create("http://files.test:80/")).withTimeout(Duration.ofSeconds(20));
    return mesh.blocking().send(request).status();
  }
}
