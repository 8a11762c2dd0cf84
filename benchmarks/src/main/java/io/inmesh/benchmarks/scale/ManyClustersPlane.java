package io.inmesh.benchmarks.scale;

import com.google.gson.Gson;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.inmesh.benchmarks.backend.AnsweringServer;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.ads.AdsServer;
import io.inmesh.controlplane.ads.ConfigSource;
import io.inmesh.controlplane.ads.RegistrationListener;
import io.inmesh.controlplane.ads.ServedConfig;
import io.inmesh.controlplane.ads.ServedNode;
import io.inmesh.controlplane.ads.ServedResource;
import io.inmesh.controlplane.ads.StreamAuthenticator;
import io.inmesh.loop.ThreadLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The product's ADS server with many clusters, in a JVM of its own, and beside it the one backend
 * that is real, on two ports. Arguments: how many clusters, whether the backend speaks HTTP/2, the
 * port on which an Envoy is to listen. Reads commands by line and answers each with one line of
 * JSON: {@code requests}, {@code push} (all endpoints change), {@code change} (the real endpoint
 * moves to the other port).
 */
public final class ManyClustersPlane implements ConfigSource {
  private static final int DEAD_PORT = 10_000;
  private static final int MESSAGE_LIMIT = 64 << 20;
  private static final long QUIET_MILLIS = 400;
  private static final long MOST_MILLIS = 30_000;

  private final ManyClusters clusters;
  private final StreamWatch watch = new StreamWatch();
  private final AnsweringServer backend = new AnsweringServer();
  private final List<AtomicLong> arrivals = List.of(new AtomicLong(), new AtomicLong());
  private final List<Integer> ports = new ArrayList<>();
  private final Server server;
  private volatile ServedConfig named;
  private volatile ServedConfig bound;
  private volatile Runnable listener = () -> {};
  private int real;
  private int revision = 1;

  private ManyClustersPlane(int count, boolean http2, int envoyPort)
      throws IOException, InterruptedException {
    clusters = new ManyClusters(count, http2, envoyPort);
    for (AtomicLong arrival : arrivals) {
      ports.add(
          backend.bind(
              null,
              http2,
              () -> {
                if (arrival.get() == 0) {
                  arrival.set(System.nanoTime());
                }
              }));
    }
    List<ServedResource> endpoints = clusters.endpoints(DEAD_PORT, ports.get(0));
    named = clusters.config("1", endpoints, false);
    bound = clusters.config("1", endpoints, true);
    var loop =
        new ThreadLoop(
            task -> {
              var thread = new Thread(task, "plane");
              thread.setDaemon(true);
              return thread;
            },
            System::nanoTime,
            1);
    var ads = new AdsServer(loop, this, RegistrationListener.NONE, InstantSource.system());
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .maxInboundMessageSize(MESSAGE_LIMIT)
            .addService(
                ServerInterceptors.intercept(ads.definition(StreamAuthenticator.ANYONE), watch))
            .build()
            .start();
  }

  /** Serves commands until the input ends. */
  public static void main(String[] arguments) throws Exception {
    var plane =
        new ManyClustersPlane(
            Integer.parseInt(arguments[0]),
            Boolean.parseBoolean(arguments[1]),
            Integer.parseInt(arguments[2]));
    System.out.println("ready plaintext=" + plane.server.getPort());
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(new Gson().toJson(plane.answer(line)));
      System.out.flush();
    }
    System.exit(0);
  }

  private Map<String, Number> answer(String command) throws InterruptedException {
    return switch (command) {
      case "requests" -> Map.of("requests", watch.requests(), "responses", watch.responses());
      case "push" -> push();
      case "change" -> change();
      default -> throw new IllegalArgumentException("not a command: " + command);
    };
  }

  /** Puts endpoints in the place of others; nobody is told yet. */
  private void replace(List<ServedResource> changed) {
    revision++;
    var changes = new LinkedHashMap<Resource.Key, Optional<ServedResource>>();
    changed.forEach(resource -> changes.put(resource.key(), Optional.of(resource)));
    named = named.next(String.valueOf(revision), true, changes);
    bound = bound.next(String.valueOf(revision), true, changes);
  }

  /** Time until the last confirmation. */
  private Map<String, Number> push() throws InterruptedException {
    replace(clusters.endpoints(DEAD_PORT + revision, ports.get(real)));
    long requests = watch.requests();
    long start = System.nanoTime();
    listener.run();
    long end = watch.quietSince(requests, QUIET_MILLIS, MOST_MILLIS);
    return Map.of("pushSeconds", end < 0 ? -1 : (end - start) / 1e9);
  }

  /** Time until the first request at the other port. */
  private Map<String, Number> change() throws InterruptedException {
    int to = 1 - real;
    replace(List.of(clusters.realEndpoint(ports.get(to))));
    real = to;
    AtomicLong arrival = arrivals.get(to);
    arrival.set(0);
    long start = System.nanoTime();
    listener.run();
    var pause = new CountDownLatch(1);
    for (int i = 0; i < MOST_MILLIS && arrival.get() == 0; i++) {
      if (pause.await(1, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("nothing counts down");
      }
    }
    long arrived = arrival.get();
    return Map.of("changeMillis", arrived == 0 ? -1 : (arrived - start) / 1e6);
  }

  @Override
  public ServedConfig configOf(ServedNode node) {
    return node.node().id().equals("envoy") ? bound : named;
  }

  @Override
  public void onChange(Runnable added) {
    listener = added;
  }
}
