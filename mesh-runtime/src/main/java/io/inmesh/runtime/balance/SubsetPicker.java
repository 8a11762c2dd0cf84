package io.inmesh.runtime.balance;

import io.inmesh.balance.Pick;
import io.inmesh.balance.PickContext;
import io.inmesh.balance.Picker;
import io.inmesh.config.Balancing.Fallback;
import io.inmesh.config.Balancing.Selector;
import io.inmesh.config.Balancing.Subsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Picks among the hosts whose metadata holds what the route asks for. Which subset a route's
 * metadata means is found once per route and then remembered by the identity of its map. Immutable
 * but for that memory.
 */
final class SubsetPicker implements Levels {
  private static final int REMEMBERED = 64;
  private static final Picker NO_SUBSET = context -> Pick.None.NO_SUBSET;

  private final Subsets config;
  private final List<PriorityLoads.Health> healths;
  private final Map<Map<String, Object>, Picker> subsets = new HashMap<>();
  private final @Nullable Picker any;
  private final Picker fallback;
  private final @Nullable Picker defaultSubset;
  private final AtomicReferenceArray<@Nullable Known> known =
      new AtomicReferenceArray<>(REMEMBERED);

  private record Known(Map<String, Object> match, Picker picker) {}

  SubsetPicker(
      Subsets config, List<Level> levels, Settings settings, ClusterBalancer.Pickers pickers) {
    this.config = config;
    this.healths = settings.healths(levels);
    var parts = new SubsetParts(config, levels, settings, pickers);
    any = parts.needsAny() ? parts.whole() : null;
    defaultSubset = parts.needsDefault() ? parts.defaultSubset() : null;
    fallback = fallback();
    subsets.putAll(parts.subsets());
  }

  private Picker fallback() {
    Picker first =
        switch (config.fallback()) {
          case ANY_ENDPOINT -> any;
          case DEFAULT_SUBSET -> defaultSubset;
          default -> null;
        };
    if (first == null) {
      return NO_SUBSET;
    }
    Picker last = any;
    if (!config.panicModeAny() || last == null) {
      return first;
    }
    return context -> {
      Pick pick = first.pick(context);
      return pick.host() != null ? pick : last.pick(context);
    };
  }

  @Override
  public Pick pick(PickContext context) {
    Map<String, Object> match = context.metadataMatch();
    if (match.isEmpty()) {
      return fallback.pick(context);
    }
    int identity = System.identityHashCode(match);
    int slot = (identity ^ identity >>> 12) & (REMEMBERED - 1);
    Known entry = known.get(slot);
    if (entry == null || entry.match != match) {
      entry = new Known(match, picker(match));
      known.set(slot, entry);
    }
    return entry.picker.pick(context);
  }

  @Override
  public Described describe(PickContext context) {
    Map<String, Object> match = context.metadataMatch();
    Picker chosen = match.isEmpty() ? fallback : picker(match);
    for (Map.Entry<Map<String, Object>, Picker> subset : subsets.entrySet()) {
      if (subset.getValue() == chosen) {
        return describe(chosen, "subset " + subset.getKey(), subset.getKey(), context);
      }
    }
    String asked = match.isEmpty() ? "the route asks for no subset" : "no subset " + match;
    if (chosen == NO_SUBSET) {
      return Described.nothing(asked + ", and there is no fallback");
    }
    if (chosen == defaultSubset || (chosen != any && defaultSubset != null)) {
      Picker inForce = chosen == fallback && defaultSubset != null ? defaultSubset : chosen;
      String name = asked + ": default subset " + config.defaultSubset();
      return describe(inForce, name, config.defaultSubset(), context);
    }
    return describe(any == null ? chosen : any, asked + ": any endpoint", Map.of(), context);
  }

  private Described describe(
      Picker part, String name, Map<String, Object> wanted, PickContext context) {
    var inside = part instanceof Describable able ? able.describe(context) : null;
    var whole = inside == null ? Described.nothing(name) : inside;
    return whole.in(name, host -> SubsetParts.matches(wanted, host, config.listAsAny()));
  }

  @Override
  public List<PriorityLoads.Health> healths() {
    return healths;
  }

  /** A subset has levels of its own; the one that was drawn for the whole says nothing of them. */
  @Override
  public Pick pick(int level, PickContext context) {
    return pick(context);
  }

  private Picker picker(Map<String, Object> match) {
    Picker found = subsets.get(match);
    if (found != null) {
      return found;
    }
    Selector selector = selector(match.keySet());
    if (selector == null) {
      return fallback;
    }
    return switch (selector.fallback()) {
      case ANY_ENDPOINT -> any == null ? NO_SUBSET : any;
      case DEFAULT_SUBSET -> defaultSubset == null ? NO_SUBSET : defaultSubset;
      case KEYS_SUBSET -> {
        Map<String, Object> fewer = new HashMap<>(match);
        fewer.keySet().retainAll(selector.fallbackKeys());
        yield fewer.size() < match.size() && !fewer.isEmpty() ? picker(fewer) : fallback;
      }
      case NO_FALLBACK -> NO_SUBSET;
      case NOT_DEFINED -> fallback;
    };
  }

  /**
   * The first selector of exactly these keys; null if there is none, or if an earlier one's sorted
   * keys begin with these: then, as in Envoy, its own fallback does not count.
   */
  private @Nullable Selector selector(Set<String> keys) {
    List<String> sorted = keys.stream().sorted().toList();
    for (Selector selector : config.selectors()) {
      List<String> its = selector.keys().stream().distinct().sorted().toList();
      if (its.size() >= sorted.size() && its.subList(0, sorted.size()).equals(sorted)) {
        return its.size() == sorted.size() ? selector : null;
      }
    }
    return null;
  }

  static boolean needs(Subsets config, Fallback wanted) {
    return config.fallback() == wanted
        || config.selectors().stream().anyMatch(selector -> selector.fallback() == wanted);
  }
}
