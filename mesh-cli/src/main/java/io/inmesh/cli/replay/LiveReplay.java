package io.inmesh.cli.replay;

import io.inmesh.cli.load.DaemonThreads;
import io.inmesh.cli.replay.LiveSample.Config;
import io.inmesh.cli.replay.LiveSample.Line;
import io.inmesh.cli.replay.LiveWorld.Played;
import io.inmesh.xds.json.ProtoJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Plays a sample of a recording for real: a control plane serves its resources, a mesh calls
 * backends behind sockets. Configs are played at the same time, the cases of one after another.
 */
final class LiveReplay {
  private static final int PLAYERS = 8;
  private static final long PATIENCE_MINUTES = 30;

  private final ProtoJson json;
  private final boolean movePorts;
  private final long seed;
  private final Lines lines = new Lines();

  /**
   * What was played.
   *
   * @param verdicts the sample with our answers
   * @param reference the sample as it was recorded
   * @param failures of cases that did not come to an end
   */
  record Result(List<String> verdicts, List<String> reference, int played, List<String> failures) {}

  /**
   * Prepares.
   *
   * @param movePorts whether backends take any ports instead of the recorded ones
   */
  LiveReplay(ProtoJson json, boolean movePorts, long seed) {
    this.json = json;
    this.movePorts = movePorts;
    this.seed = seed;
  }

  /**
   * Plays about so many cases of a recording.
   *
   * @throws IllegalArgumentException if it is no recording
   */
  Result play(List<String> recording, int cases)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    List<Line> all = recording.stream().map(each -> new Line(each, lines.question(each))).toList();
    boolean environment = !all.isEmpty() && LiveWorld.hasEnvironment(all.get(0).question());
    var sample = new LiveSample(all, environment, cases, new SplittableRandom(seed));
    Map<String, Object> world = sample.world().question();
    var resources = new LiveResources(world, json, movePorts);
    var ports = new HashMap<String, Integer>();
    ports.put(LiveResources.ALL, LiveResources.ALL_PORT);
    var refusals = new HashMap<Config, String>();
    for (Config config : sample.configs()) {
      ports.put(config.line().config(), port(config, ports.values()));
      String refusal = resources.add(listening(config, ports));
      if (refusal != null) {
        refusals.put(config, refusal);
      }
    }
    try (LiveWorld live = new LiveWorld(world, resources, ports, seed)) {
      live.warmUp();
      var failures = new ConcurrentHashMap<Line, String>();
      List<Config> served =
          sample.configs().stream().filter(config -> !refusals.containsKey(config)).toList();
      Map<Line, Played> played = playAll(live, served, failures);
      live.awaitMirrors();
      return result(live, sample, refusals, played, failures);
    }
  }

  /** The listener's recorded port, or the next one that is free. */
  private static int port(Config config, Collection<Integer> taken) {
    int port =
        config.line().question().get("listener_port") instanceof Number known
            ? known.intValue()
            : Settings.SOME_PORT;
    while (taken.contains(port)) {
      port++;
    }
    return port;
  }

  private static Map<String, Object> listening(Config config, Map<String, Integer> ports) {
    var copy = new LinkedHashMap<>(config.line().question());
    copy.put("listener_port", ports.get(config.line().config()));
    return copy;
  }

  private static Map<Line, Played> playAll(
      LiveWorld live, List<Config> configs, Map<Line, String> failures)
      throws InterruptedException {
    var played = new ConcurrentHashMap<Line, Played>();
    ExecutorService players =
        Executors.newFixedThreadPool(PLAYERS, new DaemonThreads("replay-player"));
    for (Config config : configs) {
      players.execute(
          () -> {
            for (Line line : config.cases()) {
              play(live, line, played, failures);
            }
          });
    }
    players.shutdown();
    if (!players.awaitTermination(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      players.shutdownNow();
    }
    return played;
  }

  private static void play(
      LiveWorld live, Line line, Map<Line, Played> played, Map<Line, String> failures) {
    try {
      played.put(line, live.play(line.config(), line.number(), line.request()));
    } catch (ExecutionException | TimeoutException | IllegalStateException failed) {
      failures.put(line, line.config() + " " + line.number() + ": " + failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private Result result(
      LiveWorld live,
      LiveSample sample,
      Map<Config, String> refusals,
      Map<Line, Played> played,
      Map<Line, String> failures) {
    var verdicts = new ArrayList<String>();
    var reference = new ArrayList<String>();
    verdicts.add(lines.text(sample.world().question()));
    reference.add(sample.world().text());
    for (Config config : sample.configs()) {
      var head = new LinkedHashMap<>(config.line().question());
      String refusal = refusals.get(config);
      head.put("accepted", refusal == null);
      if (refusal != null) {
        head.put("error", refusal);
      }
      verdicts.add(lines.text(head));
      reference.add(config.line().text());
      for (Line line : config.cases()) {
        var answered = new LinkedHashMap<>(line.question());
        Played end = played.get(line);
        if (end != null) {
          answered.put("expect", live.outcome(line.config(), line.number(), end));
        }
        verdicts.add(lines.text(answered));
        reference.add(line.text());
      }
    }
    return new Result(verdicts, reference, played.size(), List.copyOf(failures.values()));
  }
}
