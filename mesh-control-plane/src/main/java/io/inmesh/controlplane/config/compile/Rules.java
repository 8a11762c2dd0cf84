package io.inmesh.controlplane.config.compile;

import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.DestinationRule.Subset;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the destination rule that holds for a host, as Istio does. */
final class Rules {
  private final Map<String, List<DestinationRule>> byNamespace;
  private final String rootNamespace;
  private final NodeView view;

  Rules(MeshModel model, NodeView view) {
    this.byNamespace =
        model.destinationRules().stream()
            .sorted(Comparator.comparing(DestinationRule::origin))
            .collect(Collectors.groupingBy(rule -> rule.origin().namespace()));
    this.rootNamespace = model.settings().rootNamespace();
    this.view = view;
  }

  /**
   * What holds for a host.
   *
   * @param origins of the rules it was put together from
   */
  record Rule(List<Origin> origins, TrafficPolicy policy, List<Subset> subsets) {
    static final Rule NONE = new Rule(List.of(), TrafficPolicy.NONE, List.of());

    /** What holds on a port. */
    TrafficPolicy policy(int port) {
      return policy.over(TrafficPolicy.NONE, port);
    }

    /** What holds for a subset on a port. */
    TrafficPolicy policy(Subset subset, int port) {
      return subset.policy().over(policy(port), port);
    }

    /** The subset of this name. */
    Optional<Subset> subset(String name) {
      return subsets.stream().filter(subset -> subset.name().equals(name)).findFirst();
    }
  }

  /** The caller's namespace is asked first, then the service's, then the root namespace. */
  Rule find(String host, String serviceNamespace) {
    return Stream.of(view.namespace(), serviceNamespace, rootNamespace)
        .distinct()
        .map(namespace -> in(namespace, host))
        .flatMap(Optional::stream)
        .findFirst()
        .orElse(Rule.NONE);
  }

  private Optional<Rule> in(String namespace, String host) {
    boolean own = namespace.equals(view.namespace());
    List<DestinationRule> visible =
        byNamespace.getOrDefault(namespace, List.of()).stream()
            .filter(rule -> own || exported(rule.exportTo()))
            .filter(rule -> selects(rule, own))
            .toList();
    Optional<String> best =
        Names.mostSpecific(visible.stream().map(DestinationRule::host).toList(), host);
    return best.map(
        pattern -> merge(visible.stream().filter(rule -> rule.host().equals(pattern)).toList()));
  }

  private boolean exported(Set<String> exportTo) {
    return exportTo.contains("*") || exportTo.contains(view.namespace());
  }

  private boolean selects(DestinationRule rule, boolean own) {
    return rule.workloadSelector().isEmpty()
        || own && view.labels().entrySet().containsAll(rule.workloadSelector().entrySet());
  }

  /** Subsets unite; the first policy and the first definition of a subset hold. */
  private static Rule merge(List<DestinationRule> rules) {
    List<DestinationRule> selected =
        rules.stream().filter(rule -> !rule.workloadSelector().isEmpty()).toList();
    List<DestinationRule> holding = selected.isEmpty() ? rules : selected;
    var subsets = new LinkedHashMap<String, Subset>();
    holding.forEach(
        rule -> rule.subsets().forEach(subset -> subsets.putIfAbsent(subset.name(), subset)));
    TrafficPolicy policy =
        holding.stream()
            .map(DestinationRule::policy)
            .filter(one -> !one.equals(TrafficPolicy.NONE))
            .findFirst()
            .orElse(TrafficPolicy.NONE);
    List<Origin> origins = holding.stream().map(DestinationRule::origin).toList();
    return new Rule(origins, policy, new ArrayList<>(subsets.values()));
  }
}
