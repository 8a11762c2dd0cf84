package io.inmesh.benchmarks.drive;

import java.util.ArrayList;
import java.util.List;

/**
 * One row of the comparison.
 *
 * @param label how it is called in results
 * @param client the class, by its name in {@link io.inmesh.benchmarks.client.Clients}
 * @param words that are told to it beside those of the scene
 * @param backend which ports: http1, http1-tls, http2, http2-tls
 * @param service the name by which the mesh knows these ports
 * @param hops how many Envoys are on the way
 * @param quick whether it belongs to the five-minute subset
 */
record Contestant(
    String label,
    String client,
    List<String> words,
    String backend,
    String service,
    int hops,
    boolean quick) {
  private static final String MEGABYTE = "bytes=1048576";
  private static final String MEGABYTE_PATH = "path=/bytes/1048576";

  Contestant {
    words = List.copyOf(words);
  }

  /** A client that talks to the backend itself. */
  static Contestant direct(String label, String client, String backend, String... words) {
    String service =
        switch (backend) {
          case "http1" -> "plain";
          case "http1-tls" -> "secure";
          case "http2" -> "plain2";
          default -> "secure2";
        };
    return new Contestant(label, client, List.of(words), backend, service, 0, false);
  }

  /** The same through Envoys. */
  Contestant through(int envoys) {
    return new Contestant(label, client, words, backend, service, envoys, quick);
  }

  /** The same in the five-minute subset. */
  Contestant quickly() {
    return new Contestant(label, client, words, backend, service, hops, true);
  }

  /**
   * Options of its JVM. The JDK's client completes each exchange on the common pool, in place of
   * which CompletableFuture starts a thread a task where there are but two cores.
   */
  List<String> options() {
    return client.equals("jdk")
        ? List.of("-Djava.util.concurrent.ForkJoinPool.common.parallelism=2")
        : List.of();
  }

  /** How many exchanges are under way; the highest is used for warming. */
  List<Integer> concurrencies() {
    return words.contains(MEGABYTE) ? List.of(4) : List.of(64, 16, 1);
  }

  /** All rows, the floors first. */
  static List<Contestant> all() {
    var all = new ArrayList<Contestant>();
    all.add(direct("netty", "netty-http1", "http1").quickly());
    all.add(direct("inmesh", "inmesh", "http1").quickly());
    all.add(direct("inmesh on loop", "inmesh-lean", "http1", "form=direct").quickly());
    all.add(direct("inmesh lean", "inmesh-lean", "http1").quickly());
    all.add(direct("inmesh lean, no telemetry", "inmesh-lean", "http1", "telemetry=off"));
    all.add(direct("inmesh blocking", "inmesh-blocking", "http1").quickly());
    all.add(direct("netty mTLS", "netty-http1", "http1-tls", "tls=boringssl").quickly());
    all.add(direct("netty mTLS JDK", "netty-http1", "http1-tls", "tls=jdk"));
    all.add(direct("inmesh mTLS", "inmesh", "http1-tls"));
    all.add(direct("inmesh mTLS lean", "inmesh-lean", "http1-tls").quickly());
    all.add(direct("netty h2", "netty-http2", "http2").quickly());
    all.add(direct("inmesh h2", "inmesh", "http2", "unary=true"));
    all.add(direct("inmesh h2 lean", "inmesh-lean", "http2", "unary=true").quickly());
    all.add(direct("netty h2 mTLS", "netty-http2", "http2-tls", "tls=boringssl"));
    all.add(direct("inmesh h2 mTLS lean", "inmesh-lean", "http2-tls", "unary=true"));
    all.add(direct("HttpClient 5", "apache", "http1").quickly());
    all.add(direct("JDK HttpClient", "jdk", "http1"));
    all.add(direct("OkHttp", "okhttp", "http1"));
    all.add(direct("Reactor Netty", "reactor", "http1"));
    all.add(direct("WebClient", "webclient", "http1"));
    all.add(direct("RestClient + LoadBalancer + Resilience4j", "spring", "http1"));
    all.add(direct("Armeria", "armeria", "http1", "form=group"));
    all.add(direct("Armeria xDS", "armeria", "http1", "form=xds"));
    all.add(direct("grpc-java", "grpc", "http2", "form=plain"));
    all.add(direct("grpc-xds", "grpc", "http2", "form=xds"));
    all.add(direct("netty 1 MB", "netty-http1", "http1", MEGABYTE_PATH, MEGABYTE));
    all.add(direct("inmesh 1 MB", "inmesh-lean", "http1", MEGABYTE_PATH, MEGABYTE));
    all.add(direct("netty > envoy", "netty-http1", "http1").through(1).quickly());
    all.add(direct("netty > envoy > envoy mTLS", "netty-http1", "http1").through(2).quickly());
    all.add(direct("grpc-java > envoy > envoy mTLS", "grpc", "http2", "form=plain").through(2));
    return all;
  }
}
