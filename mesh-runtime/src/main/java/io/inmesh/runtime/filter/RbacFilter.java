package io.inmesh.runtime.filter;

import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.config.Rbac;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.Stage;
import org.jspecify.annotations.Nullable;

/**
 * Allows or denies requests by who makes them and what they are. Source:
 * envoy.extensions.filters.http.rbac.v3.
 */
final class RbacFilter extends Stage {
  private static final String NAMESPACE = "envoy.filters.http.rbac";

  private final @Nullable RbacEngine rules;
  private final @Nullable RbacEngine shadowRules;
  private final String shadowPolicy;
  private final String shadowResult;

  private RbacFilter(Rbac settings, Place place) {
    this.rules = settings.rules().map(it -> RbacEngine.of(it, place)).orElse(null);
    this.shadowRules = settings.shadowRules().map(it -> RbacEngine.of(it, place)).orElse(null);
    this.shadowPolicy = settings.shadowPrefix() + "shadow_effective_policy_id";
    this.shadowResult = settings.shadowPrefix() + "shadow_engine_result";
  }

  /** A filter; without any rules, one that does nothing. */
  static HttpFilter of(Rbac settings, Place place) {
    return settings.rules().isEmpty() && settings.shadowRules().isEmpty()
        ? Idle.FILTER
        : new RbacFilter(settings, place);
  }

  @Override
  public boolean isPure() {
    return true;
  }

  @Override
  protected Verdict request(FilteredCall call) {
    if (shadowRules != null) {
      tell(call, shadowRules, shadowPolicy, shadowResult);
    }
    if (rules == null) {
      return Verdict.CONTINUE;
    }
    RbacEngine.Finding found = rules.judge(call);
    if (found.logged() != null) {
      call.putMetadata("envoy.common", "access_log_hint", found.logged());
    }
    if (found.allowed()) {
      return Verdict.CONTINUE;
    }
    call.reply(403, Headers.EMPTY, "RBAC: access denied", found.details());
    return Verdict.STOP;
  }

  private static void tell(
      FilteredCall call, RbacEngine rules, String policyKey, String resultKey) {
    RbacEngine.Finding found = rules.judge(call);
    if (found.policy() != null) {
      call.putMetadata(NAMESPACE, policyKey, found.policy());
    }
    call.putMetadata(NAMESPACE, resultKey, found.allowed() ? "allowed" : "denied");
  }
}
