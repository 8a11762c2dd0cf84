package io.inmesh.cli.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The shop before the eyes of the user: a table that lives until it is ended. */
public final class Show {
  private static final Duration BEAT = Duration.ofSeconds(2);
  private static final String HOME_AND_CLEAR = "\u001b[H\u001b[2J";

  private final PrintWriter out;
  private final boolean terminal;

  /**
   * A show.
   *
   * @param terminal draws the table in place; otherwise one follows another
   */
  public Show(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Runs until the time is over, or the process is ended: then no process stays behind.
   *
   * @param most zero for as long as it is wanted
   */
  public void run(Duration most) throws Exception {
    long start = System.nanoTime();
    var over = new CountDownLatch(1);
    var closed = new CountDownLatch(1);
    Thread goodbye =
        new Thread(
            () -> {
              over.countDown();
              awaitQuietly(closed);
            },
            "inmesh-demo-goodbye");
    Runtime.getRuntime().addShutdownHook(goodbye);
    try (World world = new World()) {
      say("starting the shop: a control plane and ten services, each a process of its own ...");
      var shop = new Shop(world);
      shop.open();
      say(String.format("the shop is open after %.1f s", (System.nanoTime() - start) / 1e9));
      try (var customers = new Customers(shop.front())) {
        watch(shop, customers, over, most);
      }
    } finally {
      closed.countDown();
    }
    if (over.getCount() > 0) {
      Runtime.getRuntime().removeShutdownHook(goodbye);
    }
  }

  /** The hook's thread, which nobody interrupts. */
  private static void awaitQuietly(CountDownLatch closed) {
    try {
      closed.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch(Shop shop, Customers customers, CountDownLatch over, Duration most)
      throws InterruptedException {
    var metrics = new Metrics();
    Traffic before = Traffic.of(shop, metrics);
    long last = System.nanoTime();
    long end = last + (most.isZero() ? Long.MAX_VALUE / 2 : most.toNanos());
    if (!terminal) {
      hints(shop).forEach(this::say);
    }
    while (System.nanoTime() < end && !over.await(BEAT.toMillis(), TimeUnit.MILLISECONDS)) {
      Traffic now = Traffic.of(shop, metrics);
      long time = System.nanoTime();
      List<String> lines = new ArrayList<>();
      lines.add(head(shop, customers));
      lines.addAll(table(before, now, (time - last) / 1e9));
      lines.add(
          "ejected: " + (now.ejected().isEmpty() ? "none" : String.join("; ", now.ejected())));
      if (terminal) {
        lines.addAll(hints(shop));
      }
      synchronized (out) {
        if (terminal) {
          out.print(HOME_AND_CLEAR);
        }
        lines.forEach(out::println);
        out.println();
        out.flush();
      }
      before = now;
      last = time;
    }
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  private static String head(Shop shop, Customers customers) {
    return String.format(
        Locale.ROOT,
        "%s   %d processes, %d MiB   %d purchases, %d failed",
        shop.front(),
        shop.instances().size() + 1,
        memory(shop) >> 10,
        customers.bought(),
        customers.failed());
  }

  static List<String> table(Traffic before, Traffic now, double seconds) {
    var lines = new ArrayList<String>();
    lines.add(
        String.format(
            "%-12s %-10s %-4s %8s %7s %8s %8s  %s",
            "from", "to", "ver", "calls/s", "errors", "p50 ms", "p99 ms", "identity"));
    for (Map.Entry<Traffic.Edge, Traffic.Counts> one : now.edges().entrySet()) {
      Traffic.Edge edge = one.getKey();
      Traffic.Counts counts =
          one.getValue().since(before.edges().getOrDefault(edge, new Traffic.Counts()));
      double share = counts.calls() == 0 ? 0 : 100 * counts.errors() / counts.calls();
      lines.add(
          String.format(
              Locale.ROOT,
              "%-12s %-10s %-4s %8.1f %6.1f%% %8.1f %8.1f  %s",
              edge.from(),
              edge.to(),
              edge.version(),
              counts.calls() / seconds,
              share,
              counts.millis(0.5),
              counts.millis(0.99),
              counts.identity()));
    }
    return lines;
  }

  private static List<String> hints(Shop shop) {
    Path rules = shop.rulesFile();
    String payment = shop.world().joinFile("payment").toString();
    var lines = new ArrayList<String>();
    lines.add("Try, in another terminal:");
    lines.add("  look at " + shop.front() + "/ in a browser");
    lines.add("  sed -i 's/v1: 90, v2: 10/v1: 50, v2: 50/' " + rules);
    shop.find("catalogue-2")
        .ifPresent(it -> lines.add("  kill -9 " + it.process().pid() + "   # catalogue-2"));
    lines.add("  ./inmesh call --join " + payment + " http://catalogue/items   # 403, by name");
    lines.add("  ./inmesh services --plane " + shop.world().planeApi());
    lines.add("  tail -f " + shop.logs().resolve("cart.access.jsonl"));
    lines.add("Ctrl-C ends it.");
    return lines;
  }

  /**
   * Memory of all processes, each shared page counted once in all: the sum of their proportional
   * set sizes, in KiB; 0 where the system does not tell.
   */
  static long memory(Shop shop) {
    long sum = size(shop.world().plane().pid());
    for (Shop.Instance instance : shop.instances()) {
      sum += size(instance.process().pid());
    }
    return sum;
  }

  /** The same of this process. */
  static long ownMemory() {
    return size(ProcessHandle.current().pid());
  }

  private static long size(long pid) {
    Path file = Path.of("/proc", String.valueOf(pid), "smaps_rollup");
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith("Pss:")) {
          return Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    } catch (IOException goneOrNotLinux) {
      return 0;
    }
    return 0;
  }
}
