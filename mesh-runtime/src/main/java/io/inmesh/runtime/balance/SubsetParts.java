package io.inmesh.runtime.balance;

import io.inmesh.balance.Pick;
import io.inmesh.balance.Picker;
import io.inmesh.config.Balancing.Fallback;
import io.inmesh.config.Balancing.Selector;
import io.inmesh.config.Balancing.Subsets;
import io.inmesh.config.Metadata;
import io.inmesh.runtime.balance.Level.LocalityHosts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Divides a cluster's hosts into subsets by their {@code envoy.lb} metadata. */
final class SubsetParts {
  private final Subsets config;
  private final List<Level> levels;
  private final Settings settings;
  private final ClusterBalancer.Pickers pickers;

  /** Names the hosts of a subset, for what is kept of them. */
  private record PartName(String kind, Map<String, Object> match) {}

  SubsetParts(
      Subsets config, List<Level> levels, Settings settings, ClusterBalancer.Pickers pickers) {
    this.config = config;
    this.levels = levels;
    // Localities of subsets have weights only if the subsets are told to look at them.
    this.settings =
        settings.withLocalityWeights(settings.localityWeights() && config.localityWeightAware());
    this.pickers = pickers;
  }

  boolean needsAny() {
    return config.panicModeAny() || SubsetPicker.needs(config, Fallback.ANY_ENDPOINT);
  }

  boolean needsDefault() {
    return SubsetPicker.needs(config, Fallback.DEFAULT_SUBSET);
  }

  Picker whole() {
    return part(new PartName("any", Map.of()), host -> true);
  }

  Picker defaultSubset() {
    return part(
        new PartName("default", config.defaultSubset()),
        host -> matches(config.defaultSubset(), lb(host)));
  }

  /** All subsets that have hosts, of whatever health. */
  Map<Map<String, Object>, Picker> subsets() {
    Map<Map<String, Object>, Set<Member>> found = new LinkedHashMap<>();
    Map<Map<String, Object>, Boolean> single = new HashMap<>();
    for (Level level : levels) {
      for (Member host : level.all()) {
        for (Selector selector : config.selectors()) {
          for (Map<String, Object> values : values(selector, lb(host))) {
            found.computeIfAbsent(values, absent -> new HashSet<>()).add(host);
            single.putIfAbsent(values, selector.singleHostPerSubset());
          }
        }
      }
    }
    Map<Map<String, Object>, Picker> made = new HashMap<>();
    found.forEach(
        (values, hosts) ->
            made.put(
                values,
                Boolean.TRUE.equals(single.get(values))
                    ? first(hosts)
                    : part(new PartName("subset", values), hosts::contains)));
    return made;
  }

  /** The first host by priority, whatever its health. */
  private Picker first(Set<Member> hosts) {
    for (Level level : levels) {
      for (Member host : level.all()) {
        if (hosts.contains(host)) {
          return context -> host;
        }
      }
    }
    return context -> Pick.None.NO_SUBSET;
  }

  private static Map<String, Object> lb(Member host) {
    return host.endpoint().metadata().in(Metadata.LB);
  }

  /** What the host has for a selector's keys; nothing unless it has all of them. */
  private List<Map<String, Object>> values(Selector selector, Map<String, Object> metadata) {
    List<Map<String, Object>> combined = List.of(Map.of());
    for (String key : selector.keys()) {
      Object value = metadata.get(key);
      if (value == null) {
        return List.of();
      }
      List<?> each = config.listAsAny() && value instanceof List<?> list ? list : List.of(value);
      List<Map<String, Object>> longer = new ArrayList<>();
      for (Map<String, Object> sofar : combined) {
        for (Object one : each) {
          Map<String, Object> with = new HashMap<>(sofar);
          with.put(key, one);
          longer.add(Map.copyOf(with));
        }
      }
      combined = longer;
    }
    return selector.keys().isEmpty() ? List.of() : combined;
  }

  private boolean matches(Map<String, Object> wanted, Map<String, Object> metadata) {
    return matches(wanted, metadata, config.listAsAny());
  }

  /** Whether a host's metadata holds what is wanted. */
  static boolean matches(Map<String, Object> wanted, Member host, boolean listAsAny) {
    return matches(wanted, lb(host), listAsAny);
  }

  private static boolean matches(
      Map<String, Object> wanted, Map<String, Object> metadata, boolean listAsAny) {
    for (Map.Entry<String, Object> entry : wanted.entrySet()) {
      Object value = metadata.get(entry.getKey());
      boolean same =
          entry.getValue().equals(value)
              || (listAsAny && value instanceof List<?> list && list.contains(entry.getValue()));
      if (!same) {
        return false;
      }
    }
    return true;
  }

  private Picker part(Object name, Predicate<Member> belongs) {
    return pickers.make(
        name, levels.stream().map(level -> part(level, belongs)).toList(), settings);
  }

  private Level part(Level level, Predicate<Member> belongs) {
    List<LocalityHosts> localities = new ArrayList<>();
    for (LocalityHosts in : level.localities()) {
      List<Member> hosts = in.all().stream().filter(belongs).toList();
      int weight = in.weight();
      if (config.scaleLocalityWeight() && !in.all().isEmpty()) {
        weight = Math.round((float) ((long) weight * hosts.size()) / in.all().size());
      }
      localities.add(new LocalityHosts(in.locality(), weight, hosts));
    }
    return Level.of(level.all().stream().filter(belongs).toList(), localities, level.ownFirst());
  }
}
