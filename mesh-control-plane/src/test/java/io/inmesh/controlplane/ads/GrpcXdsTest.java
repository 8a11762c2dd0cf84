package io.inmesh.controlplane.ads;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.inmesh.config.Action;
import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Locality;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.xds.codec.TlsFlavor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** gRPC's own xDS client discovers a service through our server, and follows its changes. */
class GrpcXdsTest {
  private static final MethodDescriptor.Marshaller<String> TEXT =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(String value) {
          return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
          try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException failed) {
            throw new UncheckedIOException(failed);
          }
        }
      };
  private static final MethodDescriptor<String, String> ECHO =
      MethodDescriptor.<String, String>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("test.Echo/Echo")
          .setRequestMarshaller(TEXT)
          .setResponseMarshaller(TEXT)
          .build();

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private int echo(String name) throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder("test.Echo")
                    .addMethod(
                        ECHO,
                        ServerCalls.asyncUnaryCall(
                            (request, answer) -> {
                              answer.onNext(name + " heard " + request);
                              answer.onCompleted();
                            }))
                    .build())
            .build()
            .start();
    open.add(() -> server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS));
    return server.getPort();
  }

  private static List<Resource> service(String cluster, int port) {
    var filter = new HttpConnection.Filter("router", Filters.Router.DEFAULT, false);
    return List.of(
        Listener.api(
            "echo.test", new HttpConnection(List.of(filter), new HttpConnection.RoutesByName("r"))),
        new RouteConfiguration(
            "r",
            List.of(
                new VirtualHost(
                    "all",
                    List.of("*"),
                    List.of(
                        new Route(
                            "",
                            RouteMatch.of(new RouteMatch.Prefix("", true)),
                            Action.Forward.to(new ClusterSpecifier.Named(cluster))))))),
        new Cluster(cluster, new Cluster.Eds(cluster)),
        new EndpointSet(
            cluster,
            List.of(
                new EndpointSet.LocalityEndpoints(
                    new Locality("here", "", ""),
                    1,
                    0,
                    List.of(new EndpointSet.Endpoint(new Address("127.0.0.1", port)))))));
  }

  private static String call(ManagedChannel channel) {
    return ClientCalls.blockingUnaryCall(
        channel, ECHO, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), "me");
  }

  @Test
  void itFindsAServiceAndFollowsItToAnotherCluster() throws Exception {
    Plane plane = Plane.plaintext(TlsFlavor.GRPC);
    open.add(plane);
    plane.publish("1", service("blue", echo("blue")));
    String bootstrap =
        """
        {"xds_servers":[{"server_uri":"127.0.0.1:%d","channel_creds":[{"type":"insecure"}],
          "server_features":["xds_v3"]}],"node":{"id":"grpc-1","cluster":"web"}}
        """
            .formatted(plane.port());
    String property = "io.grpc.xds.bootstrapConfig";
    System.setProperty(property, bootstrap);
    ManagedChannel channel =
        Grpc.newChannelBuilder("xds:///echo.test", InsecureChannelCredentials.create()).build();
    open.add(0, () -> channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS));
    try {
      assertThat(call(channel)).isEqualTo("blue heard me");
    } finally {
      System.clearProperty(property);
    }
    NodeStatus node = plane.ads.nodes().toCompletableFuture().get(10, TimeUnit.SECONDS).get(0);
    assertThat(node.node().kind()).isEqualTo(NodeKind.GRPC);
    assertThat(node.variant()).isEqualTo("state-of-the-world");
    assertThat(node.types())
        .containsOnlyKeys(
            Resource.Type.LISTENER,
            Resource.Type.ROUTES,
            Resource.Type.CLUSTER,
            Resource.Type.ENDPOINTS)
        .allSatisfy((type, status) -> assertThat(status.rejection()).as("%s", type).isEmpty());

    plane.publish("2", service("green", echo("green")));
    List<String> failures = new ArrayList<>();
    Awaitility.await()
        .pollInterval(Duration.ofMillis(2))
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              try {
                return call(channel).equals("green heard me");
              } catch (StatusRuntimeException failed) {
                failures.add(failed.toString());
                return false;
              }
            });
    assertThat(failures).as("calls that failed on the way").isEmpty();
  }
}
