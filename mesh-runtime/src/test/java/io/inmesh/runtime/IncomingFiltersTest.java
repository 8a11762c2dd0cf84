package io.inmesh.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Bodies;
import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.config.Action;
import io.inmesh.config.Address;
import io.inmesh.config.Cidr;
import io.inmesh.config.Extension;
import io.inmesh.config.Fault;
import io.inmesh.config.FilterChain;
import io.inmesh.config.FilterChain.Match;
import io.inmesh.config.Filters;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.InlineRoutes;
import io.inmesh.config.Listener;
import io.inmesh.config.Listener.Direction;
import io.inmesh.config.Metadata;
import io.inmesh.config.Rbac;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.config.TransportSocket.SanMatcher;
import io.inmesh.config.TransportSocket.SanType;
import io.inmesh.config.TransportSocket.Version;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.pki.TestPki;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What filters of an inbound listener know of the caller, and how they slow the answer. */
class IncomingFiltersTest {
  private static final Address HERE = new Address("10.0.0.1", 8080);
  private static final String NAME = "xds.istio.io/grpc/lds/inbound/10.0.0.1:8080";
  private static final TestPki PKI = new TestPki("cluster.local");

  private final World world = new World(new NameDialer(), builder -> builder);
  private final MeshRuntime.InboundCalls inbound = world.mesh.inbound(event -> {});

  private void serve(Extension settings) {
    var filters =
        List.of(Configs.filter("f", settings), Configs.filter("router", Filters.Router.DEFAULT));
    var routes = Configs.routes("r", "*", Configs.route("/", new Action.NonForwarding()));
    var tls =
        new DownstreamTls(
            new CommonTls(
                Optional.empty(), Optional.empty(), List.of(), Version.AUTO, Version.AUTO),
            false);
    var http = new HttpConnection(filters, new InlineRoutes(routes));
    world.put(
        new Listener(
            NAME,
            Direction.INBOUND,
            Optional.of(HERE),
            List.of(new FilterChain("tls", Match.ANY, http, tls)),
            Optional.empty(),
            true,
            List.of(),
            Metadata.EMPTY));
    inbound.listener().begin(HERE);
    world.loop.runTasks();
  }

  /** Over TLS; the peer has proved nothing. */
  private static Downstream somebody() {
    return new Downstream(
        HERE, new Address("10.0.0.2", 50000), true, "", List.of("h2"), null, Optional.empty());
  }

  private static Downstream proved(String... dns) {
    var leaf = new TestPki.Leaf();
    for (String name : dns) {
      leaf.dns(name);
    }
    return somebody().proved(PKI.issue(leaf.uri(PKI.uri("web"))).leaf());
  }

  private ServerResponse call(Downstream from) {
    CompletableFuture<ServerResponse> answer =
        inbound
            .enforcement()
            .before(
                request ->
                    CompletableFuture.completedFuture(
                        new ServerResponse(
                            200, Headers.EMPTY, Optional.of(Bodies.of("x".repeat(2048))))),
                from,
                world.loop)
            .handle(
                new ServerRequest(
                    "GET",
                    "https",
                    "orders",
                    "/",
                    Headers.EMPTY,
                    Bodies.of(""),
                    from.peer(),
                    from.remote()))
            .toCompletableFuture();
    world.loop.runTasks();
    return answer.join();
  }

  private static Rbac allowing(Rbac.Permission what, Rbac.Principal who) {
    var policy = new Rbac.Policy(List.of(what), List.of(who));
    return new Rbac(
        Optional.of(new Rbac.Rules(Rbac.Verdict.ALLOW, Map.of("p", policy))), Optional.empty(), "");
  }

  private static Rbac.Principal named(SanType type, String name) {
    return new Rbac.MutualTls(
        Optional.of(new SanMatcher(type, new StringMatcher.Exact(name, false))));
  }

  @Test
  void onlyVerifiedCertificatesAreMutualTls() {
    serve(allowing(new Rbac.Any(), new Rbac.MutualTls(Optional.empty())));
    assertThat(call(proved()).status()).isEqualTo(200);
    assertThat(call(somebody()).status()).isEqualTo(403);
  }

  @Test
  void namesOfCertificatesCountByTheirType() {
    serve(allowing(new Rbac.Any(), named(SanType.DNS, "web.example")));
    assertThat(call(proved("other.example", "web.example")).status()).isEqualTo(200);
    assertThat(call(proved("*.example")).status()).as("as in Envoy").isEqualTo(200);
    assertThat(call(proved("other.example")).status()).isEqualTo(403);
    assertThat(call(somebody()).status()).isEqualTo(403);
    serve(allowing(new Rbac.Any(), named(SanType.URI, PKI.uri("web"))));
    assertThat(call(proved("x.example")).status()).isEqualTo(200);
    serve(allowing(new Rbac.Any(), named(SanType.DNS, PKI.uri("web"))));
    assertThat(call(proved("x.example")).status()).isEqualTo(403);
  }

  @Test
  void nobodyHasResolvedAnUpstream() {
    var everywhere = new Cidr("0.0.0.0", 0);
    serve(allowing(new Rbac.Upstream(Optional.of(everywhere), Optional.empty()), new Rbac.Any()));
    assertThat(call(proved()).status()).isEqualTo(403);
  }

  @Test
  void answersAreSlowedDown() {
    var slow = new Fault.ResponseRate(Optional.of(1L), FractionalPercent.ALL);
    serve(
        new Fault(
            Optional.empty(),
            Optional.empty(),
            Optional.of(slow),
            "",
            List.of(),
            List.of(),
            Optional.empty()));
    ServerResponse answer = call(proved());
    assertThat(answer.status()).isEqualTo(200);
    var reader = new Count();
    Body body = answer.body().orElseThrow();
    body.open(reader);
    body.demand(Integer.MAX_VALUE);
    world.pass(1_900);
    assertThat(reader.ended).isFalse();
    assertThat(world.mesh.counters().inFlight()).isZero();
    world.pass(100);
    assertThat(reader.bytes).isEqualTo(2048);
    assertThat(reader.ended).isTrue();
    Body given = call(proved()).body().orElseThrow();
    var other = new Count();
    given.open(other);
    given.demand(Integer.MAX_VALUE);
    given.cancel();
    world.pass(10_000);
    assertThat(other.bytes).as("the rest is not wanted").isZero();
  }

  private static final class Count implements Body.Sink {
    long bytes;
    boolean ended;

    @Override
    public void onData(ByteBuffer chunk) {
      bytes += chunk.remaining();
    }

    @Override
    public void onEnd(Headers trailers) {
      ended = true;
    }

    @Override
    public void onFailure(Throwable cause) {
      throw new AssertionError(cause);
    }
  }
}
