package io.inmesh.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Bodies;
import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.config.Action;
import io.inmesh.config.Address;
import io.inmesh.config.Buffer;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.FilterChain;
import io.inmesh.config.FilterChain.Match;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.InlineRoutes;
import io.inmesh.config.Listener;
import io.inmesh.config.Listener.Direction;
import io.inmesh.config.Metadata;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.Resource;
import io.inmesh.config.TransportSocket.RawBuffer;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.inbound.TlsMode;
import io.inmesh.runtime.net.Loops;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.testkit.Chunks;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakePlane;
import io.inmesh.testkit.pki.TestSecrets;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A buffer filter of an inbound listener: the application sees whole bodies only. */
class IncomingBodyTest {
  private static final String PREFIX = "xds.istio.io/grpc/lds/inbound/";
  private static final Address HERE = new Address("10.0.0.1", 8080);
  private static final Downstream PLAIN =
      new Downstream(
          HERE,
          new Address("10.0.0.2", 50000),
          false,
          "",
          List.of("http/1.1"),
          null,
          Optional.empty());

  private static Listener buffering(Address at, long... limits) {
    var filters = new ArrayList<HttpConnection.Filter>();
    for (long limit : limits) {
      filters.add(Configs.filter("buffer" + limit, new Buffer(limit)));
    }
    filters.add(Configs.filter("router", Filters.Router.DEFAULT));
    var connection =
        new HttpConnection(
            filters,
            new InlineRoutes(
                Configs.routes("r", "*", Configs.route("/", new Action.NonForwarding()))));
    return new Listener(
        PREFIX + at,
        Direction.INBOUND,
        Optional.of(at),
        List.of(new FilterChain("plain", Match.ANY, connection, new RawBuffer())),
        Optional.empty(),
        true,
        List.of(),
        Metadata.EMPTY);
  }

  /** A server on virtual time. */
  private static final class Virtual {
    final World world = new World(new NameDialer(), builder -> builder);
    final MeshRuntime.InboundCalls inbound = world.mesh.inbound(event -> {});
    final List<String> served = new ArrayList<>();

    Virtual(long... limits) {
      world.put(buffering(HERE, limits));
      inbound.listener().begin(HERE);
      world.loop.runTasks();
    }

    CompletableFuture<ServerResponse> call(Body body, String... headers) {
      CompletableFuture<ServerResponse> answer =
          inbound
              .enforcement()
              .before(this::serve, PLAIN, world.loop)
              .handle(
                  new ServerRequest(
                      "POST",
                      "http",
                      "orders",
                      "/",
                      Headers.of(headers).freeze(),
                      body,
                      PLAIN.peer(),
                      PLAIN.remote()))
              .toCompletableFuture();
      world.loop.runTasks();
      return answer;
    }

    private CompletionStage<ServerResponse> serve(ServerRequest request) {
      var text = new Text();
      request.body().open(text);
      request.body().demand(Integer.MAX_VALUE);
      served.add(text.text + " " + text.trailers);
      return CompletableFuture.completedFuture(
          new ServerResponse(200, Headers.EMPTY, Optional.empty()));
    }
  }

  private static final class Text implements Body.Sink {
    String text = "";
    Headers trailers = Headers.EMPTY;

    @Override
    public void onData(ByteBuffer chunk) {
      text += StandardCharsets.UTF_8.decode(chunk);
    }

    @Override
    public void onEnd(Headers last) {
      trailers = last;
    }

    @Override
    public void onFailure(Throwable cause) {
      text += " failed";
    }
  }

  /** A body that comes when it is told to. */
  private static final class Slow implements Body {
    private Sink sink;
    private boolean cancelled;

    @Override
    public void open(Sink reader) {
      sink = reader;
    }

    @Override
    public void demand(int chunks) {}

    @Override
    public void cancel() {
      cancelled = true;
    }

