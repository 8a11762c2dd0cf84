package io.inmesh.cli.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.inmesh.call.Request;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.OutboundPolicy;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.grpc.PlaneServer;
import io.inmesh.xds.json.ProtoJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A plane that serves good config once and then sends whatever it likes, over a real connection.
 * Calls go on as they were; and when it behaves again, it is listened to again. {@code
 * -Dinmesh.fuzz.planes=N} for more streams.
 */
class HostilePlaneTest {
  private static final int STREAMS = Integer.getInteger("inmesh.fuzz.planes", 12);
  private static final int RESPONSES = 60;
  private static final String NAME = "good:80";

  private final ProtoJson json = new ProtoJson();
  private final AtomicInteger hostileStreams = new AtomicInteger();
  private final AtomicInteger hostileResponses = new AtomicInteger();
  private final AtomicBoolean hostile = new AtomicBoolean();
  private final AtomicInteger status = new AtomicInteger(200);
  private HttpServer backend;
  private Server plane;
  private MeshRuntime mesh;

  @BeforeEach
  void start() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    backend = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    backend.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    backend.start();
    plane =
        NettyServerBuilder.forAddress(new InetSocketAddress(loopback, 0))
            .addService(
                ServerServiceDefinition.builder(
                        "envoy.service.discovery.v3.AggregatedDiscoveryService")
                    .addMethod(DELTA, new Streams())
                    .build())
            .build()
            .start();
    var options =
        AdsOptions.of(PlaneServer.of("127.0.0.1:" + plane.getPort(), new PlaneServer.Plaintext()))
            .with(new AdsOptions.Backoff(Duration.ofMillis(10), Duration.ofMillis(50)));
    mesh =
        MeshRuntime.builder()
            .plane(
                new AdsPlane(
                    options,
                    new Decoder().forStream(),
                    ResourceMemory.NONE,
                    InstantSource.system()))
            .outboundPolicy(OutboundPolicy.REGISTRY_ONLY)
            .want(NAME)
            .build();
  }

  @AfterEach
  void stop() {
    mesh.close();
    plane.shutdownNow();
    backend.stop(0);
  }

  private int call() throws InterruptedException {
    return mesh.blocking().send(Request.of("GET", URI.create("http://" + NAME + "/"))).status();
  }

  @Test
  void callsGoOn() throws InterruptedException {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> call() == 200);
    hostile.set(true);
    int calls = 0;
    // The stream that serves is ended by the next acknowledgement; then the others come.
    mesh.want("other:80");
    while (hostileStreams.get() < STREAMS || hostileResponses.get() < STREAMS * RESPONSES / 2) {
      assertThat(call()).isEqualTo(200);
      calls++;
      assertThat(calls)
          .as("streams " + hostileStreams + ", responses " + hostileResponses)
          .isLessThan(200_000 * STREAMS);
    }
    System.out.println(
        calls + " calls during " + hostileStreams + " streams, " + hostileResponses + " responses");
    assertThat(mesh.status().rejections()).isNotEmpty();
    status.set(299);
    hostile.set(false);
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> call() == 299);
  }

  private Any listener() {
    Object action =
        status.get() == 200
            ? Map.of("route", Map.of("cluster", "good"))
            : Map.of("direct_response", Map.of("status", status.get()));
    var route = new java.util.LinkedHashMap<String, Object>(Map.of("match", Map.of("prefix", "/")));
    route.putAll(map(action));
    Object host = Map.of("name", "v", "domains", List.of("*"), "routes", List.of(route));
    Object router =
        Map.of("@type", "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router");
    Object manager =
        Map.of(
            "@type",
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
                + ".HttpConnectionManager",
            "stat_prefix",
            "s",
            "route_config",
            Map.of("name", "r", "virtual_hosts", List.of(host)),
            "http_filters",
            List.of(Map.of("name", "router", "typed_config", router)));
    return any(
        Resource.Type.LISTENER,
        Map.of("name", NAME, "api_listener", Map.of("api_listener", manager)));
  }

  private Any cluster() {
    Object address =
        Map.of(
            "socket_address",
            Map.of("address", "127.0.0.1", "port_value", backend.getAddress().getPort()));
    Object endpoints =
        List.of(Map.of("lb_endpoints", List.of(Map.of("endpoint", Map.of("address", address)))));
    return any(
        Resource.Type.CLUSTER,
        Map.of(
            "name",
            "good",
            "type",
            "STATIC",
            "load_assignment",
            Map.of("cluster_name", "good", "endpoints", endpoints)));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  private Any any(Resource.Type type, Object value) {
    Message message = json.resource(type, value);
    return Any.newBuilder().setTypeUrl(type.url()).setValue(message.toByteString()).build();
  }

  private static final MethodDescriptor<DeltaDiscoveryRequest, byte[]> DELTA =
      AdsPlane.DELTA.toBuilder(AdsPlane.DELTA.getRequestMarshaller(), new Bytes()).build();

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }

  /** The plane. */
  private final class Streams implements ServerCallHandler<DeltaDiscoveryRequest, byte[]> {
    @Override
    public ServerCall.Listener<DeltaDiscoveryRequest> startCall(
        ServerCall<DeltaDiscoveryRequest, byte[]> call, Metadata headers) {
      call.sendHeaders(new Metadata());
      call.request(Integer.MAX_VALUE);
      if (hostile.get()) {
        harm(call, new SplittableRandom(hostileStreams.incrementAndGet()));
        return new ServerCall.Listener<>() {};
      }
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(DeltaDiscoveryRequest request) {
          if (hostile.get()) {
            call.close(Status.UNAVAILABLE, new Metadata());
          } else if (!request.getResourceNamesSubscribeList().isEmpty()) {
            serve(call, request);
          }
        }
      };
    }
  }

  private void serve(
      ServerCall<DeltaDiscoveryRequest, byte[]> call, DeltaDiscoveryRequest request) {
    boolean listeners = request.getTypeUrl().equals(Resource.Type.LISTENER.url());
    String name = listeners ? NAME : "good";
    var response = response(request.getTypeUrl());
    if (request.getResourceNamesSubscribeList().contains(name)) {
      response.addResources(
          io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
              .setName(name)
              .setVersion("v" + status.get())
              .setResource(listeners ? listener() : cluster()));
    }
    call.sendMessage(response.build().toByteArray());
  }

  private static DeltaDiscoveryResponse.Builder response(String url) {
    return DeltaDiscoveryResponse.newBuilder()
        .setTypeUrl(url)
        .setNonce("n")
        .setSystemVersionInfo("r");
  }

  /** Nothing of it is valid under the names that matter. */
  private void harm(ServerCall<DeltaDiscoveryRequest, byte[]> call, SplittableRandom random) {
    for (int i = 0; i < RESPONSES; i++) {
      Resource.Type type = random.nextBoolean() ? Resource.Type.LISTENER : Resource.Type.CLUSTER;
      String name = type == Resource.Type.LISTENER ? NAME : "good";
      boolean other = random.nextInt(4) == 0;
      var resource =
          io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
              .setName(other ? "x" + random.nextInt(1_000_000) : name)
              .setVersion("h" + i)
              .setResource(
                  other && random.nextBoolean() ? damaged(type, random) : poison(type, random));
      var response = response(type.url()).addResources(resource);
      for (int more = random.nextInt(50); more > 0; more--) {
        response.addRemovedResources("y" + random.nextInt(1_000_000));
      }
      call.sendMessage(response.build().toByteArray());
      hostileResponses.incrementAndGet();
    }
    if (random.nextBoolean()) {
      var garbage = new byte[random.nextInt(2_000)];
      random.nextBytes(garbage);
      call.sendMessage(garbage);
    }
    call.close(random.nextBoolean() ? Status.OK : Status.INTERNAL, new Metadata());
  }

  /** What served once, with some bytes changed. */
  private Any damaged(Resource.Type type, SplittableRandom random) {
    Any good = type == Resource.Type.LISTENER ? listener() : cluster();
    byte[] bytes = good.getValue().toByteArray();
    for (int changes = random.nextInt(4); changes >= 0; changes--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return good.toBuilder().setValue(ByteString.copyFrom(bytes)).build();
  }

  private static Any poison(Resource.Type type, SplittableRandom random) {
    ByteString bytes = ByteString.EMPTY;
    switch (random.nextInt(4)) {
      case 0:
        var garbage = new byte[random.nextInt(5_000)];
        random.nextBytes(garbage);
        bytes = ByteString.copyFrom(garbage).concat(ByteString.copyFrom(new byte[] {(byte) 0xff}));
        break;
      case 1:
        for (int depth = 0; depth < 2_000; depth++) {
          bytes =
              Any.newBuilder()
                  .setTypeUrl("type.googleapis.com/" + type.message())
                  .setValue(bytes)
                  .build()
                  .toByteString();
        }
        break;
      case 2:
        bytes =
            io.inmesh.proto.envoy.config.route.v3.RouteConfiguration.newBuilder()
                .setName("z")
                .build()
                .toByteString();
        break;
      default:
        bytes = ByteString.copyFromUtf8("\n\005other");
    }
    return Any.newBuilder().setTypeUrl(type.url()).setValue(bytes).build();
  }
}
