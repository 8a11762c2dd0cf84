package io.inmesh.runtime.filter;

import io.inmesh.config.Rbac;
import io.inmesh.config.Rbac.Verdict;
import io.inmesh.runtime.filter.cel.Condition;
import io.inmesh.runtime.stage.FilteredCall;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compiled rules of RBAC: policies, tried in the order of their names. */
final class RbacRules implements RbacEngine {
  private final Policy[] policies;
  private final Finding otherwise;

  private record Policy(
      RbacTest permissions, RbacTest principals, @Nullable Condition condition, Finding finding) {
    boolean matches(FilteredCall call) {
      return permissions.matches(call)
          && principals.matches(call)
          && (condition == null || condition.holds(call));
    }
  }

  RbacRules(Rbac.Rules config, Place place) {
    Verdict verdict = config.verdict();
    boolean logs = verdict == Verdict.LOG;
    var compiled = new ArrayList<Policy>();
    new TreeMap<>(config.policies())
        .forEach(
            (name, policy) ->
                compiled.add(
                    new Policy(
                        any(policy.permissions(), RbacTest::of),
                        any(policy.principals(), RbacTest::of),
                        policy
                            .condition()
                            .map(
                                it -> new Condition(it.expression(), it.dialect(), place.process()))
                            .orElse(null),
                        Finding.of(verdict != Verdict.DENY, name, logs ? true : null))));
    this.policies = compiled.toArray(Policy[]::new);
    this.otherwise = Finding.of(verdict != Verdict.ALLOW, null, logs ? false : null);
  }

  private static <T> RbacTest any(List<T> parts, Function<T, RbacTest> compile) {
    return RbacTest.any(parts.stream().map(compile).toArray(RbacTest[]::new));
  }

  /** By the first policy that matches. */
  @Override
  public Finding judge(FilteredCall call) {
    for (Policy policy : policies) {
      if (policy.matches(call)) {
        return policy.finding;
      }
    }
    return otherwise;
  }
}
