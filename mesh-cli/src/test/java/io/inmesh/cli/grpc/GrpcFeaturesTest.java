package io.inmesh.cli.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.InsecureChannelCredentials;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.OutboundPolicy;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsOptions.Variant;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.grpc.PlaneServer;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The xDS features of gRPC's proposals, with gRPC's own client and ours side by side, on our
 * control plane and on java-control-plane: all see the same. {@code docs/grpc.md} has the table.
 * {@code -Dinmesh.grpc.features=A28} for some.
 */
class GrpcFeaturesTest {
  private static final EchoServers SERVERS = new EchoServers();
  private static final Planes PLANES = new Planes();
  private static final Map<String, GrpcClient> CLIENTS = new LinkedHashMap<>();
  private static List<Feature> features = List.of();

  @BeforeAll
  static void start() throws Exception {
    features = new Features(SERVERS).all();
    List<Message> resources =
        features.stream().flatMap(each -> each.resources().stream()).map(XdsJson::message).toList();
    int own = PLANES.own(resources);
    int theirs = PLANES.javaControlPlane(resources);
    CLIENTS.put("grpc-java on our plane", grpcJava("own-xds", own));
    CLIENTS.put("ours on our plane", ours(own, Variant.DELTA));
    CLIENTS.put("grpc-java on java-control-plane", grpcJava("java-xds", theirs));
    CLIENTS.put("ours on java-control-plane", ours(theirs, Variant.STATE_OF_THE_WORLD));
  }

  @AfterAll
  static void stop() throws Exception {
    for (GrpcClient client : CLIENTS.values()) {
      client.close();
    }
    PLANES.close();
    SERVERS.close();
  }

  static GrpcClient grpcJava(String scheme, int port) {
    var server =
        Map.of(
            "server_uri",
            "127.0.0.1:" + port,
            "channel_creds",
            List.of(Map.of("type", "insecure")),
            "server_features",
            List.of("xds_v3"));
    var bootstrap =
        Map.of("xds_servers", List.of(server), "node", Map.of("id", scheme, "cluster", "test"));
    return new GrpcJava(scheme, bootstrap, InsecureChannelCredentials.create());
  }

  private static GrpcClient ours(int port, Variant variant) {
    return ours(port, variant, false);
  }

  static GrpcClient ours(int port, Variant variant, boolean loadReports) {
    var server = PlaneServer.of("127.0.0.1:" + port, new PlaneServer.Plaintext());
    var plane =
        new AdsPlane(
            AdsOptions.of(server).with(variant).withLoadReports(loadReports),
            new Decoder().forStream(),
            ResourceMemory.NONE,
            InstantSource.system());
    return new MeshGrpc(
        MeshRuntime.builder()
            .node(new Node("ours", "test", Locality.NONE, Map.of()))
            .plane(plane)
            .outboundPolicy(OutboundPolicy.REGISTRY_ONLY)
            .build());
  }

  static Stream<Feature> features() {
    String only = System.getProperty("inmesh.grpc.features", "");
    return features.stream().filter(feature -> feature.toString().contains(only));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("features")
  void allSeeTheSame(Feature feature) throws Exception {
    var seen = new LinkedHashMap<String, Object>();
    for (Map.Entry<String, GrpcClient> client : CLIENTS.entrySet()) {
      seen.put(client.getKey(), feature.look().at(client.getValue()));
    }
    assertThat(seen.values())
        .as("%s", seen)
        .allSatisfy(each -> assertThat(each).isEqualTo(feature.expected()));
  }
}
