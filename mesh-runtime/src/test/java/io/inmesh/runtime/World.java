package io.inmesh.runtime;

import io.inmesh.call.Body;
import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.call.Request;
import io.inmesh.config.Action;
import io.inmesh.config.Extension;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.runtime.assemble.Dialer;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.filter.FilterType;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakePlane;
import io.inmesh.testkit.FakeTransport;
import io.inmesh.testkit.SeenCall;
import io.inmesh.testkit.VirtualLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A mesh on virtual time with a plane and peers in memory. */
final class World {
  static final Request GET = get("reviews:80", "/");

  final VirtualLoop loop = new VirtualLoop();
  final FakePlane plane = new FakePlane();
  final FakeTransport transport = new FakeTransport();
  final List<String> log = new ArrayList<>();
  final MeshRuntime mesh;

  World(Dialer dialer, UnaryOperator<MeshBuilder> settings) {
    mesh =
        settings
            .apply(
                MeshRuntime.builder()
                    .plane(plane)
                    .transport(transport)
                    .loop(loop)
                    .configLoop(loop)
                    .executor(Runnable::run)
                    .clock(InstantSource.fixed(Instant.ofEpochSecond(1_000_000)))
                    .resolver((name, family, answer) -> answer.failed("no names here"))
                    .dialer(dialer)
                    .filter(new FilterType<>(Deny.class, (deny, owner, live) -> deny))
                    .filter(
                        new FilterType<>(
                            Bucket.class,
                            (bucket, owner, live) ->
                                live.keep(
                                    owner,
                                    bucket,
                                    Tokens.class,
                                    () -> new Tokens(bucket.tokens()),
                                    gone -> {})))
                    .log((call, how) -> log.add(call.status() + " " + call.details() + " " + how)))
            .build();
    loop.runTasks();
  }

  /** The listener {@code reviews:80} is known to the plane, nothing else. */
  World() {
    this(new NameDialer(), builder -> builder);
  }

  /** The listener {@code reviews:80} with one route to the cluster {@code v1}. */
  static World simple(Action.Forward action, String... hosts) {
    return serving(Configs.route("/", action), hosts);
  }

  /** The listener {@code reviews:80} with one route, and the cluster {@code v1}. */
  static World serving(Route route, String... hosts) {
    var world = new World();
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", route),
        Configs.cluster("v1"),
        Configs.endpoints("v1", hosts));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    return world;
  }

  void put(Resource... resources) {
    plane.put(resources);
    loop.runTasks();
  }

  static Request get(String authority, String path, String... headers) {
    return new Request("GET", "http", authority, path, Headers.of(headers));
  }

  static Request post(Body body) {
    return new Request(
        "POST", "http", "reviews:80", "/", Headers.EMPTY, Optional.of(body), Duration.ZERO);
  }

  /** One call and what came of it. */
  record Seen(Call call, SeenCall sink) {
    int status() {
      return sink.status();
    }

    String body() {
      return sink.body();
    }
  }

  /** Starts a call that takes all there is. */
  Seen start(Request request) {
    Seen seen = startSlowly(request);
    seen.call().demand(Integer.MAX_VALUE);
    return seen;
  }

  /** Starts a call that asks for nothing. */
  Seen startSlowly(Request request) {
    var sink = new SeenCall();
    return new Seen(mesh.call(loop, request, sink), sink);
  }

  /** Runs a call for up to a minute of virtual time. */
  Seen send(Request request) {
    Seen seen = start(request);
    loop.advance(Duration.ofMinutes(1));
    return seen;
  }

  void pass(long millis) {
    loop.advance(Duration.ofMillis(millis));
  }

  ClusterRuntime cluster(String name) {
    ClusterRuntime found = mesh.dataplane().find(name);
    if (found == null) {
      throw new AssertionError("no cluster " + name);
    }
    return found;
  }

  /**
   * What is under way in a cluster: requests, waiting ones, retries, and in flight at its hosts.
   */
  int busy(String name) {
    var admission = cluster(name).admission(Action.Priority.DEFAULT);
    int hosts = cluster(name).hosts().hosts().stream().mapToInt(host -> host.inFlight()).sum();
    return admission.requests() + admission.pending() + admission.retries() + hosts;
  }

  /** A filter that denies requests with a header of a value. */
  record Deny(String header, String value) implements Extension, HttpFilter {
    @Override
    public String type() {
      return "test.Deny";
    }

    @Override
    public Verdict onRequest(Call call) {
      if (value.equals(call.headers().get(header))) {
        call.reply(403, Headers.EMPTY, "denied", "test_denied");
        return Verdict.STOP;
      }
      return Verdict.CONTINUE;
    }

    @Override
    public boolean isPure() {
      return true;
    }

    @Override
    public void onResponse(Call call, int status, Headers headers) {
      headers.set("x-deny", "seen");
    }
  }

  /** A limit of calls for ever. */
  record Bucket(int tokens) implements Extension {
    @Override
    public String type() {
      return "test.Bucket";
    }
  }

  /** Its state, which is the filter. */
  static final class Tokens implements HttpFilter {
    private int left;

    Tokens(int left) {
      this.left = left;
    }

    @Override
    public Verdict onRequest(Call call) {
      if (left-- > 0) {
        return Verdict.CONTINUE;
      }
      call.reply(429, Headers.EMPTY, "limited", "test_limited");
      return Verdict.STOP;
    }
  }
}
