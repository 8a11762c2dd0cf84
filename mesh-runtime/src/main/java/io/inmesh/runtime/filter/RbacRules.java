package io.inmesh.runtime.filter;

import io.inmesh.config.Rbac;
import io.inmesh.runtime.stage.FilteredCall;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compiled rules of RBAC: policies, tried in the order of their names. */
final class RbacRules {
  private final Rbac.Verdict verdict;
  private final Policy[] policies;

  private record Policy(String name, String details, RbacTest permissions, RbacTest principals) {}

  RbacRules(Rbac.Rules config) {
    this.verdict = config.verdict();
    var compiled = new ArrayList<Policy>();
    new TreeMap<>(config.policies())
        .forEach(
            (name, policy) ->
                compiled.add(
                    new Policy(
                        name,
                        denied(name),
                        any(policy.permissions(), RbacTest::of),
                        any(policy.principals(), RbacTest::of))));
    this.policies = compiled.toArray(Policy[]::new);
  }

  private static <T> RbacTest any(List<T> parts, Function<T, RbacTest> compile) {
    return RbacTest.any(parts.stream().map(compile).toArray(RbacTest[]::new));
  }

  private static String denied(String policy) {
    return "rbac_access_denied_matched_policy[" + policy.replaceAll("\\s", "_") + "]";
  }

  boolean isLog() {
    return verdict == Rbac.Verdict.LOG;
  }

  /** The first policy that matches, or null. */
  @Nullable String policy(FilteredCall call) {
    for (Policy policy : policies) {
      if (policy.permissions.matches(call) && policy.principals.matches(call)) {
        return policy.name;
      }
    }
    return null;
  }

  /** Whether the request may go on after that policy, or null for none, matched. */
  boolean allows(@Nullable String policy) {
    return (policy != null) == (verdict == Rbac.Verdict.ALLOW);
  }

  /** What the details of a denial say. */
  String details(@Nullable String name) {
    for (Policy policy : policies) {
      if (policy.name.equals(name)) {
        return policy.details;
      }
    }
    return "rbac_access_denied_matched_policy[none]";
  }
}
