package io.inmesh.cli.replay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Random cases of a recording, with their configs, in the recording's order. Where the order of a
 * config's cases matters, all of them or none are in it.
 */
final class LiveSample {
  private final Line world;
  private final List<Config> configs = new ArrayList<>();

  /** A line of the recording: as it was recorded, and without its answers. */
  record Line(String text, Map<String, Object> question) {
    /** A config's id; the config of a case. */
    String config() {
      return String.valueOf(question.get(isCase() ? "config" : "id"));
    }

    boolean isCase() {
      return "case".equals(question.get("kind"));
    }

    boolean isConfig() {
      return "config".equals(question.get("kind"));
    }

    long number() {
      return question.get("n") instanceof Number n ? n.longValue() : 0;
    }

    Map<?, ?> request() {
      return ReplayMesh.map(question.get("req"));
    }
  }

  /** A config and those of its cases that are in the sample. */
  record Config(Line line, List<Line> cases) {
    boolean isSequential() {
      return Boolean.TRUE.equals(line.question().get("sequential"));
    }
  }

  /**
   * Chooses.
   *
   * @param environment whether what configs print of the environment is there as it was recorded
   * @throws IllegalArgumentException if it is no recording
   */
  LiveSample(List<Line> recording, boolean environment, int cases, SplittableRandom random) {
    if (recording.isEmpty() || !"world".equals(recording.get(0).question().get("kind"))) {
      throw new IllegalArgumentException("a recording begins with its world");
    }
    this.world = recording.get(0);
    Config config = null;
    for (Line line : recording) {
      if (line.isConfig()) {
        config = isPossible(line, environment) ? new Config(line, new ArrayList<>()) : null;
        if (config != null) {
          configs.add(config);
        }
      } else if (line.isCase() && config != null) {
        config.cases().add(line);
      }
    }
    choose(cases, random);
  }

  /** Not those with a clock of their own, nor without what they print of the environment. */
  private static boolean isPossible(Line config, boolean environment) {
    boolean ownClock = config.question().containsKey("now");
    return !ownClock && (environment || !config.text().contains("%ENVIRONMENT("));
  }

  private void choose(int wanted, SplittableRandom random) {
    var units = new ArrayList<List<Line>>();
    for (Config config : configs) {
      if (config.isSequential()) {
        units.add(List.copyOf(config.cases()));
      } else {
        config.cases().forEach(line -> units.add(List.of(line)));
      }
    }
    Set<Line> chosen = new HashSet<>();
    while (chosen.size() < wanted && !units.isEmpty()) {
      int at = random.nextInt(units.size());
      chosen.addAll(units.get(at));
      units.set(at, units.get(units.size() - 1));
      units.remove(units.size() - 1);
    }
    configs.forEach(config -> config.cases().retainAll(chosen));
    configs.removeIf(config -> config.cases().isEmpty());
  }

  Line world() {
    return world;
  }

  List<Config> configs() {
    return configs;
  }
}
