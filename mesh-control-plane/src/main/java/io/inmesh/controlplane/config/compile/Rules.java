package io.inmesh.controlplane.config.compile;

import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.DestinationRule.Subset;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the destination rule that holds for a host, as Istio does. */
final class Rules {
  private final Map<String, ByHost> byNamespace = new HashMap<>();
  private final Map<String, Rule> found = new HashMap<>();
  private final String rootNamespace;
  private final NodeView view;

  Rules(MeshModel model, NodeView view) {
    this.rootNamespace = model.settings().rootNamespace();
    this.view = view;
    model.destinationRules().stream()
        .sorted(Comparator.comparing(DestinationRule::origin))
        .filter(this::visible)
        .forEach(
            rule ->
                byNamespace
                    .computeIfAbsent(rule.origin().namespace(), namespace -> new ByHost())
                    .add(rule));
  }

  /** The rules of a namespace that the caller sees, the oldest first. */
  private static final class ByHost {
    private final Map<String, List<DestinationRule>> rules = new HashMap<>();
    private final List<String> wildcards = new ArrayList<>();

    void add(DestinationRule rule) {
      if (rule.host().startsWith("*") && !rules.containsKey(rule.host())) {
        wildcards.add(rule.host());
      }
      rules.computeIfAbsent(rule.host(), host -> new ArrayList<>()).add(rule);
    }

    Optional<List<DestinationRule>> find(String host) {
      return rules.containsKey(host)
          ? Optional.of(rules.get(host))
          : Names.mostSpecific(wildcards, host).map(rules::get);
    }
  }

  /** What holds for a host. */
  record Rule(TrafficPolicy policy, List<Subset> subsets) {
    static final Rule NONE = new Rule(TrafficPolicy.NONE, List.of());

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
    return found.computeIfAbsent(
        serviceNamespace + "/" + host,
        key ->
            Stream.of(view.namespace(), serviceNamespace, rootNamespace)
                .map(namespace -> Optional.ofNullable(byNamespace.get(namespace)))
                .flatMap(rules -> rules.flatMap(one -> one.find(host)).stream())
                .findFirst()
                .map(Rules::merge)
                .orElse(Rule.NONE));
  }

  private boolean visible(DestinationRule rule) {
    boolean own = rule.origin().namespace().equals(view.namespace());
    boolean exported =
        own || rule.exportTo().contains("*") || rule.exportTo().contains(view.namespace());
    boolean selects =
        rule.workloadSelector().isEmpty()
            || (own && view.labels().entrySet().containsAll(rule.workloadSelector().entrySet()));
    return exported && selects;
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
    return new Rule(policy, new ArrayList<>(subsets.values()));
  }
}
