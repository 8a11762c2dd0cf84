package io.inmesh.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.config.Action;
import io.inmesh.config.Address;
import io.inmesh.config.FilterChain;
import io.inmesh.config.FilterChain.Match;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.EscapedSlashes;
import io.inmesh.config.HttpConnection.Forwarding;
import io.inmesh.config.HttpConnection.HostHandling;
import io.inmesh.config.HttpConnection.InlineRoutes;
import io.inmesh.config.HttpConnection.Limits;
import io.inmesh.config.HttpConnection.PathHandling;
import io.inmesh.config.Listener;
import io.inmesh.config.Listener.Direction;
import io.inmesh.config.Metadata;
import io.inmesh.config.Resource;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.config.TransportSocket.RawBuffer;
import io.inmesh.config.TransportSocket.Version;
import io.inmesh.identity.SpiffeId;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.server.Handler;
import io.inmesh.server.SecurityEvent;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.testkit.Configs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Incoming calls on virtual time: who is judged by what, and when. */
class IncomingTest {
  private static final Address HERE = new Address("10.0.0.1", 8080);
  private static final Address THERE = new Address("10.0.0.2", 50000);
  private static final String NAME = "xds.istio.io/grpc/lds/inbound/10.0.0.1:8080";
  private static final SpiffeId WEB = SpiffeId.ofServiceAccount("cluster.local", "default", "web");
  private static final Downstream MUTUAL =
      new Downstream(HERE, THERE, true, "", List.of("h2"), List.of(WEB.uri()), Optional.of(WEB));
  private static final Downstream PLAIN =
      new Downstream(HERE, THERE, false, "", List.of("http/1.1"), null, Optional.empty());
  private static final TransportSocket TLS =
      new DownstreamTls(
          new CommonTls(Optional.empty(), Optional.empty(), List.of(), Version.AUTO, Version.AUTO),
          true);

  private final World world = new World(new NameDialer(), builder -> builder);
  private final List<SecurityEvent> events = new ArrayList<>();
  private final List<ServerRequest> served = new ArrayList<>();
  private final MeshRuntime.InboundCalls inbound = world.mesh.inbound(events::add);

  private static final class NoBody implements Body {
    @Override
    public void open(Sink sink) {
      sink.onEnd(Headers.EMPTY);
    }

    @Override
    public void demand(int chunks) {}

    @Override
    public void cancel() {}
  }

  private static Match over(String transport) {
    Match any = Match.ANY;
    return new Match(
        any.destinationPort(),
        any.prefixRanges(),
        any.serverNames(),
        transport,
        any.applicationProtocols(),
        any.directSourcePrefixRanges(),
        any.sourceType(),
        any.sourcePrefixRanges(),
        any.sourcePorts());
  }

  private static Listener listener(boolean permissive, String denied) {
    var connection =
        new HttpConnection(
            List.of(
                Configs.filter("deny", new World.Deny("x-who", denied)),
                Configs.filter("router", Filters.Router.DEFAULT)),
            new InlineRoutes(
                Configs.routes("r", "*", Configs.route("/", new Action.NonForwarding()))),
            new PathHandling(true, true, EscapedSlashes.UNESCAPE_AND_FORWARD),
            HostHandling.DEFAULT,
            Forwarding.DEFAULT,
            Limits.DEFAULT);
    var chains = new ArrayList<FilterChain>();
    chains.add(new FilterChain("tls", over("tls"), connection, TLS));
    if (permissive) {
      chains.add(new FilterChain("plain", over("raw_buffer"), connection, new RawBuffer()));
    }
    return new Listener(
        NAME,
        Direction.INBOUND,
        Optional.of(HERE),
        chains,
        Optional.empty(),
        true,
        List.of(),
        Metadata.EMPTY);
  }

  private Handler application() {
    return request -> {
      served.add(request);
      return CompletableFuture.completedFuture(
          new ServerResponse(200, Headers.of("x-app", "yes"), Optional.empty()));
    };
  }

  private CompletableFuture<ServerResponse> call(Downstream from, String path, String... headers) {
    CompletableFuture<ServerResponse> answer =
        inbound
            .enforcement()
            .before(application(), from, world.loop)
            .handle(
                new ServerRequest(
                    "GET",
                    from.tls() ? "https" : "http",
                    "orders",
                    path,
                    Headers.of(headers).freeze(),
                    new NoBody(),
                    from.peer(),
                    from.remote()))
            .toCompletableFuture();
    world.loop.runTasks();
    return answer;
  }

  private void begin() {
    inbound.listener().begin(HERE);
    world.loop.runTasks();
  }

