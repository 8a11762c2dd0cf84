package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Extension;
import io.inmesh.config.Rbac;
import io.inmesh.config.Rbac.Policy;
import io.inmesh.config.Rbac.Rules;
import io.inmesh.config.Rbac.Verdict;
import io.inmesh.controlplane.config.model.AuthorizationPolicy;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Action;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Rule;
import io.inmesh.controlplane.config.model.MeshConfig;
import io.inmesh.controlplane.config.model.MeshModel;
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

  /** What the names of rules begin with about which somebody is asked. */
  static final String CUSTOM = "istio-ext-authz-";

  /** Before the names of metadata by which the one who asks knows that he is to. */
  static final String SHADOW_PREFIX = "istio_ext_authz_";

  private final AuthorizationRules rules;
  private final MeshConfig config;

  Authorization(MeshModel model) {
    this.rules = new AuthorizationRules(model.settings().trustDomain());
    this.config = model.config();
  }

  /**
   * What is decided elsewhere, before tokens are looked at: which requests, and who is asked about
   * them. Where nobody is known to ask, they are refused.
   *
   * @param asks whether the server can ask
   */
  List<Extension> custom(List<AuthorizationPolicy> policies, boolean asks) {
    Map<String, Policy> refused = new LinkedHashMap<>();
    Map<String, Map<String, Policy>> asked = new LinkedHashMap<>();
    for (AuthorizationPolicy policy : policies) {
      if (policy.action() == Action.CUSTOM) {
        String prefix = CUSTOM + policy.provider() + "-";
        if (asks && config.authorizer(policy.provider()).isPresent()) {
          compile(
              policy,
              asked.computeIfAbsent(policy.provider(), name -> new LinkedHashMap<>()),
              prefix,
              "");
        } else {
          compile(policy, refused, prefix, "-deny-due-to-bad-CUSTOM-action");
        }
      }
    }
    var filters = new ArrayList<Extension>();
    if (!refused.isEmpty()) {
      filters.add(new Rbac(Optional.of(new Rules(Verdict.DENY, refused)), Optional.empty(), ""));
    }
    asked.forEach(
        (provider, which) -> {
          filters.add(
              new Rbac(
                  Optional.empty(), Optional.of(new Rules(Verdict.DENY, which)), SHADOW_PREFIX));
          filters.add(Authorizers.filter(config.authorizer(provider).orElseThrow()));
        });
    return filters;
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
