package io.inmesh.benchmarks.drive;

import com.google.gson.Gson;
import io.inmesh.benchmarks.load.Memory;
import io.inmesh.benchmarks.load.Window;
import io.inmesh.benchmarks.load.Worker;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Keeps one JVM for each contestant, warms it until its cost per exchange is stable, and then
 * measures all of them in turns: round k of each before round k+1 of any.
 */
final class Rounds implements AutoCloseable {
  private static final double STABLE = 0.94;
  private static final int PATIENCE_SECONDS = 90;
  private static final List<String> OPTIONS =
      List.of("-Xms256m", "-Xmx256m", "-XX:+UseG1GC", "-Dio.netty.leakDetection.level=disabled");

  private final Scene scene;
  private final Pace pace;
  private final Results results;
  private final PrintStream console;
  private final Gson json = new Gson();
  private final Map<Contestant, Child> alive = new LinkedHashMap<>();

  /**
   * How long it takes.
   *
   * @param warmWindows how many windows at most; three at least
   * @param warmSeconds of each of them
   * @param seconds of a measured window
   */
  record Pace(int rounds, int warmWindows, double warmSeconds, double seconds) {
    /** About half a minute for each contestant. */
    static final Pace FULL = new Pace(3, 4, 2, 1.2);

    /** To see that it runs. */
    static final Pace BRIEF = new Pace(1, 1, 0.2, 0.2);

    /** What fits in five minutes. */
    static final Pace QUICK = new Pace(3, 5, 1.5, 1);
  }

  Rounds(Scene scene, Pace pace, Results results, PrintStream console) {
    this.scene = scene;
    this.pace = pace;
    this.results = results;
    this.console = console;
  }

  /**
   * Starts and warms each, then measures.
   *
   * @return whether all of them could be measured to the end
   */
  boolean run(List<Contestant> contestants) throws InterruptedException {
    for (Contestant contestant : contestants) {
      if (contestant.hops() > 0 && !scene.hasEnvoys()) {
        console.println("NOT RUN: " + contestant.label() + ": there is no envoy on the path");
        continue;
      }
      start(contestant);
    }
    // What could not be started or does not answer is said, and left out.
    for (int round = 1; round <= pace.rounds(); round++) {
      var turn = new ArrayList<>(alive.keySet());
      if (round % 2 == 0) {
        Collections.reverse(turn);
      }
      for (Contestant contestant : turn) {
        try {
          measure(contestant, round);
        } catch (IllegalStateException failed) {
          drop(contestant, failed);
        }
      }
      console.println("round " + round + " of " + pace.rounds() + " done");
    }
    for (Map.Entry<Contestant, Child> one : alive.entrySet()) {
      Memory memory = json.fromJson(one.getValue().ask("memory", PATIENCE_SECONDS), Memory.class);
      results.memory(one.getKey().label(), memory);
    }
    return alive.size() == contestants.size();
  }

  private void start(Contestant contestant) throws InterruptedException {
    try {
      warm(contestant);
    } catch (IllegalStateException failed) {
      drop(contestant, failed);
    }
  }

  private void drop(Contestant contestant, IllegalStateException failed) {
    console.println("FAILED: " + failed.getMessage());
    Child child = alive.remove(contestant);
    if (child != null) {
      child.close();
    }
  }

  private void warm(Contestant contestant) throws InterruptedException {
    var options = new ArrayList<>(OPTIONS);
    options.addAll(contestant.options());
    var jvm = Child.Jvm.own(options.toArray(String[]::new));
    var arguments = new ArrayList<String>();
    arguments.add(contestant.client());
    arguments.addAll(scene.words(contestant));
    Child child =
        Child.java(contestant.label(), scene.logs(), jvm, Worker.class.getName(), arguments);
    alive.put(contestant, child);
    child.line("{\"ready\"", PATIENCE_SECONDS);
    double last = Double.MAX_VALUE;
    double cost = 0;
    for (int i = 0; i < pace.warmWindows(); i++) {
      cost = window(child, contestant.concurrencies().get(0), 0.2, pace.warmSeconds()).cpuUs();
      if (i >= 2 && cost > last * STABLE) {
        break;
      }
      last = cost;
    }
    window(child, 1, 0.2, 1);
    console.printf("%s is warm: %.1f us of CPU per exchange%n", contestant.label(), cost);
  }

  private void measure(Contestant contestant, int round) throws InterruptedException {
    Child child = Objects.requireNonNull(alive.get(contestant), "not started");
    var line = new StringBuilder();
    for (int concurrency : contestant.concurrencies()) {
      Window window = window(child, concurrency, 0.4, pace.seconds());
      results.window(contestant.label(), round, window);
      line.append(
          " | %d: %6.1f us CPU, p50 %5.0f us, %6.0f/s, %5.0f B"
              .formatted(
                  concurrency,
                  window.totalCpuUs(),
                  window.p50(),
                  window.perSecond(),
                  window.allocatedB()));
      if (window.errors() > 0) {
        line.append(", ").append(window.errors()).append(" ERRORS");
      }
    }
    console.printf("%-28s%s%n", contestant.label(), line);
  }

  private Window window(Child child, int concurrency, double warm, double seconds)
      throws InterruptedException {
    String answer =
        child.ask("window " + concurrency + " " + warm + " " + seconds, PATIENCE_SECONDS);
    return json.fromJson(answer, Window.class);
  }

  @Override
  public void close() {
    alive.values().forEach(Child::close);
  }
}
