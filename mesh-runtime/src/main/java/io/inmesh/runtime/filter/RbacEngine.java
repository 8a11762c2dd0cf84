package io.inmesh.runtime.filter;

import io.inmesh.config.Rbac;
import io.inmesh.runtime.match.DecisionTree;
import io.inmesh.runtime.stage.FilteredCall;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** Compiled rules, or a compiled tree, of RBAC. */
@FunctionalInterface
interface RbacEngine {
  Finding judge(FilteredCall call);

  /**
   * What was found.
   *
   * @param policy that counts; null for none
   * @param logged what the access log is told; null for nothing
   */
  record Finding(
      boolean allowed, @Nullable String policy, String details, @Nullable Boolean logged) {
    static Finding of(boolean allowed, @Nullable String policy, @Nullable Boolean logged) {
      String name = policy == null ? "none" : policy.replaceAll("\\s", "_");
      String details = "rbac_access_denied_matched_policy[" + name + "]";
      return new Finding(allowed, policy, details, logged);
    }
  }

  static RbacEngine of(Rbac.Engine config, Place place) {
    if (config instanceof Rbac.Rules rules) {
      return new RbacRules(rules, place);
    }
    return byTree(((Rbac.ByTree) config), place);
  }

  private static RbacEngine byTree(Rbac.ByTree config, Place place) {
    var tree = new DecisionTree<>(config.tree(), new FilterInputs(place));
    Finding none = Finding.of(false, null, null);
    var findings = new HashMap<Rbac.Decision, Finding>();
    config.tree().each(decision -> findings.put(decision, of(decision)));
    return call -> {
      Rbac.Decision decision = tree.decide(call);
      return decision == null ? none : findings.getOrDefault(decision, none);
    };
  }

  private static Finding of(Rbac.Decision decision) {
    boolean logs = decision.verdict() == Rbac.Verdict.LOG;
    return Finding.of(decision.verdict() != Rbac.Verdict.DENY, decision.name(), logs ? true : null);
  }
}
