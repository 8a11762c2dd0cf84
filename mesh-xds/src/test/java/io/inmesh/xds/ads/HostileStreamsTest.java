package io.inmesh.xds.ads;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryResponse;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.hostile.FileReads;
import io.inmesh.xds.hostile.GoodResources;
import io.inmesh.xds.hostile.Mutations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Whatever a stream brings, the session goes on: it answers, connects again, and takes good config
 * from a good plane. {@code -Dinmesh.fuzz.streams=N -Dinmesh.fuzz.seed=N} for more and others.
 */
class HostileStreamsTest {
  private static final int STREAMS = Integer.getInteger("inmesh.fuzz.streams", 2_000);
  private static final long SEED = Long.getLong("inmesh.fuzz.seed", 1);
  private static final int EVERY = 100;
  private static final List<Message> GOOD = GoodResources.all();

  private final Mutations mutations = new Mutations(SEED);

  private static Resource.Type type(Message message) {
    for (Resource.Type type : Resource.Type.values()) {
      if (type.message().equals(message.getDescriptorForType().getFullName())) {
        return type;
      }
    }
    throw new IllegalArgumentException();
  }

  private static Any any(String url, ByteString bytes) {
    return Any.newBuilder().setTypeUrl(url).setValue(bytes).build();
  }

  private String url() {
    Resource.Type[] types = Resource.Type.values();
    return mutations.oneIn(20)
        ? "type.googleapis.com/envoy.config.nothing.v3.Nothing"
        : types[mutations.below(types.length)].url();
  }

  private Message good() {
    return GOOD.get(mutations.below(GOOD.size()));
  }

  private String name() {
    return mutations.oneIn(3) ? "good" : mutations.oneIn(2) ? "" : "n" + mutations.below(50);
  }

  private DeltaDiscoveryResponse change() {
    var response = DeltaDiscoveryResponse.newBuilder().setNonce("n" + mutations.below(1_000));
    String of = url();
    for (int i = mutations.below(6); i > 0; i--) {
      Message origin = good();
      if (!mutations.oneIn(10)) {
        of = type(origin).url();
      }
      var resource =
          io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
              .setName(name())
              .setVersion("v" + mutations.below(3))
              .setResource(any(of, mutations.of(origin)));
      if (mutations.oneIn(5)) {
        resource.setTtl(
            Duration.newBuilder()
                .setSeconds(mutations.below(5) - 2L)
                .setNanos(mutations.below(9) - 4));
      }
      response.addResources(resource);
    }
    response.setTypeUrl(of);
    for (int i = mutations.below(4); i > 0; i--) {
      response.addRemovedResources(mutations.oneIn(4) ? "*" : name());
    }
    return response.setSystemVersionInfo("r" + mutations.below(9)).build();
  }

  private DiscoveryResponse whole() {
    var response = DiscoveryResponse.newBuilder().setNonce("n" + mutations.below(1_000));
    String of = url();
    for (int i = mutations.below(6); i > 0; i--) {
      Message origin = good();
      if (!mutations.oneIn(10)) {
        of = type(origin).url();
      }
      response.addResources(any(of, mutations.of(origin)));
    }
    return response.setTypeUrl(of).setVersionInfo("r" + mutations.below(9)).build();
  }

  /** Some are damaged as a whole. What does not even parse, gRPC ends the stream for. */
  private <R extends Message> Optional<R> sent(R response, Function<ByteString, R> parse) {
    if (!mutations.oneIn(6)) {
      return Optional.of(response);
    }
    try {
      return Optional.of(parse.apply(mutations.damaged(response.toByteString())));
    } catch (IllegalArgumentException broken) {
      return Optional.empty();
    }
  }

  private static DeltaDiscoveryResponse parseDelta(ByteString bytes) {
    try {
      return DeltaDiscoveryResponse.parseFrom(bytes);
    } catch (InvalidProtocolBufferException wrong) {
      throw new IllegalArgumentException(wrong);
    }
  }

