package io.inmesh.cli.replay;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.assemble.Dataplane;
import io.inmesh.runtime.assemble.Dialer;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.assemble.SidecarDialer;
import io.inmesh.runtime.engine.HttpChain;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.testkit.FakePlane;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client of Istio: the product's whole runtime over resources that are given, with a transport to
 * backends that are everywhere.
 */
final class IstioWorld implements AutoCloseable {
  private static final long PATIENCE = Duration.ofSeconds(60).toNanos();

  private final ReplayLoop loop = new ReplayLoop(7);
  private final Backends backends = new Backends(true);
  private final Dialled dialer;
  private final MeshRuntime mesh;

  /**
   * A client.
   *
   * @param byName whether listeners are found by name
   */
  IstioWorld(IstioCases.Proxy proxy, boolean byName, List<Resource> resources) {
    var plane = new FakePlane();
    plane.denyUnknown();
    dialer = new Dialled(byName ? new NameDialer() : new SidecarDialer(Map.of()));
    mesh =
        MeshRuntime.builder()
            .node(new Node(proxy.name(), "", proxy.locality(), Map.of()))
            .plane(plane)
            .transport(backends)
            .loop(loop)
            .configLoop(loop)
            .executor(Runnable::run)
            .clock(InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000)))
            .resolver((name, family, answer) -> answer.resolved(List.of(name), Duration.ofHours(1)))
            .dialer(dialer)
            .resendUnsent(false)
            .build();
    loop.settle();
    plane.put(resources.toArray(Resource[]::new));
    loop.settle();
  }

  /**
   * Makes a recorded call to a destination, in the words of the recording.
   *
   * @param destination host and port; the request's own host may be another one
   */
  Map<String, Object> call(String destination, Map<String, Object> recorded, long seed) {
    dialer.destination = new Request("GET", scheme(recorded), destination, "/", Headers.EMPTY);
    mesh.want(destination);
    loop.settle();
    loop.seed(seed);
    var trial = new Trial();
    var call = (OutgoingCall) mesh.call(loop, request(recorded), trial);
    call.demand(Integer.MAX_VALUE);
    loop.runUntil(trial::hasEnded, PATIENCE);
    if (!trial.hasEnded()) {
      throw new IllegalStateException("the call did not end");
    }
    return trial.outcome(call, backends.takeSeen());
  }

  /** The request's host; of plain TCP, the address. */
  static String host(Map<String, Object> recorded) {
    Object host = recorded.get("host");
    Object address = recorded.getOrDefault("address", "192.0.2.1");
    return host == null
        ? address + ":" + ((Number) recorded.get("port")).intValue()
        : host.toString();
  }

  private static String scheme(Map<String, Object> recorded) {
    return "tls".equals(recorded.get("tls")) ? "https" : "http";
  }

  private static Request request(Map<String, Object> recorded) {
    var headers = new Headers();
    Judge.map(recorded.get("headers"))
        .forEach((name, value) -> headers.add(name, value.toString()));
    Optional<Body> none = Optional.empty();
    return new Request(
        recorded.get("method").toString(),
        scheme(recorded),
        host(recorded),
        recorded.get("path").toString(),
        headers.freeze(),
        none,
        Duration.ZERO);
  }

  @Override
  public void close() {
    mesh.close();
    loop.settle();
  }

  /** Dials where the recording client connected to, whatever the request's host. */
  private static final class Dialled implements Dialer {
    private final Dialer by;
    Request destination = new Request("GET", "http", "", "/", Headers.EMPTY);

    Dialled(Dialer by) {
      this.by = by;
    }

    @Override
    public @Nullable HttpChain dial(Dataplane dataplane, Request request) {
      return by.dial(dataplane, destination);
    }

    @Override
    public String rule(Request request) {
      return by.rule(request);
    }

    @Override
    public boolean allListeners() {
      return by.allListeners();
    }

    @Override
    public List<Resource.Key> listeners(String asked) {
      return by.listeners(asked);
    }
  }
}
