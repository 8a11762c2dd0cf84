package io.inmesh.cli.scale;

import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneContext;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.grpc.PlaneServer;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A process that takes in many clusters and measures itself. Prints {@code name=value} lines.
 * Arguments: port of the plane, port of a backend, number of clusters, seconds of each load.
 */
public final class ScaleClient {
  private final int backend;
  private final int clusters;
  private final Duration load;
  private final Arrivals arrivals = new Arrivals();
  private final MeshRuntime mesh;

  private ScaleClient(int plane, int backend, int clusters, Duration load) {
    this.backend = backend;
    this.clusters = clusters;
    this.load = load;
    var server = PlaneServer.of("127.0.0.1:" + plane, new PlaneServer.Plaintext());
    var ads =
        new AdsPlane(
            AdsOptions.of(server),
            new Decoder().forStream(),
            ResourceMemory.NONE,
            InstantSource.system());
    mesh =
        MeshRuntime.builder()
            .node(new Node("scale", "scale", Locality.NONE, Map.of()))
            .plane(context -> ads.open(arrivals.over(context)))
            // The first call is that of a cold process, and must not go past the mesh.
            .patience(Duration.ofSeconds(15))
            .build();
  }

  /** Measures and prints. */
  public static void main(String[] arguments) throws Exception {
    var client =
        new ScaleClient(
            Integer.parseInt(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            Duration.ofMillis((long) (Double.parseDouble(arguments[3]) * 1000)));
    client.run();
    client.mesh.close();
  }

  private static void print(String name, Object value) {
    System.out.println(name + "=" + value);
  }

  private void run() throws Exception {
    long before = liveHeap();
    long start = System.nanoTime();
    call(0);
    print("first.call.ms", (System.nanoTime() - start) / 1_000_000);
    print("requests", ask("/plane/requests"));
    int last = (clusters - 1) / ScalePlane.CALLED * ScalePlane.CALLED;
    call(last);
    print("heap.bytes.per.cluster", (liveHeap() - before) / clusters);
    pushes("cold");
    pushes("warm");
    pushes("hot");
    ones();
    print("requests.end", ask("/plane/requests"));
  }

  private void pushes(String kind) throws Exception {
    var quiet = new Pace();
    quiet.started.await();
    quiet.close();
    arrivals.expect(clusters);
    long published = Long.parseLong(ask("/plane/all"));
    var busy = new Pace();
    long nanos = arrivals.await() - published;
    busy.close();
    print("push.ms." + kind, nanos / 1e6);
    print("push.p99.ms." + kind, busy);
    print("quiet.p99.ms." + kind, quiet);
    print("failed." + kind, quiet.failed.get() + busy.failed.get());
  }

  private void ones() throws Exception {
    var nanos = new long[50];
    for (int i = 0; i < nanos.length; i++) {
      arrivals.expect(1);
      long published = Long.parseLong(ask("/plane/one"));
      nanos[i] = arrivals.await() - published;
    }
    Arrays.sort(nanos);
    print("one.ms.p50", nanos[nanos.length / 2] / 1e6);
    print("one.ms.max", nanos[nanos.length - 1] / 1e6);
    print("one.ms.mean", LongStream.of(nanos).average().orElse(0) / 1e6);
  }

  /** Two thousand calls a second, whether or not the last has ended. */
  private final class Pace {
    private static final long EVERY = 500_000;
    final AtomicInteger failed = new AtomicInteger();

    /** Open until as many calls have begun as a load has. */
    final CountDownLatch started =
        new CountDownLatch((int) Math.min(Integer.MAX_VALUE, load.toNanos() / EVERY));

    private final Histogram micros = new ConcurrentHistogram(3);
    private final Thread thread = new Thread(this::run, "pace");
    private volatile boolean closed;

    Pace() {
      thread.start();
    }

    private void run() {
      long due = System.nanoTime();
      for (int i = 0; !closed; i++) {
        due += EVERY;
        LockSupport.parkNanos(due - System.nanoTime());
        int cluster = i % (clusters / ScalePlane.CALLED) * ScalePlane.CALLED;
        long start = System.nanoTime();
        started.countDown();
        mesh.send(request(cluster))
            .whenComplete(
                (response, failure) -> {
                  micros.recordValue((System.nanoTime() - start) / 1000);
                  if (response == null || response.status() != 200) {
                    failed.incrementAndGet();
                  }
                });
      }
    }

    void close() throws InterruptedException {
      closed = true;
      thread.join();
    }

    @Override
    public String toString() {
      return micros.getValueAtPercentile(99) / 1e3 + " of " + micros.getTotalCount() + " calls";
    }
  }

  private static Request request(int cluster) {
    return Request.of("GET", URI.create("http://scale/" + cluster + "/hello"));
  }

  private void call(int cluster) throws InterruptedException {
    Response response = mesh.blocking().send(request(cluster));
    if (response.status() != 200) {
      throw new IllegalStateException(response + " from " + cluster);
    }
  }

  /** Goes past the mesh. */
  private String ask(String path) throws InterruptedException {
    var request = Request.of("GET", URI.create("http://127.0.0.1:" + backend + path));
    return StandardCharsets.UTF_8.decode(mesh.blocking().send(request).body()).toString();
  }

  private static long liveHeap() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      var found = new ReferenceQueue<>();
      var garbage = new WeakReference<>(new Object(), found);
      try {
        System.gc();
        // What collectors do beside the application is done when this is noticed.
        found.remove();
      } finally {
        Reference.reachabilityFence(garbage);
      }
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Sees endpoints come, after they are in force. */
  private static final class Arrivals {
    private int missing;
    private long at;

    synchronized void expect(int endpoints) {
      missing = endpoints;
    }

    synchronized long await() throws InterruptedException {
      while (missing > 0) {
        wait();
      }
      return at;
    }

    synchronized void came(Map<Resource.Key, Optional<Resource>> update) {
      for (Resource.Key key : update.keySet()) {
        missing -= key.type() == Resource.Type.ENDPOINTS ? 1 : 0;
      }
      at = System.nanoTime();
      notifyAll();
    }

    PlaneContext over(PlaneContext context) {
      var inner = context.events();
      return new PlaneContext(
          context.node(),
          context.configLoop(),
          context.secrets(),
          new ConfigPlane.Events() {
            @Override
            public void changed(Map<Resource.Key, Optional<Resource>> update, String revision) {
              inner.changed(update, revision);
              came(update);
            }

            @Override
            public void rejected(ConfigPlane.Rejection rejection) {
              throw new IllegalStateException(rejection.toString());
            }

            @Override
            public void unsupported(Resource.Key key, java.util.List<String> fields) {
              inner.unsupported(key, fields);
            }

            @Override
            public void status(ConfigPlane.Status status) {
              inner.status(status);
            }
          });
    }
  }
}
