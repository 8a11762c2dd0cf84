package io.inmesh.cli.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.controlplane.ControlPlane;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.runtime.member.Member;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A control plane that serves raw resources to one client, and live HTTP/1.1 servers. */
final class FilteredMesh {
  private static final String TYPES = "type.googleapis.com/envoy.extensions.filters.http.";

  private final Path directory;
  private final List<HttpServer> servers = new ArrayList<>();
  private final List<String> refused = new CopyOnWriteArrayList<>();
  private ControlPlane plane;
  private Member member;

  /** Answers requests of a server. */
  interface Service {
    void answer(HttpExchange exchange) throws IOException;
  }

  FilteredMesh(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("config"));
  }

  /** Starts a server; its port. */
  int serve(Service service) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", service::answer);
    server.start();
    servers.add(server);
    return server.getAddress().getPort();
  }

  /** Stops the server at a port. */
  void stop(int port) {
    servers.stream()
        .filter(server -> server.getAddress().getPort() == port)
        .forEach(server -> server.stop(0));
  }

  static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  /**
   * A listener with one filter, whose routes go to {@code backends}.
   *
   * @param perRoute what the route to {@code /own} says; empty switches the filter off there
   */
  static String listener(String type, String settings, String perRoute) {
    String listener =
        """
        "@type": type.googleapis.com/envoy.config.listener.v3.Listener
        name: filtered.test
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
                - name: own
                  match: {prefix: /own}
                  route: {cluster: backends, rate_limits: LIMITS}
                  typed_per_filter_config: {f: PERROUTE}
                - {name: all, match: {prefix: /}, route: {cluster: backends, rate_limits: LIMITS}}
            http_filters:
            - {name: f, typed_config: {"@type": TYPE, SETTINGS}}
            - name: router
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
        """;
    String disabled =
        "{\"@type\": type.googleapis.com/envoy.config.route.v3.FilterConfig, disabled: true}";
    String limits = "[{actions: [{request_headers: {header_name: x-user, descriptor_key: user}}]}]";
    return listener
        .replace("LIMITS", limits)
        .replace("TYPE", TYPES + type)
        .replace("SETTINGS", settings)
        .replace(
            "PERROUTE", perRoute.isEmpty() ? disabled : "{\"@type\": " + TYPES + perRoute + "}");
  }

  /**
   * A cluster.
   *
   * @param more fields of it, or empty
   */
  static String cluster(String name, String more, int... ports) {
    String cluster =
        """
        ---
        "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
        name: NAME
        type: STATIC
        connect_timeout: 5s
        common_lb_config: {override_host_status: {statuses: [UNKNOWN, HEALTHY]}}
        load_assignment:
          cluster_name: NAME
          endpoints: [{lb_endpoints: [HOSTS]}]
        """;
    var hosts = new ArrayList<String>();
    for (int port : ports) {
      hosts.add(
          "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}"
              .formatted(port));
    }
    return cluster.replace("NAME", name).replace("HOSTS", String.join(", ", hosts)) + more;
  }

  /** Starts a plane that serves these resources, and a client of it. */
  void start(String resources) throws Exception {
    Files.writeString(file(), resources);
    Files.writeString(
        directory.resolve("config").resolve("mesh.yaml"),
        "apiVersion: inmesh.io/v1\nservices: {client: }\n");
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
            new Problems());
    assertThat(refused).isEmpty();
    member = Member.join(plane.issueJoinFile("client", "default")).threads(1).start();
  }

  /** The file with the resources. */
  Path file() {
    return directory.resolve("config").resolve("filters.xds.yaml");
  }

  /** Why the plane has refused config. */
  List<String> refused() {
    return List.copyOf(refused);
  }

  private final class Problems implements ConfigDirectory.Listener {
    @Override
    public void taken(Generation generation) {}

    @Override
    public void refused(List<Problem> problems) {
      problems.forEach(problem -> refused.add(problem.toString()));
    }
  }

  Response send(Request request) throws InterruptedException {
    return member.mesh().blocking().send(request.withTimeout(Duration.ofSeconds(20)));
  }

  Response get(String path, String... headers) throws InterruptedException {
    URI uri = URI.create("http://filtered.test" + path);
    return send(Request.of("GET", uri).withHeaders(Headers.of(headers)));
  }

  void close() throws Exception {
    if (member != null) {
      member.close();
    }
    if (plane != null) {
      plane.close();
    }
    servers.forEach(server -> server.stop(0));
  }
}
