package io.inmesh.cli.outside;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpServer;
import io.envoyproxy.controlplane.cache.v3.SimpleCache;
import io.envoyproxy.controlplane.cache.v3.Snapshot;
import io.envoyproxy.controlplane.server.V3DiscoveryServer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Locality;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.OutboundPolicy;
import io.inmesh.testkit.Configs;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsOptions.Variant;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.codec.Encoder;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.codec.TlsFlavor;
import io.inmesh.xds.grpc.PlaneServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Our client discovers a service through another's control plane, java-control-plane with messages
 * of its own, calls it, and follows its changes. The counterpart, gRPC's client on our control
 * plane, is a test of that module.
 */
class JavaControlPlaneTest {
  private static final String SERVICE = "echo.test:80";

  private final SimpleCache<String> cache = new SimpleCache<>(node -> "all");
  private final Encoder encoder = new Encoder(Extensions.standard(), TlsFlavor.INMESH);
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private int echo(String name) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] text =
              (name + " heard " + exchange.getRequestURI()).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, text.length);
          exchange.getResponseBody().write(text);
          exchange.close();
        });
    server.start();
    open.add(() -> server.stop(0));
    return server.getAddress().getPort();
  }

  private ByteString bytes(Resource resource) {
    return encoder.message(resource).toByteString();
  }

  private static EndpointSet endpoints(String cluster, int port) {
    var endpoint = new EndpointSet.Endpoint(new Address("127.0.0.1", port));
    return new EndpointSet(
        cluster,
        List.of(
            new EndpointSet.LocalityEndpoints(
                new Locality("here", "", ""), 1, 0, List.of(endpoint))));
  }

  private static io.inmesh.config.RouteConfiguration routes(String cluster) {
    List<Route> routes = List.of(Configs.route("/", Configs.forward(cluster)));
    return new io.inmesh.config.RouteConfiguration(
        "r", List.of(new VirtualHost("all", List.of("*"), routes)));
  }

  /** The service behind one of these clusters, each of one endpoint. */
  private void publish(String revision, String chosen, Map<String, Integer> ports)
      throws InvalidProtocolBufferException {
    var clusters = new ArrayList<Cluster>();
    var endpoints = new ArrayList<ClusterLoadAssignment>();
    for (Map.Entry<String, Integer> each : ports.entrySet()) {
      String name = each.getKey();
      clusters.add(Cluster.parseFrom(bytes(Configs.cluster(name))));
      endpoints.add(ClusterLoadAssignment.parseFrom(bytes(endpoints(name, each.getValue()))));
    }
    cache.setSnapshot(
        "all",
        Snapshot.create(
            clusters,
            endpoints,
            List.of(Listener.parseFrom(bytes(Configs.api(SERVICE, "r")))),
            List.of(RouteConfiguration.parseFrom(bytes(routes(chosen)))),
            List.of(),
            revision));
  }

  private MeshRuntime mesh(Variant variant) throws IOException {
    Server started =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new V3DiscoveryServer(cache).getAggregatedDiscoveryServiceImpl())
            .build()
            .start();
    open.add(started::shutdownNow);
    var server = PlaneServer.of("127.0.0.1:" + started.getPort(), new PlaneServer.Plaintext());
    var plane =
        new AdsPlane(
            AdsOptions.of(server).with(variant),
            new Decoder().forStream(),
            ResourceMemory.NONE,
            InstantSource.system());
    MeshRuntime mesh =
        MeshRuntime.builder()
            .plane(plane)
            .outboundPolicy(OutboundPolicy.REGISTRY_ONLY)
            .want(SERVICE)
            .build();
    open.add(0, mesh);
    return mesh;
  }

  private static String call(MeshRuntime mesh) throws InterruptedException {
    Request request =
        Request.of("GET", URI.create("http://" + SERVICE + "/me"))
            .withTimeout(Duration.ofSeconds(20));
    Response response = mesh.blocking().send(request);
    return response.status() + " " + response.text();
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void itFindsAServiceAndFollowsItToAnotherCluster(Variant variant) throws Exception {
    int blue = echo("blue");
    publish("1", "blue", Map.of("blue", blue));
    MeshRuntime mesh = mesh(variant);
    assertThat(call(mesh)).isEqualTo("200 blue heard /me");

    // It answers a state-of-the-world client only if it has all that is asked for: the cluster of
    // before must not be asked for any more.
    int green = echo("green");
    publish("2", "green", Map.of("green", green));
    var answers = new ArrayList<String>();
    Awaitility.await()
        .pollInterval(Duration.ofMillis(2))
        .atMost(Duration.ofSeconds(5))
        .until(
            () -> {
              answers.add(call(mesh));
              return answers.get(answers.size() - 1).equals("200 green heard /me");
            });
    assertThat(answers).as("no call fails on the way").allMatch(it -> it.startsWith("200 "));
  }
}
