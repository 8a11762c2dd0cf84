package io.inmesh.cli.demo;

import io.inmesh.cli.load.DaemonThreads;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Tries every promise once. */
public final class Demo {
  private static final Duration SHORT = Duration.ofSeconds(90);
  private static final Duration LONG = Duration.ofMinutes(5);

  private final PrintWriter out;
  private final boolean full;
  private final String only;

  /**
   * A run.
   *
   * @param full takes longer where time matters
   * @param only tries only promises that hold this word; empty for all
   */
  public Demo(PrintWriter out, boolean full, String only) {
    this.out = out;
    this.full = full;
    this.only = only;
  }

  /** Whether there is any promise with the word. */
  public boolean promisesAnything() {
    return !checks().isEmpty() || !slowChecks().isEmpty() || !shopChecks().isEmpty();
  }

  private List<Check> checks() {
    var checks = new ArrayList<Check>();
    checks.add(new EncryptedCalls("http"));
    checks.add(new EncryptedCalls("http2"));
    checks.add(new Strangers());
    checks.add(new MovedSplit());
    checks.add(new AccessPolicies());
    checks.add(new BrokenYaml());
    checks.add(new BothVariants());
    checks.add(new StalledServer());
    checks.add(new KilledServer());
    checks.add(new PlaneOutage(true));
    checks.add(new PlaneOutage(false));
    checks.add(new RestartedClient());
    checks.add(new StreamedGigabyte("http"));
    checks.add(new StreamedGigabyte("http2"));
    return checks.stream().filter(check -> check.promise().contains(only)).toList();
  }

  private List<ShopCheck> shopChecks() {
    var checks = new ArrayList<ShopCheck>();
    checks.add(new TracedCart());
    checks.add(new SixSteps());
    checks.add(new NewCheckout());
    checks.add(new NamedRefusals());
    checks.add(new EjectedInstance());
    checks.add(new OpenBreaker());
    checks.add(new InjectedFaults());
    checks.add(new DeadMirror());
    checks.add(new UntouchedApplication());
    checks.add(new RollingRestart());
    checks.add(new SmallShop());
    return checks.stream().filter(check -> check.promise().contains(only)).toList();
  }

  /** What mostly waits runs beside the others, in a world of its own. */
  private List<Check> slowChecks() {
    Check rotation = new RotatedCertificates(full ? LONG : SHORT);
    return Stream.of(rotation).filter(check -> check.promise().contains(only)).toList();
  }

  /**
   * Runs.
   *
   * @return 0 if every promise was kept, 1 otherwise
   */
  public int run() throws IOException, InterruptedException {
    long start = System.nanoTime();
    int broken = 0;
    List<Check> slow = slowChecks();
    List<Check> checks = checks();
    List<ShopCheck> shop = shopChecks();
    var beside = Executors.newSingleThreadExecutor(new DaemonThreads("inmesh-demo-slow"));
    Future<Integer> slowBroken = beside.submit(() -> runAll(slow));
    broken += runAll(checks);
    broken += runShop(shop);
    try {
      broken += slowBroken.get();
    } catch (ExecutionException failed) {
      throw new IllegalStateException(failed.getCause());
    } finally {
      beside.shutdownNow();
    }
    int all = checks.size() + slow.size() + shop.size();
    long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
    out.printf("%d of %d promises kept in %d s%n", all - broken, all, seconds);
    out.flush();
    return broken == 0 ? 0 : 1;
  }

  /**
   * Runs checks one after another in a world of their own; answers how many promises were broken.
   */
  private int runAll(List<Check> checks) throws IOException, InterruptedException {
    if (checks.isEmpty()) {
      return 0;
    }
    return inWorld(
        world -> {
          world.configure("orders.yaml", Yaml.NO_RETRIES);
          world.startPlane(
              "--lease", World.LEASE.toSeconds() + "s", "--join", "web,orders,catalog");
          int broken = 0;
          for (Check check : checks) {
            broken += keeps(check.promise(), () -> check.run(world)) ? 0 : 1;
          }
          return broken;
        });
  }

  /** The same in the shop. */
  private int runShop(List<ShopCheck> checks) throws IOException, InterruptedException {
    if (checks.isEmpty()) {
      return 0;
    }
    return inWorld(
        world -> {
          var shop = new Shop(world, "shipping", "audit");
          if (!keeps("the shop opens: a control plane and ten processes", shop::opened)) {
            return checks.size();
          }
          int broken = 0;
          for (ShopCheck check : checks) {
            broken += keeps(check.promise(), () -> check.run(shop)) ? 0 : 1;
          }
          return broken;
        });
  }

  /** What is done in a world; answers how many promises were broken. */
  private interface Trials {
    int in(World world) throws IOException, InterruptedException;
  }

  private static int inWorld(Trials trials) throws IOException, InterruptedException {
    try (World world = new World()) {
      // Ended from outside, the processes must not stay behind.
      Thread cleaner = new Thread(world::kill, "inmesh-demo-cleaner");
      Runtime.getRuntime().addShutdownHook(cleaner);
      int broken = trials.in(world);
      Runtime.getRuntime().removeShutdownHook(cleaner);
      return broken;
    }
  }

  private boolean keeps(String promise, Callable<String> trial) throws InterruptedException {
    long start = System.nanoTime();
    String mark = "\u2713";
    String figure;
    try {
      figure = trial.call();
    } catch (InterruptedException interrupted) {
      throw interrupted;
    } catch (Exception | AssertionError failed) {
      mark = "\u2717";
      figure = failed instanceof Broken ? String.valueOf(failed.getMessage()) : failed.toString();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    synchronized (out) {
      out.printf("%s %s%n    %s (%.1f s)%n", mark, promise, figure, seconds);
      out.flush();
    }
    return mark.equals("\u2713");
  }
}
