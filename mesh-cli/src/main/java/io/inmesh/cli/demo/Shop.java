package io.inmesh.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The shop of {@code mesh-examples}, each of its processes a JVM of its own. They are started
 * together and end with the world. Used by one thread, except for the list of those that run.
 */
final class Shop {
  private static final String PACKAGE = "io.inmesh.examples.shop.";
  private static final List<String> SERVICES =
      List.of("storefront", "users", "catalogue", "cart", "orders", "payment", "checkout");
  private static final List<String> SMALL =
      List.of(
          "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:MaxDirectMemorySize=32m");
  private static final String RULES = "mesh.yaml";

  private final World world;
  private final List<String> services;
  private final Path home;
  private final Map<String, Instance> running = new LinkedHashMap<>();

  /**
   * A process of the shop.
   *
   * @param name its own, for instance {@code catalogue-2}
   * @param port where it serves
   * @param metrics where its metrics are read
   */
  record Instance(String name, String service, JavaProcess process, int port, int metrics) {}

  /**
   * What is to run.
   *
   * @param main the class, below the shop's package
   * @param version empty for none
   */
  private record Plan(String name, String service, String main, String version) {}

  /**
   * A shop that is still closed.
   *
   * @param others services that may join the mesh beside its own
   */
  Shop(World world, String... others) {
    this.world = world;
    this.services = new ArrayList<>(SERVICES);
    services.addAll(List.of(others));
    this.home = home();
  }

