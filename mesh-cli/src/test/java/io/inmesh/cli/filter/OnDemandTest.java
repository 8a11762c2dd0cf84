package io.inmesh.cli.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.plane.PlaneConnector.Variant;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls are held while our control plane is asked for their virtual host, and for their cluster.
 */
class OnDemandTest {
  private static final String LISTENERS =
      """
      - "@type": type.googleapis.com/envoy.config.route.v3.RouteConfiguration
        name: r
        vhds: {config_source: {ads: {}}}
      """;
  private static final String HOST =
      """
      "@type": type.googleapis.com/envoy.config.route.v3.VirtualHost
      name: r/%s
      domains: [%s]
      routes:
      - match: {prefix: /by-header}
        route: {cluster_header: x-cluster}
      - match: {prefix: /}
        direct_response: {status: %d}
      """;
  private static final String CLUSTER =
      """
      "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
      name: %s
      type: STATIC
      load_assignment:
        cluster_name: x
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]
      """;

  private HttpServer backend;
  private RawMesh mesh;

  private static String listener(String host) {
    return """
    - "@type": type.googleapis.com/envoy.config.listener.v3.Listener
      name: %s
      api_listener:
        api_listener:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: x
          rds: {route_config_name: r, config_source: {ads: {}}}
          http_filters:
          - name: on_demand
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.on_demand.v3.OnDemand
              odcds: {source: {ads: {}}, timeout: 2s}
          - name: router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
    """
        .formatted(host);
  }

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    backend.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    backend.start();
    mesh = new RawMesh(directory);
    var listeners = new StringBuilder(LISTENERS);
    for (String host : new String[] {"a.test", "b.test", "x.wild.test", "none.test"}) {
      listeners.append(listener(host));
    }
    mesh.write("listeners.xds.yaml", listeners.toString());
    mesh.write("a.xds.yaml", HOST.formatted("one", "a.test", 201));
    mesh.write("wild.xds.yaml", HOST.formatted("wild", "'*.wild.test'", 202));
    mesh.write("c.xds.yaml", CLUSTER.formatted("c", backend.getAddress().getPort()));
    mesh.start(Variant.DELTA);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    backend.stop(0);
  }

  @Test
  void virtualHostsComeWhenTheyAreCalled() throws Exception {
    assertThat(mesh.status("http://a.test/")).isEqualTo(201);
    assertThat(mesh.status("http://a.test/")).as("without another question").isEqualTo(201);
    assertThat(mesh.status("http://x.wild.test/")).as("a wildcard").isEqualTo(202);
    Response none = send("http://none.test/", "x");
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.outcome().flags()).containsExactly(Flag.NR);
    mesh.write("none.xds.yaml", HOST.formatted("late", "none.test", 203));
    mesh.await(203, "http://none.test/");
    mesh.write("a.xds.yaml", HOST.formatted("one", "a.test", 205));
    mesh.await(205, "http://a.test/");
    mesh.delete("a.xds.yaml");
    mesh.await(404, "http://a.test/");
    mesh.write("a.xds.yaml", HOST.formatted("two", "'a.test', b.test", 206));
    mesh.await(206, "http://a.test/");
    assertThat(mesh.status("http://b.test/")).isEqualTo(206);
  }

  private Response send(String url, String cluster) throws InterruptedException {
    Request request =
        Request.of("GET", URI.create(url))
            .withHeaders(Headers.of("x-cluster", cluster))
            .withTimeout(Duration.ofSeconds(20));
    return mesh.member().mesh().blocking().send(request);
  }

  @Test
  void clustersComeWhenTheyAreCalled() throws Exception {
    String url = "http://a.test/by-header";
    assertThat(send(url, "c").status()).isEqualTo(204);
    Response none = send(url, "d");
    assertThat(none.status()).isEqualTo(503);
    assertThat(none.outcome().flags()).containsExactly(Flag.NC);
    assertThat(none.outcome().details()).isEqualTo("cluster_not_found");
    mesh.write("d.xds.yaml", CLUSTER.formatted("d", backend.getAddress().getPort()));
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> send(url, "d").status() == 204);
    mesh.delete("c.xds.yaml");
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> send(url, "c").status() == 503);
  }
}
