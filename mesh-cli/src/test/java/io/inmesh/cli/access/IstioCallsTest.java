package io.inmesh.cli.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.config.Address;
import io.inmesh.config.Resource;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.controlplane.config.ConfigFile;
import io.inmesh.controlplane.config.MeshReader;
import io.inmesh.controlplane.config.compile.InboundListeners;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.compile.ServerView;
import io.inmesh.identity.SpiffeId;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.assemble.Dialer;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.assemble.SidecarDialer;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.server.SecurityEvent;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.testkit.FakePlane;
import io.inmesh.testkit.FakeTransport;
import io.inmesh.testkit.VirtualLoop;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.json.ProtoJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a real Envoy 1.40 answered behind Istio's inbound listeners, we answer: with the listeners
 * that Istio 1.31 generates, and with those that our control plane makes of the same YAML.
 */
class IstioCallsTest {
  private static final String ADDRESS = "10.244.1.11";
  private static final String REFUSED = "refused";
  private static final Map<String, String> LABELS = Map.of("app", "reviews", "version", "v1");

  /** A case; it is called by its name. */
  record Case(Map<?, ?> line) {
    @Override
    public String toString() {
      return String.valueOf(line.get("id"));
    }

    List<?> calls() {
      return (List<?>) line.get("calls");
    }
  }

  static Stream<Case> cases() throws IOException {
    var cases = new ArrayList<Case>();
    try (InputStream file = IstioCallsTest.class.getResourceAsStream("inbound.jsonl.gz");
        var reader =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
      reader.lines().forEach(line -> cases.add(new Case((Map<?, ?>) ProtoJson.parse(line))));
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void withIstiosListener(Case given) {
    byte[] message = Base64.getDecoder().decode(String.valueOf(given.line().get("listener")));
    Resource listener =
        new Decoder().decode(Resource.Type.LISTENER, ByteString.copyFrom(message)).orThrow();
    assertThat(differences(given, new SidecarDialer(Map.of()), port -> listener)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void withOurOwn(Case given) {
    String yaml = String.valueOf(given.line().get("yaml"));
    List<ConfigFile> files =
        yaml.isEmpty() ? List.of() : List.of(new ConfigFile("case.yaml", yaml));
    var listeners = new InboundListeners(new MeshReader().read(files).model().orElseThrow());
    assertThat(
            differences(
                given,
                new NameDialer(),
                port ->
                    listeners.named(
                        new ServerView(
                            Flavour.API, "shop", "", LABELS, new Address(ADDRESS, port)))))
        .isEmpty();
  }

  private static List<String> differences(
      Case given, Dialer dialer, Function<Integer, Resource> listener) {
    var differences = new ArrayList<String>();
    for (Object each : given.calls()) {
      Map<?, ?> call = (Map<?, ?>) each;
      int port = ((Number) call.get("port")).intValue();
      try (var server = new Server(dialer, listener.apply(port), port)) {
        int status = ((Number) call.get("status")).intValue();
        String wanted = status == 0 ? REFUSED : status + " " + call.get("details");
        String seen = server.answer(call);
        if (!wanted.equals(seen)) {
          differences.add(call.get("name") + ": wanted " + wanted + ", was " + seen);
        }
      }
    }
    return differences;
  }

  private static final class Server implements AutoCloseable {
    private final VirtualLoop loop = new VirtualLoop();
    private final Address here;
    private final MeshRuntime mesh;
    private final MeshRuntime.InboundCalls inbound;
    private final List<SecurityEvent> events = new ArrayList<>();

    Server(Dialer dialer, Resource listener, int port) {
      var plane = new FakePlane();
      plane.denyUnknown();
      here = new Address(ADDRESS, port);
      mesh =
          MeshRuntime.builder()
              .plane(plane)
              .transport(new FakeTransport())
              .loop(loop)
              .configLoop(loop)
              .executor(Runnable::run)
              .clock(InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")))
              .resolver((name, family, answer) -> answer.failed("no names here"))
              .dialer(dialer)
              .build();
      loop.runTasks();
      plane.put(listener);
      inbound = mesh.inbound(events::add);
      inbound.listener().begin(here);
      loop.runTasks();
    }

    String answer(Map<?, ?> call) {
      boolean tls = Boolean.TRUE.equals(call.get("tls"));
      boolean h2 = Boolean.TRUE.equals(call.get("h2"));
      Downstream first = connection(call, tls, h2);
      TransportSocket socket = inbound.enforcement().socket(first);
      if (socket == null || (socket instanceof DownstreamTls) != tls) {
        return REFUSED;
      }
      Downstream proved = tls ? proved(first, String.valueOf(call.get("principal"))) : first;
      var answer =
          inbound
              .enforcement()
              .before(
                  request ->
                      CompletableFuture.completedFuture(
                          new ServerResponse(200, Headers.EMPTY, Optional.empty())),
                  proved,
                  loop)
              .handle(request(call, proved))
              .toCompletableFuture();
      loop.runTasks();
      int status = answer.join().status();
      String rule = events.isEmpty() ? "" : events.get(0).rule();
      return status + " " + details(status, rule, String.valueOf(call.get("details")));
    }

    /** Events name the rule alone. */
    private static String details(int status, String rule, String wanted) {
      if (status == 200) {
        return "via_upstream";
      }
      return wanted.startsWith("jwt_")
          ? "jwt_authn_access_denied{" + rule + "}"
          : "rbac_access_denied_matched_policy[" + rule + "]";
    }

    private Downstream connection(Map<?, ?> call, boolean tls, boolean h2) {
      String ip = String.valueOf(call.get("ip"));
      return new Downstream(
          here,
          new Address(ip.isEmpty() ? "127.0.0.9" : ip, 40000),
          tls,
          String.valueOf(call.get("sni")),
          List.of(tls ? (h2 ? "istio-h2" : "istio-http/1.1") : (h2 ? "h2c" : "http/1.1")),
          null,
          Optional.empty());
    }

    private static Downstream proved(Downstream connection, String principal) {
      String uri = "spiffe://" + principal;
      return connection.proved(List.of(uri), Optional.of(SpiffeId.parse(uri)));
    }

    private ServerRequest request(Map<?, ?> call, Downstream from) {
      var headers = new Headers();
      ((Map<?, ?>) call.get("headers"))
          .forEach((name, value) -> headers.add(String.valueOf(name), String.valueOf(value)));
      return new ServerRequest(
          String.valueOf(call.get("method")),
          from.tls() ? "https" : "http",
          String.valueOf(call.get("host")),
          String.valueOf(call.get("path")),
          headers.freeze(),
          new Nothing(),
          from.peer(),
          from.remote());
    }

    @Override
    public void close() {
      mesh.close();
      loop.runTasks();
    }
  }

  private static final class Nothing implements Body {
    @Override
    public void open(Sink sink) {
      sink.onEnd(Headers.EMPTY);
    }

    @Override
    public void demand(int chunks) {}

    @Override
    public void cancel() {}
  }
}
