package io.inmesh.runtime.cluster;

import io.inmesh.config.Address;
import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.Fallback;
import io.inmesh.config.Balancing.LocalityMode;
import io.inmesh.config.Balancing.Selector;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.Balancing.Subsets;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.EndpointSet.LocalityEndpoints;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Envoy 1.40 did with clusters and endpoints, read from lines of words. A {@code config} is
 * followed by its {@code step}s, each with the endpoints then in force and what was picked.
 */
final class Recording {
  final String name;
  final String family;
  final Cluster cluster;
  final boolean strict;
  final List<Step> steps = new ArrayList<>();

  private Recording(String name, String family, Cluster cluster, boolean strict) {
    this.name = name;
    this.family = family;
    this.cluster = cluster;
    this.strict = strict;
  }

  /** One state of the endpoints. */
  static final class Step {
    final String label;
    EndpointSet endpoints = EndpointSet.empty("");
    EndpointSet local = EndpointSet.empty("");
    final Map<String, Integer> active = new LinkedHashMap<>();
    final List<Picks> picks = new ArrayList<>();
    final Map<String, List<String>> sessions = new LinkedHashMap<>();

    /** What was picked in the middle of short intervals, by seconds since the step began. */
    final Map<Double, Map<String, Integer>> bins = new LinkedHashMap<>();

    Step(String label) {
      this.label = label;
    }
  }

  /** What was picked for one route. */
  static final class Picks {
    Map<String, Object> match = Map.of();
    final Map<String, Integer> histogram = new LinkedHashMap<>();
    final Map<String, String> keyed = new LinkedHashMap<>();

