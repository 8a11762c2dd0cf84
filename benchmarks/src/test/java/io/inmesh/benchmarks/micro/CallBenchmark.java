package io.inmesh.benchmarks.micro;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Action;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.config.Route;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakePlane;
import io.inmesh.testkit.VirtualLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A whole call without a network: all that the mesh does, with peers that answer at once. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class CallBenchmark {
  private final VirtualLoop loop = new VirtualLoop();
  private final Headers headers =
      Headers.of("accept", "*/*", "user-agent", "benchmark", "x-tenant", "one").freeze();
  private final Counting sink = new Counting();
  private final MeshRuntime mesh = meshOf(loop);

  /**
   * A mesh on one loop, over {@link InstantTransport}: {@code reviews:80} with 1,000 routes, a
   * retry policy and four hosts.
   */
  static MeshRuntime meshOf(VirtualLoop loop) {
    var plane = new FakePlane();
    var mesh =
        MeshRuntime.builder()
            .plane(plane)
            .transport(new InstantTransport())
            .loop(loop)
            .configLoop(loop)
            .executor(Runnable::run)
            .want("reviews:80")
            .build();
    loop.runTasks();
    var retry =
        new RetryPolicy(
            Set.of(On.CONNECT_FAILURE, On.REFUSED_STREAM, On.GATEWAY_ERROR),
            2,
            Duration.ofSeconds(1));
    Action.Forward action = Configs.forward("v1").withRetry(retry);
    var routes = new Route[1_000];
    for (int i = 0; i < routes.length; i++) {
      routes[i] = Configs.route("/service/" + i + "/", action);
    }
    plane.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", routes),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"));
    loop.runTasks();
    return mesh;
  }

  @Benchmark
  public int call() {
    var request = new Request("GET", "http", "reviews:80", "/service/987/item?id=5", headers);
    Call call = mesh.call(loop, request, sink);
    call.demand(Integer.MAX_VALUE);
    if (sink.status != 200) {
      throw new IllegalStateException("answered " + sink.status);
    }
    return sink.bytes;
  }

  private static final class Counting implements CallSink {
    private int status;
    private int bytes;

    @Override
    public void onHead(int code, Headers fields) {
      status = code;
    }

    @Override
    public void onData(ByteBuffer chunk) {
      bytes += chunk.remaining();
    }

    @Override
    public void onTrailers(Headers trailers) {}

    @Override
    public void onEnd(Ended how) {}
  }
}