  /** The directory of the sources, found from where this class stands. */
  private static Path home() {
    try {
      Path at = Path.of(Shop.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      for (Path up = at; up != null; up = up.getParent()) {
        if (Files.isDirectory(up.resolve("mesh-examples"))) {
          return up.resolve("mesh-examples");
        }
      }
    } catch (java.net.URISyntaxException nowhere) {
      throw new IllegalStateException(nowhere);
    }
    throw new IllegalStateException("the directory mesh-examples is not found beside mesh-cli");
  }

  /** Starts everything and waits until it answers. */
  void open() throws Exception {
    world.configure(RULES, rules());
    world.startPlane("--lease", "5s", "--issue", String.join(",", services));
    start(
        List.of(
            new Plan("storefront", "storefront", "storefront.Storefront", ""),
            new Plan("orders", "orders", "orders.Orders", ""),
            new Plan("users", "users", "users.Users", ""),
            plan("cart", 1),
            plan("payment", 1),
            plan("catalogue", 1),
            plan("catalogue", 2),
            plan("catalogue", 3),
            checkout("v1"),
            checkout("v2")));
    Await.until("the shop sells", World.PATIENCE.multipliedBy(2), this::sells);
  }

  /** The same, saying how long it took. */
  String opened() throws Exception {
    long start = System.nanoTime();
    open();
    return instances().size()
        + " services of "
        + SERVICES.size()
        + " kinds sell after "
        + (System.nanoTime() - start) / 1_000_000
        + " ms";
  }

  private boolean sells() throws InterruptedException {
    try (var customer = new Customer(front())) {
      return customer.buys("ada");
    } catch (IOException notYet) {
      return false;
    }
  }

  private static Plan plan(String service, int ordinal) {
    String main = Character.toUpperCase(service.charAt(0)) + service.substring(1);
    String name = service.equals("catalogue") ? service + "-" + ordinal : service;
    return new Plan(name, service, main, "");
  }

  private static Plan checkout(String version) {
    return new Plan("checkout-" + version, "checkout", "Checkout", version);
  }

  /** What stands in the shop's file before anybody edits it. */
  String rules() throws IOException {
    return Files.readString(home.resolve("shop").resolve(RULES));
  }

  /**
   * The same, with the mesh's own timeout and retries for the catalogue: a fresh JVM on a busy
   * machine takes its time for the first request, and what is tried again is counted twice.
   */
  String patientRules() throws IOException, Broken {
    String impatient =
        """
            timeout: 2s
            retry: {attempts: 2, on: [5xx, reset, connect-failure], per-try-timeout: 500ms}
        """;
    String rules = rules();
    Broken.unless(rules.contains(impatient), "mesh.yaml does not retry the catalogue as expected");
    return rules.replace(impatient, "");
  }

  /** Where the rules are that are in force. */
  Path rulesFile() {
    return world.config().resolve(RULES);
  }

  /** Puts other rules in force. Answers when that was, by the system's nanoseconds. */
  long rules(String text) throws IOException {
    return world.configure(RULES, text);
  }

  /** Where access logs and spans are written. */
  Path logs() {
    return world.directory().resolve("logs");
  }

  World world() {
    return world;
  }

  /** A few at a time: each wants a core for seconds. */
  private void start(List<Plan> plans) throws InterruptedException {
    int most = Math.max(2, Runtime.getRuntime().availableProcessors() + 1);
    var starting = new ArrayDeque<Map.Entry<Plan, JavaProcess>>();
    for (Plan plan : plans) {
      if (starting.size() == most) {
        awaitFirst(starting);
      }
      starting.add(Map.entry(plan, start(plan)));
    }
    while (!starting.isEmpty()) {
      awaitFirst(starting);
    }
  }

  private void awaitFirst(Deque<Map.Entry<Plan, JavaProcess>> starting)
      throws InterruptedException {
    Map.Entry<Plan, JavaProcess> first = starting.remove();
    await(first.getKey(), first.getValue());
  }

  private JavaProcess start(Plan plan) {
    var arguments =
        new ArrayList<>(
            List.of(
                "--inmesh.service=" + plan.service(),
                "--inmesh.join-directory=" + world.state().resolve("join"),
                "--shop.logs=" + logs(),
                "--shop.instance=" + plan.name()));
    if (!plan.version().isEmpty()) {
      arguments.add("--inmesh.server.labels.version=" + plan.version());
    }
    if (plan.service().equals("storefront")) {
      arguments.add("--inmesh.server.enabled=false");
    }
    var jvm = new ArrayList<>(SMALL);
    jvm.add(isSpring(plan) ? "-Xmx96m" : "-Xmx48m");
    return world.start(plan.name(), program(plan.main()), jvm, arguments);
  }

  private static boolean isSpring(Plan plan) {
    return plan.main().indexOf('.') > 0;
  }

  /** A class of the shop with all it needs. */
  JavaProcess.Program program(String main) {
    return new JavaProcess.Program(applications().resolve("*").toString(), PACKAGE + main);
  }

  /** Where the jars of the shop are. */
  Path applications() {
    return home.resolve("target").resolve("app");
  }

  private Instance await(Plan plan, JavaProcess process) throws InterruptedException {
    Map<String, String> ready = process.ready(World.PATIENCE.multipliedBy(3));
    var instance =
        new Instance(
            plan.name(),
            plan.service(),
            process,
            Integer.parseInt(ready.get("port")),
            Integer.parseInt(ready.get("metrics")));
    synchronized (running) {
      running.put(plan.name(), instance);
    }
    return instance;
  }

  /** One more instance of the catalogue. */
  Instance catalogue(int ordinal) throws InterruptedException {
    Plan plan = plan("catalogue", ordinal);
    return await(plan, start(plan));
  }

  /** Ends an instance as an operator would: it says goodbye and lets requests end. */
  void end(Instance instance) {
    synchronized (running) {
      running.remove(instance.name());
    }
    instance.process().close();
  }

  /** Those that run. */
  Collection<Instance> instances() {
    synchronized (running) {
      return List.copyOf(running.values());
    }
  }

  /** The one of a name. */
  Instance instance(String name) {
    return find(name).orElseThrow(() -> new IllegalStateException(name + " does not run"));
  }

  Optional<Instance> find(String name) {
    synchronized (running) {
      return Optional.ofNullable(running.get(name));
    }
  }

  /** Those of a service. */
  List<Instance> of(String service) {
    return instances().stream().filter(it -> it.service().equals(service)).toList();
  }

  /** Where browsers go. */
  URI front() {
    return URI.create("http://127.0.0.1:" + instance("storefront").port());
  }
}
