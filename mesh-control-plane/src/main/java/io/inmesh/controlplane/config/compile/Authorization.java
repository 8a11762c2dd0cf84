package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Rbac;
import io.inmesh.config.Rbac.Policy;
import io.inmesh.config.Rbac.Rules;
import io.inmesh.config.Rbac.Verdict;
import io.inmesh.controlplane.config.model.AuthorizationPolicy;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Action;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Rule;
import io.inmesh.controlplane.config.model.MeshSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes RBAC filters of the policies of a workload, as Istio does. */
final class Authorization {
  private static final Policy NEVER =
      new Policy(
          List.of(new Rbac.NotPermission(new Rbac.Any())),
          List.of(new Rbac.NotPrincipal(new Rbac.Any())));

  private final AuthorizationRules rules;

  Authorization(MeshSettings settings) {
    this.rules = new AuthorizationRules(settings.trustDomain());
  }

  /** What would be decided elsewhere is refused: it comes before tokens are looked at. */
  List<Rbac> custom(List<AuthorizationPolicy> policies) {
    Map<String, Policy> refused = new LinkedHashMap<>();
    for (AuthorizationPolicy policy : policies) {
      if (policy.action() == Action.CUSTOM) {
        String prefix = "istio-ext-authz-" + policy.provider() + "-";
        compile(policy, refused, prefix, "-deny-due-to-bad-CUSTOM-action");
      }
    }
    return refused.isEmpty()
        ? List.of()
        : List.of(new Rbac(Optional.of(new Rules(Verdict.DENY, refused)), Optional.empty(), ""));
  }

  /** In the order in which they run: what is noted, what is refused, what is allowed. */
  List<Rbac> local(List<AuthorizationPolicy> policies) {
    var filters = new ArrayList<Rbac>();
    filter(policies, Action.AUDIT, Verdict.LOG).ifPresent(filters::add);
    filter(policies, Action.DENY, Verdict.DENY).ifPresent(filters::add);
    filter(policies, Action.ALLOW, Verdict.ALLOW).ifPresent(filters::add);
    return filters;
  }

  private Optional<Rbac> filter(
      List<AuthorizationPolicy> policies, Action action, Verdict verdict) {
    Map<String, Policy> enforced = new LinkedHashMap<>();
    Map<String, Policy> tried = new LinkedHashMap<>();
    boolean enforces = false;
    boolean tries = false;
    for (AuthorizationPolicy policy : policies) {
      if (policy.action() == action) {
        enforces |= !policy.dryRun();
        tries |= policy.dryRun();
        compile(policy, policy.dryRun() ? tried : enforced, "", "");
      }
    }
    if (!enforces && !tries) {
      return Optional.empty();
    }
    String prefix = tries && action == Action.DENY ? "istio_dry_run_deny_" : "istio_dry_run_allow_";
    return Optional.of(
        new Rbac(
            enforces ? Optional.of(new Rules(verdict, enforced)) : Optional.empty(),
            tries ? Optional.of(new Rules(verdict, tried)) : Optional.empty(),
            tries && action == Action.AUDIT ? "" : prefix));
  }

  private void compile(
      AuthorizationPolicy policy, Map<String, Policy> out, String prefix, String suffix) {
    String base =
        "ns[" + policy.origin().namespace() + "]-policy[" + policy.origin().name() + "]-rule[";
    int at = 0;
    for (Rule rule : policy.rules()) {
      String name = prefix + base + at++ + "]" + suffix;
      out.put(name, rules.policy(rule, policy.origin().namespace()));
    }
    if (policy.rules().isEmpty() && policy.action() == Action.ALLOW) {
      out.put(prefix + base + "0]" + suffix, NEVER);
    }
  }
}
