package io.inmesh.cli.replay;

import io.inmesh.xds.json.ProtoJson;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides the lines of one recording in order and fills their answers in: {@code accepted} of a
 * config, {@code expect} of a case, {@code histogram} of a distribution. What the lines already say
 * there is not looked at.
 */
final class Replay {
  private final Lines lines = new Lines();
  private final ProtoJson json;
  private final String localAddress;
  private final long seed;
  private @Nullable Decider world;
  private @Nullable String config;
  private long number;
  private final Tally tally = new Tally();

  /** What was done. */
  static final class Tally {
    int configs;
    int refused;
    int cases;
    int failed;
    String firstFailure = "";
  }

  Replay(ProtoJson json, String localAddress, long seed) {
    this.json = json;
    this.localAddress = localAddress;
    this.seed = seed;
  }

  Tally tally() {
    return tally;
  }

  /**
   * The line with its answer.
   *
   * @throws IllegalArgumentException if it is no line of a recording
   */
  String line(String text) {
    Map<String, Object> line = lines.question(text);
    number++;
    switch (String.valueOf(line.get("kind"))) {
      case "world":
        world = worldOf(line);
        break;
      case "config":
        config(line);
        break;
      case "case":
        decide(line);
        break;
      case "dist":
        distribution(line);
        break;
      default:
        throw new IllegalArgumentException("unknown kind of line: " + line.get("kind"));
    }
    return lines.text(line);
  }

  private Decider worldOf(Map<String, Object> line) {
    return switch (String.valueOf(line.get("profile"))) {
      case "h2" -> new Http2World(line, json, localAddress, seed);
      case "external" -> new ExternalWorld(json, localAddress, seed);
      default -> new World(line, json, localAddress, seed);
    };
  }

  private Decider world() {
    Decider known = world;
    if (known == null) {
      throw new IllegalArgumentException("a recording begins with its world");
    }
    return known;
  }

  private void config(Map<String, Object> line) {
    String refusal = world().accept(line);
    tally.configs++;
    line.put("accepted", refusal == null);
    if (refusal == null) {
      config = String.valueOf(line.get("id"));
    } else {
      config = null;
      tally.refused++;
      line.put("error", refusal);
    }
  }

  private void decide(Map<String, Object> line) {
    String served = config;
    if (served != null) {
      Map<String, Object> outcome = outcome(served, ReplayMesh.map(line.get("req")), number);
      if (outcome != null) {
        line.put("expect", outcome);
      }
    }
  }

  /** Null if the call could not be brought to an end. */
  private @Nullable Map<String, Object> outcome(String served, Map<?, ?> request, long draw) {
    tally.cases++;
    try {
      return world().decide(served, request, seed + draw * 0x9E3779B97F4A7C15L);
    } catch (RuntimeException broken) {
      tally.failed++;
      if (tally.firstFailure.isEmpty()) {
        tally.firstFailure = served + ": " + broken;
      }
      return null;
    }
  }

  private void distribution(Map<String, Object> line) {
    var histogram = new TreeMap<String, Integer>();
    String served = config;
    int times = line.get("n") instanceof Number n ? n.intValue() : 0;
    for (int i = 0; served != null && i < times; i++) {
      Map<String, Object> outcome =
          outcome(served, ReplayMesh.map(line.get("req")), number << 20 | i);
      if (outcome != null) {
        histogram.merge(target(outcome), 1, Integer::sum);
      }
    }
    line.put("histogram", histogram);
  }

  private static String target(Map<String, Object> outcome) {
    return outcome.get("upstream") instanceof List<?> seen && !seen.isEmpty()
        ? String.valueOf(ReplayMesh.map(seen.get(seen.size() - 1)).get("cluster"))
        : String.valueOf(outcome.get("status"));
  }
}
