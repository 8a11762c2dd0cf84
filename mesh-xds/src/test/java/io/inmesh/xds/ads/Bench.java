package io.inmesh.xds.ads;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import io.inmesh.plane.PlaneContext;
import io.inmesh.testkit.VirtualLoop;
import io.inmesh.xds.grpc.PlaneServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A session on virtual time, with streams in memory. */
final class Bench<Q, R> implements AdsStream.Opener<Q, R> {
  static final Node NODE = new Node("node-1", "web", Locality.NONE, Map.of());

  final VirtualLoop loop = new VirtualLoop();
  final RecordedEvents events = new RecordedEvents();
  final PlainDecoder decoder = new PlainDecoder();
  final List<FakeStream<Q, R>> streams = new ArrayList<>();
  final AdsSession<Q, R> session;

  /** A stream whose other end is the test. */
  static final class FakeStream<Q, R> implements AdsStream<Q> {
    final int server;
    final Callbacks<R> callbacks;
    final List<Q> sent = new ArrayList<>();
    int requested = 1;
    boolean closed;

    FakeStream(int server, Callbacks<R> callbacks) {
      this.server = server;
      this.callbacks = callbacks;
    }

    @Override
    public void send(Q request) {
      sent.add(received(request));
    }

    /** What a plane reads of the request's bytes. */
    @SuppressWarnings("unchecked")
    private static <Q> Q received(Q request) {
      Message message = (Message) request;
      try {
        return (Q) message.getParserForType().parseFrom(message.toByteString());
      } catch (InvalidProtocolBufferException malformed) {
        throw new IllegalStateException(malformed);
      }
    }

    @Override
    public void request() {
      requested++;
    }

    @Override
    public void close() {
      closed = true;
    }

    /** What was sent since the last call. */
    List<Q> take() {
      List<Q> all = List.copyOf(sent);
      sent.clear();
      return all;
    }
  }

  Bench(AdsSession.ExchangeMaker<Q, R> exchanges, int servers, ResourceMemory memory) {
    this(exchanges, servers, memory, null);
  }

  /** With a decoder of its own instead of {@link #decoder}. */
  Bench(
      AdsSession.ExchangeMaker<Q, R> exchanges,
      int servers,
      ResourceMemory memory,
      @Nullable ResourceDecoder other) {
    AdsOptions options =
        AdsOptions.of(
            IntStream.range(0, servers)
                .mapToObj(i -> PlaneServer.of("plane" + i + ":1", new PlaneServer.Plaintext()))
                .toArray(PlaneServer[]::new));
    session =
        new AdsSession<>(
            new AdsSession.Settings<>(
                options,
                options.servers().stream().map(PlaneServer::target).toList(),
                this,
                exchanges,
                other == null ? decoder : other,
                memory),
            new PlaneContext(NODE, loop, NO_SECRETS, events));
    loop.execute(session::start);
    loop.runTasks();
  }

  @Override
  public AdsStream<Q> open(int server, AdsStream.Callbacks<R> callbacks) {
    var stream = new FakeStream<Q, R>(server, callbacks);
    streams.add(stream);
    return stream;
  }

  FakeStream<Q, R> stream() {
    return streams.get(streams.size() - 1);
  }

  /** The connection of the newest stream is made. */
  FakeStream<Q, R> ready() {
    stream().callbacks.ready();
    loop.runTasks();
    return stream();
  }

  void respond(R response) {
    stream().callbacks.response(response);
    loop.runTasks();
  }

  void fail(String reason) {
    stream().callbacks.closed(reason);
    loop.runTasks();
  }

  void want(Resource.Key... keys) {
    session.want(new LinkedHashSet<>(Arrays.asList(keys)));
    loop.runTasks();
  }

  /** Lets time pass until another stream is opened. */
  void awaitStream() {
    int before = streams.size();
    for (int i = 0; i < 3_100 && streams.size() == before; i++) {
      loop.advance(Duration.ofMillis(10));
    }
    if (streams.size() == before) {
      throw new AssertionError("no attempt within 31 seconds");
    }
  }

  void advance(Duration duration) {
    loop.advance(duration);
  }

  static Resource.Key cluster(String name) {
    return new Resource.Key(Resource.Type.CLUSTER, name);
  }

  static Resource.Key endpoints(String name) {
    return new Resource.Key(Resource.Type.ENDPOINTS, name);
  }

  static Resource.Key listener(String name) {
    return new Resource.Key(Resource.Type.LISTENER, name);
  }

  static Resource.Key routes(String name) {
    return new Resource.Key(Resource.Type.ROUTES, name);
  }

  static Set<Resource.Key> set(Resource.Key... keys) {
    return Set.of(keys);
  }

  static final SecretStore NO_SECRETS =
      new SecretStore() {
        @Override
        public @Nullable KeyMaterial certificate(String name) {
          return null;
        }

        @Override
        public @Nullable TrustBundle trust(String name) {
          return null;
        }

        @Override
        public void onChange(Runnable listener) {}
      };
}