  private static DiscoveryResponse parseWhole(ByteString bytes) {
    try {
      return DiscoveryResponse.parseFrom(bytes);
    } catch (InvalidProtocolBufferException wrong) {
      throw new IllegalArgumentException(wrong);
    }
  }

  private <Q, R> void hostile(Bench<Q, R> bench, Function<HostileStreamsTest, Optional<R>> next) {
    Bench.FakeStream<Q, R> stream = bench.ready();
    stream.callbacks.accepted();
    for (int i = mutations.below(8); i >= 0 && !stream.closed; i--) {
      Optional<R> response = next.apply(this);
      if (response.isEmpty()) {
        break;
      }
      bench.respond(response.get());
      if (mutations.oneIn(10)) {
        bench.advance(java.time.Duration.ofSeconds(mutations.below(20)));
      }
    }
    bench.fail("a hostile plane");
    bench.awaitStream();
    bench.events.updates.clear();
    bench.events.rejections.clear();
    bench.events.statuses.clear();
    // What thousands of streams were sent is nobody's any more.
    bench.streams.subList(0, bench.streams.size() - 1).clear();
  }

  private static <Q, R> void wantSome(Bench<Q, R> bench) {
    var keys = new ArrayList<Resource.Key>();
    for (Resource.Type type : Resource.Type.values()) {
      keys.add(new Resource.Key(type, "good"));
      for (int i = 0; i < 10; i++) {
        keys.add(new Resource.Key(type, "n" + i));
      }
      keys.add(new Resource.Key(type, Resource.Key.ANY));
    }
    bench.want(keys.toArray(Resource.Key[]::new));
  }

  private static Message goodCluster(int number) {
    return io.inmesh.proto.envoy.config.cluster.v3.Cluster.newBuilder()
        .setName("good")
        .setConnectTimeout(Duration.newBuilder().setSeconds(1 + number))
        .build();
  }

  private static <Q, R> void takesGood(Bench<Q, R> bench, R response) {
    bench.ready().callbacks.accepted();
    bench.respond(response);
    assertThat(bench.session.status().connected()).isTrue();
    assertThat(bench.events.state.get(Bench.cluster("good"))).isPresent();
    bench.fail("done");
    bench.awaitStream();
  }

  @Test
  void deltaGoesOn() {
    try (var reads = new FileReads()) {
      delta();
      assertThat(reads.stop()).isEmpty();
    }
  }

  private void delta() {
    var bench =
        new Bench<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(
            Delta::new, 1, ResourceMemory.NONE, new Decoder().forStream());
    wantSome(bench);
    for (int i = 0; i < STREAMS / 2; i++) {
      hostile(bench, test -> test.sent(test.change(), HostileStreamsTest::parseDelta));
      if (i % EVERY == EVERY - 1) {
        var resource =
            io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
                .setName("good")
                .setVersion("good" + i)
                .setResource(any(Resource.Type.CLUSTER.url(), goodCluster(i).toByteString()));
        takesGood(
            bench,
            DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(Resource.Type.CLUSTER.url())
                .setNonce("good")
                .setSystemVersionInfo("good" + i)
                .addResources(resource)
                .build());
      }
    }
  }

  @Test
  void stateOfTheWorldGoesOn() {
    try (var reads = new FileReads()) {
      stateOfTheWorld();
      assertThat(reads.stop()).isEmpty();
    }
  }

  private void stateOfTheWorld() {
    var bench =
        new Bench<DiscoveryRequest, DiscoveryResponse>(
            StateOfTheWorld::new, 1, ResourceMemory.NONE, new Decoder().forStream());
    wantSome(bench);
    for (int i = 0; i < STREAMS / 2; i++) {
      hostile(bench, test -> test.sent(test.whole(), HostileStreamsTest::parseWhole));
      if (i % EVERY == EVERY - 1) {
        takesGood(
            bench,
            DiscoveryResponse.newBuilder()
                .setTypeUrl(Resource.Type.CLUSTER.url())
                .setNonce("good")
                .setVersionInfo("good" + i)
                .addResources(any(Resource.Type.CLUSTER.url(), goodCluster(i).toByteString()))
                .build());
      }
    }
  }
}
