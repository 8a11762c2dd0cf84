package io.inmesh.controlplane.ads;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.inmesh.config.Action;
import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.FilterChain;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Metadata;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.VirtualHost;
import io.inmesh.xds.codec.TlsFlavor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real Envoy takes its config from our server. Needs the binary, and therefore runs only when it
 * is asked for: {@code mvn test -Dtest=EnvoyCheck -Dinmesh.envoy=PATH}.
 */
class EnvoyCheck {
  private final List<AutoCloseable> open = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path directory;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private int backend(String name) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = name.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    open.add(() -> server.stop(0));
    return server.getAddress().getPort();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static List<Resource> config(int listenerPort, String cluster, int port) {
    var filter = new HttpConnection.Filter("router", Filters.Router.DEFAULT, false);
    var connection = new HttpConnection(List.of(filter), new HttpConnection.RoutesByName("routes"));
    return List.of(
        new Listener(
            "in",
            Listener.Direction.OUTBOUND,
            Optional.of(new Address("127.0.0.1", listenerPort)),
            List.of(
                new FilterChain(
                    "", FilterChain.Match.ANY, connection, new TransportSocket.RawBuffer())),
            Optional.empty(),
            true,
            List.of(),
            Metadata.EMPTY),
        new RouteConfiguration(
            "routes",
            List.of(
                new VirtualHost(
                    "all",
                    List.of("*"),
                    List.of(
                        new Route(
                            "",
                            RouteMatch.of(new RouteMatch.Prefix("/", true)),
                            Action.Forward.to(new ClusterSpecifier.Named(cluster))))))),
        new Cluster(cluster, new Cluster.Eds(cluster)),
        EndpointSet.of(cluster, List.of(new EndpointSet.Endpoint(new Address("127.0.0.1", port)))));
  }

  private void envoy(int planePort, String apiType) throws IOException {
    String bootstrap =
        """
        node: {id: envoy-1, cluster: web}
        dynamic_resources:
          ads_config:
            api_type: %s
            transport_api_version: V3
            grpc_services: [{envoy_grpc: {cluster_name: plane}}]
          cds_config: {ads: {}, resource_api_version: V3}
          lds_config: {ads: {}, resource_api_version: V3}
        static_resources:
          clusters:
          - name: plane
            type: STATIC
            connect_timeout: 1s
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http2_protocol_options: {}}
            load_assignment:
              cluster_name: plane
              endpoints:
              - lb_endpoints:
                - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        """
            .formatted(apiType, planePort);
    Path file = directory.resolve("envoy.yaml");
    Files.writeString(file, bootstrap);
    Process process =
        new ProcessBuilder(
                Objects.requireNonNull(System.getProperty("inmesh.envoy"), "inmesh.envoy"),
                "-c",
                file.toString(),
                "--use-dynamic-base-id",
                "--concurrency",
                "1",
                "-l",
                "warning")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("envoy.log").toFile())
            .start();
    open.add(
        0,
        () -> {
          process.descendants().forEach(ProcessHandle::destroy);
          process.destroy();
          process.waitFor(20, TimeUnit.SECONDS);
        });
  }

  private String get(int port) throws InterruptedException {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build(),
              HttpResponse.BodyHandlers.ofString());
      return response.statusCode() + " " + response.body();
    } catch (IOException refused) {
      return refused.toString();
    }
  }

  private static boolean allAccepted(Plane plane, String revision) throws Exception {
    var nodes = plane.ads.nodes().toCompletableFuture().get(10, TimeUnit.SECONDS);
    return nodes.size() == 1
        && nodes.get(0).node().kind() == NodeKind.ENVOY
        && nodes.get(0).types().size() == 4
        && nodes.get(0).types().values().stream()
            .allMatch(type -> type.rejection().isEmpty() && !type.pending())
        && nodes.get(0).types().values().stream()
            .anyMatch(type -> type.acceptedRevision().equals(revision));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GRPC", "DELTA_GRPC"})
  void itServesAndMovesWithoutAFailedCall(String apiType) throws Exception {
    int listener = freePort();
    int blue = backend("blue");
    int green = backend("green");
    Plane plane = Plane.plaintext(TlsFlavor.ENVOY_STATIC_SECRETS);
    open.add(plane);
    plane.publish("1", config(listener, "blue", blue));
    envoy(plane.port(), apiType);
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> get(listener).equals("200 blue"));
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> allAccepted(plane, "1"));

    List<String> others = new ArrayList<>();
    for (int round = 2; round < 8; round++) {
      boolean toGreen = round % 2 == 0;
      String color = toGreen ? "green" : "blue";
      plane.publish(Integer.toString(round), config(listener, color, toGreen ? green : blue));
      Awaitility.await()
          .pollInterval(Duration.ofMillis(1))
          .atMost(Duration.ofSeconds(10))
          .until(
              () -> {
                String answer = get(listener);
                if (!answer.equals("200 blue") && !answer.equals("200 green")) {
                  others.add(answer);
                }
                return answer.equals("200 " + color);
              });
      String revision = Integer.toString(round);
      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> allAccepted(plane, revision));
    }
    assertThat(others).as("calls that failed while clusters were exchanged").isEmpty();

    EndpointSet alien =
        EndpointSet.of("blue", List.of(new EndpointSet.Endpoint(new Address("not an address", 1))));
    List<Resource> bad = new ArrayList<>(config(listener, "blue", blue));
    bad.set(3, alien);
    plane.publish("8", bad);
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              var nodes = plane.ads.nodes().toCompletableFuture().get(10, TimeUnit.SECONDS);
              var endpoints = nodes.get(0).types().get(Resource.Type.ENDPOINTS);
              return endpoints != null && endpoints.rejection().contains("not an address");
            });
    assertThat(get(listener)).as("what was served before goes on").isEqualTo("200 blue");
  }
}
