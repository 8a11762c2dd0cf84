package io.inmesh.benchmarks.micro;

import io.inmesh.call.Headers;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.RouteInput;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.route.Parts;
import io.inmesh.runtime.route.RouteEntry;
import io.inmesh.runtime.route.RouteSettings;
import io.inmesh.runtime.route.RouteTable;
import io.inmesh.testkit.Configs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The route of a request among many prefixes, any of them equally likely, beside a radix tree. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class RouteBenchmark {
  private static final int PATHS = 4096;

  @Param({"10", "1000", "10000"})
  int routes;

  private final RadixTree reference = new RadixTree();
  private final String[] paths = new String[PATHS];
  private final Input input = new Input();
  private RouteTable<String> table;
  private int next;

  /** Builds both, and checks that they agree. */
  @Setup
  public void build() {
    List<Route> all = new ArrayList<>();
    for (int i = 0; i < routes; i++) {
      String prefix = "/svc" + i + "/";
      all.add(Configs.route(prefix, Configs.forward("c" + i)));
      reference.add(prefix, i);
    }
    table = table(all);
    var random = new SplittableRandom(1);
    for (int i = 0; i < PATHS; i++) {
      paths[i] = "/svc" + random.nextInt(routes) + "/orders/42";
      input.path = paths[i];
      RouteEntry<String> found = table.match(input);
      if (found == null || found.route() != all.get(reference.find(paths[i]))) {
        throw new IllegalStateException("they do not agree on " + paths[i]);
      }
    }
  }

  private static RouteTable<String> table(List<Route> routes) {
    var facts =
        new ProcessFacts(
            new Node("id", "svc", Locality.NONE, Map.of()),
            "host",
            name -> "",
            () -> Instant.EPOCH,
            "127.0.0.1");
    var connection = new HttpConnection(List.of(), new HttpConnection.RoutesByName("r"));
    var settings = new RouteSettings(connection, Filters.Router.DEFAULT, RuntimeValues.NONE, facts);
    return new RouteTable<>(
        new RouteConfiguration("r", List.of(new VirtualHost("v", List.of("*"), routes))),
        settings,
        new NoParts(),
        null);
  }

  @Benchmark
  public Object match() {
    input.path = paths[next++ & PATHS - 1];
    return table.match(input);
  }

  @Benchmark
  public int radixReference() {
    return reference.find(paths[next++ & PATHS - 1]);
  }

  private static final class NoParts implements Parts<String> {
    @Override
    public String make(RouteEntry<String> entry) {
      return "";
    }

    @Override
    public boolean upToDate(String parts) {
      return true;
    }
  }

  /** A request without headers. */
  private static final class Input implements RouteInput {
    private String path = "/";

    @Override
    public String method() {
      return "GET";
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public String authority() {
      return "orders";
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public Headers headers() {
      return Headers.EMPTY;
    }

    @Override
    public @Nullable Object metadata(String namespace, String key) {
      return null;
    }

    @Override
    public Map<String, Object> metadataIn(String namespace) {
      return Map.of();
    }

    @Override
    public @Nullable String filterState(String key) {
      return null;
    }

    @Override
    public long streamRandom() {
      return 0;
    }

    @Override
    public boolean internal() {
      return true;
    }

    @Override
    public String callerAddress() {
      return "127.0.0.1";
    }

    @Override
    public String peerAddress() {
      return "127.0.0.1";
    }

    @Override
    public boolean tls() {
      return false;
    }

    @Override
    public boolean certificatePresented() {
      return false;
    }

    @Override
    public boolean certificateValidated() {
      return false;
    }
  }
}