    void say(String text) {
      sink.onData(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void theApplicationIsAskedOnceTheBodyIsWhole() {
    var server = new Virtual(10);
    var body = new Slow();
    CompletableFuture<ServerResponse> answer = server.call(body);
    body.say("one");
    body.say("two");
    assertThat(server.served).isEmpty();
    body.sink.onEnd(Headers.of("x-last", "1"));
    assertThat(server.served).containsExactly("onetwo {x-last: 1}");
    assertThat(answer.join().status()).isEqualTo(200);
  }

  @Test
  void aBodyThatIsThereAtOnceHoldsNothingUp() {
    var server = new Virtual(10);
    assertThat(server.call(new Chunks("one", "two")).join().status()).isEqualTo(200);
    assertThat(server.call(new Chunks()).join().status()).isEqualTo(200);
    assertThat(server.served).containsExactly("onetwo {}", " {}");
  }

  @Test
  void beyondTheLimitTheApplicationIsNotAsked() {
    var server = new Virtual(10);
    var body = new Slow();
    CompletableFuture<ServerResponse> answer = server.call(body);
    body.say("12345");
    body.say("678901");
    assertThat(answer.join().status()).isEqualTo(413);
    assertThat(body.cancelled).isTrue();
    body.say("more");
    body.sink.onEnd(Headers.EMPTY);
    assertThat(server.served).isEmpty();
    assertThat(server.call(new Slow(), "content-length", "11").join().status()).isEqualTo(413);
  }

  @Test
  void theSmallestOfSeveralLimitsCounts() {
    for (var server : List.of(new Virtual(10, 4), new Virtual(4, 10))) {
      var body = new Slow();
      CompletableFuture<ServerResponse> answer = server.call(body);
      body.say("12345");
      assertThat(answer.isDone() || server.served.isEmpty()).isTrue();
      body.sink.onEnd(Headers.EMPTY);
      server.world.loop.runTasks();
      assertThat(answer.join().status()).isEqualTo(413);
      assertThat(server.served).isEmpty();
      var small = new Slow();
      CompletableFuture<ServerResponse> good = server.call(small);
      small.say("123");
      small.sink.onEnd(Headers.EMPTY);
      server.world.loop.runTasks();
      assertThat(good.join().status()).isEqualTo(200);
      assertThat(server.served).containsExactly("123 {}");
    }
  }

  @Test
  void theApplicationHearsOfAClientThatGoesAwayMeanwhile() {
    var server = new Virtual(10);
    var body = new Slow();
    CompletableFuture<ServerResponse> answer = server.call(body);
    body.say("one");
    body.sink.onFailure(new IOException("gone"));
    assertThat(answer).isDone();
    assertThat(server.served).containsExactly("one failed {}");
    assertThat(server.world.mesh.counters().inFlight()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void overSockets(boolean http2) throws Exception {
    var plane = new FakePlane();
    var config = new ThreadLoop(Thread::new, System::nanoTime, 1);
    config.execute(plane::denyUnknown);
    var asked = new AtomicInteger();
    try (var loops = new Loops(new Loops.Settings(2, "test", 1, System::nanoTime, true));
        MeshRuntime mesh =
            MeshRuntime.builder()
                .plane(plane)
                .loops(loops)
                .configLoop(config)
                .patience(Duration.ofSeconds(10))
                .build()) {
      MeshRuntime.InboundCalls inbound = mesh.inbound(event -> {});
      try (MeshServer server =
          MeshServer.builder(loops, 0, request -> echo(request, asked))
              .host("127.0.0.1")
              .tls(TlsMode.PLAINTEXT)
              .secrets(new TestSecrets())
              .downstream(inbound.enforcement())
              .start()) {
        var here = new Address("127.0.0.1", server.port());
        var done = new CompletableFuture<Void>();
        config.execute(
            () -> {
              plane.put(resources(here, http2).toArray(Resource[]::new));
              done.complete(null);
            });
        done.get(10, TimeUnit.SECONDS);
        inbound.listener().begin(here);
        assertThat(send(mesh, Bodies.of("hello")).text()).isEqualTo("hello");
        assertThat(send(mesh, new Chunks("in ", "parts")).text()).isEqualTo("in parts");
        assertThat(send(mesh, Bodies.of("")).text()).isEmpty();
        assertThat(asked).hasValue(3);
        assertThat(send(mesh, Bodies.of("x".repeat(70_000))).status()).isEqualTo(413);
        assertThat(send(mesh, chunks(70)).status()).isEqualTo(413);
        assertThat(asked).hasValue(3);
        assertThat(send(mesh, chunks(60)).text()).hasSize(60_000);
      }
    } finally {
      config.execute(config::close);
    }
  }

  private static Body chunks(int count) {
    var all = new String[count];
    Arrays.fill(all, "y".repeat(1_000));
    return new Chunks(all);
  }

  private static CompletionStage<ServerResponse> echo(ServerRequest request, AtomicInteger asked) {
    asked.incrementAndGet();
    return CompletableFuture.completedFuture(
        new ServerResponse(200, Headers.EMPTY, Optional.of(request.body())));
  }

  private static Response send(MeshRuntime mesh, Body body) throws Exception {
    return mesh.send(Request.of("POST", URI.create("http://reviews/")).withBody(body))
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private static List<Resource> resources(Address server, boolean http2) {
    Cluster plain = Configs.cluster("v1");
    var cluster =
        new Cluster(
            "v1",
            plain.discovery(),
            plain.balancing(),
            new Cluster.Transport(
                Duration.ofSeconds(5),
                plain.transport().socket(),
                List.of(),
                http2 ? ProtocolOptions.HTTP_2 : ProtocolOptions.HTTP_1),
            plain.circuitBreakers(),
            Optional.empty(),
            List.of(),
            plain.metadata());
    return List.of(
        buffering(server, 64 * 1024),
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.route("/", Configs.forward("v1"))),
        cluster,
        EndpointSet.of("v1", List.of(new Endpoint(server))));
  }
}