    int total() {
      return histogram.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  static List<Recording> read(List<String> lines) {
    return new Reader(lines).read();
  }

  private static final class Reader {
    private final List<String> lines;
    private final List<Recording> recordings = new ArrayList<>();
    private String[] config = {};
    private String[] subsets = {};
    private final List<Selector> selectors = new ArrayList<>();
    private String[] stepWords = {};
    private final List<LocalityEndpoints> groups = new ArrayList<>();
    private final List<LocalityEndpoints> localGroups = new ArrayList<>();
    private Step step = new Step("");
    private Map<String, Object> match = Map.of();

    Reader(List<String> lines) {
      this.lines = lines;
    }

    List<Recording> read() {
      lines.forEach(line -> line(line.split(" ")));
      return recordings;
    }

    private void line(String[] words) {
      switch (words[0]) {
        case "config" -> {
          config = words;
          subsets = new String[0];
          selectors.clear();
          recordings.add(recording());
        }
        case "subsets" -> {
          subsets = words;
          replace();
        }
        case "selector" -> {
          selectors.add(
              new Selector(
                  List.of(words[1].split("\\|")),
                  Fallback.valueOf(words[2]),
                  words[3].equals("-") ? List.of() : List.of(words[3].split("\\|")),
                  words[4].equals("1")));
          replace();
        }
        case "step" -> {
          stepWords = words;
          groups.clear();
          localGroups.clear();
          step = new Step(config[1] + " step " + words[1]);
          match = Map.of();
        }
        case "group" -> groups.add(group(words));
        case "lgroup" -> localGroups.add(group(words));
        case "host" -> host(groups, words);
        case "lhost" -> host(localGroups, words);
        case "active" -> counts(words, step.active);
        case "match" -> match = metadata(words[1]);
        case "hist" -> {
          var picks = new Picks();
          picks.match = match;
          counts(words, picks.histogram);
          step.picks.add(picks);
        }
        case "keyed" -> {
          Map<String, String> keyed = step.picks.get(step.picks.size() - 1).keyed;
          for (int i = 1; i < words.length; i++) {
            int at = words[i].indexOf('=');
            keyed.put(words[i].substring(0, at), words[i].substring(at + 1));
          }
        }
        case "session" -> step.sessions.put(words[1], List.of(words).subList(2, words.length));
        case "bin" -> {
          Map<String, Integer> counts = new LinkedHashMap<>();
          counts(List.of(words).subList(1, words.length).toArray(new String[0]), counts);
          step.bins.put(Double.parseDouble(words[1]), counts);
        }
        case "end" -> {
          step.endpoints = new EndpointSet(config[1], groups, policy());
          step.local = new EndpointSet("local", localGroups);
          recordings.get(recordings.size() - 1).steps.add(step);
        }
        default -> throw new IllegalArgumentException(String.join(" ", words));
      }
    }

    private void replace() {
      recordings.set(recordings.size() - 1, recording());
    }

    private Recording recording() {
      var balancing =
          new Balancing(
              policy(config[3].split(":")),
              Double.parseDouble(config[4]),
              config[5].equals("1"),
              locality(config[6].split(":")),
              subsets(),
              Duration.ZERO,
              statuses(config[7]));
      var plain = new Cluster(config[1], new Cluster.Eds(config[1]));
      var cluster =
          new Cluster(
              plain.name(),
              plain.discovery(),
              balancing,
              plain.transport(),
              plain.circuitBreakers(),
              Optional.empty(),
              List.of(),
              Metadata.EMPTY);
      return new Recording(config[1], config[2], cluster, config[8].equals("1"));
    }

    private static Set<Health> statuses(String words) {
      if (words.equals("default")) {
        return Balancing.DEFAULT_OVERRIDE_HOST_STATUS;
      }
      var statuses = EnumSet.noneOf(Health.class);
      if (!words.equals("none")) {
        List.of(words.split("\\|")).forEach(word -> statuses.add(Health.valueOf(word)));
      }
      return statuses;
    }

    private static Balancing.Policy policy(String[] words) {
      return switch (words[0]) {
        case "rr" ->
            new Balancing.RoundRobin(
                words.length == 1
                    ? SlowStart.NONE
                    : new SlowStart(
                        Duration.ofSeconds(Long.parseLong(words[1])),
                        Double.parseDouble(words[2]),
                        Double.parseDouble(words[3])));
        case "random" -> new Balancing.Random();
        case "lr" ->
            new Balancing.LeastRequest(
                Integer.parseInt(words[1]),
                Double.parseDouble(words[2]),
                words[3].equals("1"),
                SlowStart.NONE);
        case "ring" ->
            new Balancing.RingHash(
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Balancing.HashFunction.valueOf(words[3]),
                false,
                Integer.parseInt(words[4]));
        case "maglev" ->
            new Balancing.Maglev(Long.parseLong(words[1]), false, Integer.parseInt(words[2]));
        default -> throw new IllegalArgumentException(words[0]);
      };
    }

    private static LocalityMode locality(String[] words) {
      return switch (words[0]) {
        case "none" -> LocalityMode.NONE;
        case "weighted" -> new Balancing.Weighted();
        case "zone" ->
            new Balancing.ZoneAware(Double.parseDouble(words[1]), Long.parseLong(words[2]));
        default -> throw new IllegalArgumentException(words[0]);
      };
    }

    private Optional<Subsets> subsets() {
      return subsets.length == 0
          ? Optional.empty()
          : Optional.of(
              new Subsets(
                  Fallback.valueOf(subsets[1]),
                  metadata(subsets[2]),
                  selectors,
                  subsets[3].equals("1"),
                  subsets[4].equals("1"),
                  subsets[5].equals("1"),
                  subsets[6].equals("1")));
    }

    private EndpointSet.Policy policy() {
      List<EndpointSet.Drop> drops = new ArrayList<>();
      if (!stepWords[4].equals("-")) {
        String[] share = stepWords[4].split("/");
        drops.add(
            new EndpointSet.Drop(
                "drop",
                new FractionalPercent(Integer.parseInt(share[0]), Integer.parseInt(share[1]), "")));
      }
      return new EndpointSet.Policy(
          Integer.parseInt(stepWords[2]), drops, stepWords[3].equals("1"));
    }

    private static LocalityEndpoints group(String[] words) {
      return new LocalityEndpoints(
          new Locality(words[3].replace("-", ""), words[4].replace("-", ""), ""),
          Integer.parseInt(words[2]),
          Integer.parseInt(words[1]),
          List.of());
    }

    private static void host(List<LocalityEndpoints> in, String[] words) {
      LocalityEndpoints last = in.remove(in.size() - 1);
      var endpoints = new ArrayList<>(last.endpoints());
      int colon = words[1].indexOf(':');
      endpoints.add(
          new Endpoint(
              new Address(
                  words[1].substring(0, colon), Integer.parseInt(words[1].substring(colon + 1))),
              "",
              Integer.parseInt(words[2]),
              Health.valueOf(words[3]),
              new Metadata(Map.of(Metadata.LB, metadata(words[4])))));
      in.add(new LocalityEndpoints(last.locality(), last.weight(), last.priority(), endpoints));
    }

    private static Map<String, Object> metadata(String words) {
      Map<String, Object> values = new LinkedHashMap<>();
      if (!words.equals("-")) {
        for (String word : words.split(";")) {
          int at = word.indexOf('=');
          String value = word.substring(at + 1);
          values.put(
              word.substring(0, at),
              value.startsWith("[")
                  ? List.of(value.substring(1, value.length() - 1).split("\\|"))
                  : value);
        }
      }
      return values;
    }

    private static void counts(String[] words, Map<String, Integer> counts) {
      for (int i = 1; i < words.length; i++) {
        int at = words[i].lastIndexOf('=');
        counts.put(words[i].substring(0, at), Integer.parseInt(words[i].substring(at + 1)));
      }
    }
  }
}