  @Test
  void filtersJudgeBeforeTheApplication() {
    world.put(listener(false, "mallory"));
    begin();
    ServerResponse denied = call(MUTUAL, "/a?q=1", "x-who", "mallory").join();
    assertThat(denied.status()).isEqualTo(403);
    assertThat(denied.headers().get("x-deny")).isEqualTo("seen");
    assertThat(served).isEmpty();
    assertThat(events)
        .containsExactly(
            new SecurityEvent(
                NAME, Optional.of(WEB), THERE, "GET", "orders", "/a", 403, "test_denied"));
    ServerResponse allowed = call(MUTUAL, "/a", "x-who", "web").join();
    assertThat(allowed.status()).isEqualTo(200);
    assertThat(allowed.headers().get("x-app")).isEqualTo("yes");
    assertThat(allowed.headers().get("x-deny")).isEqualTo("seen");
    assertThat(served).hasSize(1);
    assertThat(served.get(0).peer()).contains(WEB);
  }

  @Test
  void theApplicationSeesThePathThatWasJudged() {
    world.put(listener(false, "mallory"));
    begin();
    call(MUTUAL, "/public/..%2Fadmin//x?q=%2F").join();
    assertThat(served.get(0).path()).isEqualTo("/admin/x?q=%2F");
    assertThat(call(MUTUAL, "/a#b").join().status()).isEqualTo(400);
    assertThat(served).hasSize(1);
  }

  @Test
  void requestsWaitForTheFirstAnswer() {
    begin();
    CompletableFuture<ServerResponse> early = call(MUTUAL, "/", "x-who", "mallory");
    assertThat(early).isNotDone();
    world.put(listener(false, "mallory"));
    assertThat(early.join().status()).isEqualTo(403);
  }

  @Test
  void requestsThatComeBeforeThePortIsKnownWaitToo() {
    CompletableFuture<ServerResponse> early = call(MUTUAL, "/", "x-who", "mallory");
    assertThat(early).isNotDone();
    world.put(listener(false, "mallory"));
    begin();
    assertThat(early.join().status()).isEqualTo(403);
  }

  @Test
  void withoutAnyAnswerNobodyIsServed() {
    begin();
    CompletableFuture<ServerResponse> waiting = call(MUTUAL, "/");
    world.pass(15_100);
    assertThat(waiting.join().status()).isEqualTo(503);
    assertThat(served).isEmpty();
  }

  @Test
  void withoutAListenerThoseOfTheMeshAreServed() {
    begin();
    world.plane.absent(Configs.key(Resource.Type.LISTENER, NAME));
    world.loop.runTasks();
    assertThat(call(MUTUAL, "/").join().status()).isEqualTo(200);
    assertThat(inbound.enforcement().socket(MUTUAL)).isInstanceOf(DownstreamTls.class);
    assertThat(inbound.enforcement().socket(PLAIN)).isNull();
  }

  @Test
  void aListenerThatIsTakenAwayOpensNothing() {
    world.put(listener(false, "mallory"));
    begin();
    assertThat(call(MUTUAL, "/").join().status()).isEqualTo(200);
    world.plane.absent(Configs.key(Resource.Type.LISTENER, NAME));
    world.loop.runTasks();
    assertThat(call(MUTUAL, "/").join().status()).isEqualTo(503);
  }

  @Test
  void newConfigJudgesTheNextRequestOfTheSameConnection() {
    world.put(listener(false, "mallory"));
    begin();
    Handler connection = inbound.enforcement().before(application(), MUTUAL, world.loop);
    var request =
        new ServerRequest(
            "GET",
            "https",
            "orders",
            "/",
            Headers.of("x-who", "web").freeze(),
            new NoBody(),
            Optional.of(WEB),
            THERE);
    assertThat(connection.handle(request).toCompletableFuture().join().status()).isEqualTo(200);
    world.put(listener(false, "web"));
    assertThat(connection.handle(request).toCompletableFuture().join().status()).isEqualTo(403);
  }

  @Test
  void plaintextIsTakenOnlyByAChainForIt() {
    world.put(listener(true, "mallory"));
    begin();
    assertThat(inbound.enforcement().socket(PLAIN)).isInstanceOf(RawBuffer.class);
    assertThat(inbound.enforcement().socket(MUTUAL)).isEqualTo(TLS);
    assertThat(call(PLAIN, "/").join().status()).isEqualTo(200);
    world.put(listener(false, "mallory"));
    assertThat(inbound.enforcement().socket(PLAIN)).isNull();
    assertThat(call(PLAIN, "/").join().status()).isEqualTo(403);
    assertThat(events.get(0).rule()).isEqualTo("filter_chain_not_found");
  }

  @Test
  void aHandlerThatFailsFailsTheRequest() {
    world.put(listener(false, "mallory"));
    begin();
    Handler broken =
        request -> {
          throw new IllegalStateException("broken");
        };
    var answer =
        inbound
            .enforcement()
            .before(broken, MUTUAL, world.loop)
            .handle(
                new ServerRequest(
                    "GET",
                    "https",
                    "orders",
                    "/",
                    Headers.EMPTY,
                    new NoBody(),
                    Optional.of(WEB),
                    THERE));
    assertThat(answer.toCompletableFuture()).isCompletedExceptionally();
  }
}
