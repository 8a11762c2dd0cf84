package io.inmesh.xds.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.sun.management.ThreadMXBean;
import io.inmesh.config.Resource;
import io.inmesh.xds.codec.Decoded;
import io.inmesh.xds.codec.Decoder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever a resource holds, it is accepted or refused: in time, with bounded memory, nothing is
 * thrown and no file is read. {@code -Dinmesh.fuzz.resources=N -Dinmesh.fuzz.seed=N} for more and
 * others.
 */
class HostileResourcesTest {
  private static final int TRIES = Integer.getInteger("inmesh.fuzz.resources", 20_000);
  private static final long SEED = Long.getLong("inmesh.fuzz.seed", 1);
  private static final long MOST_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long MOST_BYTES = 512L << 20;

  private final Decoder decoder = new Decoder();
  private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static Resource.Type type(Message message) {
    String name = message.getDescriptorForType().getFullName();
    return Arrays.stream(Resource.Type.values())
        .filter(type -> type.message().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  @Timeout(3 * 3600)
  void isAcceptedOrRefused() {
    try (var reads = new FileReads()) {
      acceptOrRefuse();
      assertThat(reads.stop()).isEmpty();
    }
  }

  /** What watches over the reads sees them. */
  @Test
  void readsAreSeen(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("canary"), "seen");
    try (var reads = new FileReads()) {
      assertThat(Files.readAllBytes(file)).hasSize(4);
      assertThat(reads.stop()).contains(file.toString());
    }
  }

  private void acceptOrRefuse() {
    List<Message> good = GoodResources.all();
    int accepted = 0;
    long slowest = 0;
    long largest = 0;
    for (int i = 0; i < TRIES; i++) {
      var mutations = new Mutations(SEED * 1_000_003 + i);
      Message origin = good.get(mutations.below(good.size()));
      ByteString bytes = mutations.of(origin);
      String name = "seed " + SEED + " try " + i;
      long bytesBefore = memory.getCurrentThreadAllocatedBytes();
      long before = System.nanoTime();
      Decoded decoded = decode(type(origin), bytes, name);
      slowest = Math.max(slowest, System.nanoTime() - before);
      largest = Math.max(largest, memory.getCurrentThreadAllocatedBytes() - bytesBefore);
      assertThat(slowest).as(name).isLessThan(MOST_NANOS);
      assertThat(largest).as(name).isLessThan(MOST_BYTES);
      accepted += decoded instanceof Decoded.Accepted ? 1 : 0;
    }
    System.out.printf(
        "%d hostile resources: %d accepted, slowest %d ms, most memory %d KiB%n",
        TRIES, accepted, slowest / 1_000_000, largest >> 10);
    assertThat(accepted).isBetween(TRIES / 100, TRIES - TRIES / 10);
  }

  private Decoded decode(Resource.Type type, ByteString bytes, String name) {
    try {
      return decoder.decode(type, bytes);
    } catch (RuntimeException | Error thrown) {
      throw new AssertionError(name, thrown);
    }
  }

  /** An Any within an Any begins to nest anew: no parser's own bound sees it. */
  @Test
  void nestingHasAnEnd() {
    var chain = Any.newBuilder().setTypeUrl(LOCALITY).setValue(ByteString.EMPTY).build();
    for (int depth = 0; depth < 3_000; depth++) {
      chain = Any.newBuilder().setTypeUrl(LOCALITY).setValue(wrap(chain)).build();
    }
    var policy =
        io.inmesh.proto.envoy.config.cluster.v3.LoadBalancingPolicy.newBuilder()
            .addPolicies(
                io.inmesh.proto.envoy.config.cluster.v3.LoadBalancingPolicy.Policy.newBuilder()
                    .setTypedExtensionConfig(
                        io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig.newBuilder()
                            .setName("p")
                            .setTypedConfig(chain)));
    var cluster =
        io.inmesh.proto.envoy.config.cluster.v3.Cluster.newBuilder()
            .setName("deep")
            .setLoadBalancingPolicy(policy)
            .build();
    Decoded decoded = decoder.decode(cluster);
    assertThat(decoded).isInstanceOf(Decoded.Refused.class);
    assertThat(((Decoded.Refused) decoded).message()).contains("nested too deeply");
  }

  private static final String LOCALITY =
      "type.googleapis.com/envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality";

  private static ByteString wrap(Any inner) {
    return io.inmesh.proto.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality
        .newBuilder()
        .setEndpointPickingPolicy(
            io.inmesh.proto.envoy.config.cluster.v3.LoadBalancingPolicy.newBuilder()
                .addPolicies(
                    io.inmesh.proto.envoy.config.cluster.v3.LoadBalancingPolicy.Policy.newBuilder()
                        .setTypedExtensionConfig(
                            io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig.newBuilder()
                                .setName("p")
                                .setTypedConfig(inner))))
        .build()
        .toByteString();
  }

  @Test
  void patternsTogetherAreBounded() {
    var host =
        io.inmesh.proto.envoy.config.route.v3.VirtualHost.newBuilder().setName("v").addDomains("*");
    for (int i = 0; i < 200; i++) {
      host.addRoutes(
          io.inmesh.proto.envoy.config.route.v3.Route.newBuilder()
              .setMatch(
                  io.inmesh.proto.envoy.config.route.v3.RouteMatch.newBuilder()
                      .setSafeRegex(
                          io.inmesh.proto.envoy.type.matcher.v3.RegexMatcher.newBuilder()
                              .setRegex("/" + i + "(abcdefghij){1000}(abcdefghij){1000}")))
              .setRoute(
                  io.inmesh.proto.envoy.config.route.v3.RouteAction.newBuilder().setCluster("c")));
    }
    Decoded decoded =
        decoder.decode(
            io.inmesh.proto.envoy.config.route.v3.RouteConfiguration.newBuilder()
                .setName("r")
                .addVirtualHosts(host)
                .build());
    assertThat(decoded).isInstanceOf(Decoded.Refused.class);
    assertThat(((Decoded.Refused) decoded).message()).contains("too large together");
  }

  @Test
  void filesAndEnvironmentAreNotRead() {
    for (var source :
        List.of(
            io.inmesh.proto.envoy.config.core.v3.DataSource.newBuilder()
                .setFilename("/etc/hostname"),
            io.inmesh.proto.envoy.config.core.v3.DataSource.newBuilder()
                .setEnvironmentVariable("PATH"))) {
      var secret =
          io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.Secret.newBuilder()
              .setName("s")
              .setValidationContext(
                  io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3
                      .CertificateValidationContext.newBuilder()
                      .setTrustedCa(source));
      Decoded decoded = decoder.decode(secret.build());
      assertThat(decoded).isInstanceOf(Decoded.Refused.class);
      assertThat(((Decoded.Refused) decoded).message()).contains("on behalf of a control plane");
    }
  }
}
