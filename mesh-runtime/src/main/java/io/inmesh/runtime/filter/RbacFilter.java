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

  private final @Nullable RbacRules rules;
  private final @Nullable RbacRules shadowRules;
  private final String shadowPolicy;
  private final String shadowResult;

  private RbacFilter(Rbac settings) {
    this.rules = settings.rules().map(RbacRules::new).orElse(null);
    this.shadowRules = settings.shadowRules().map(RbacRules::new).orElse(null);
    this.shadowPolicy = settings.shadowPrefix() + "shadow_effective_policy_id";
    this.shadowResult = settings.shadowPrefix() + "shadow_engine_result";
  }

  /** A filter; without any rules, one that does nothing. */
  static HttpFilter of(Rbac settings) {
    return settings.rules().isEmpty() && settings.shadowRules().isEmpty()
        ? Idle.FILTER
        : new RbacFilter(settings);
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
    String policy = rules.policy(call);
    if (rules.isLog()) {
      call.putMetadata("envoy.common", "access_log_hint", policy != null);
      return Verdict.CONTINUE;
    }
    if (rules.allows(policy)) {
      return Verdict.CONTINUE;
    }
    call.reply(403, Headers.EMPTY, "RBAC: access denied", rules.details(policy));
    return Verdict.STOP;
  }

  private static void tell(FilteredCall call, RbacRules rules, String policyKey, String resultKey) {
    String policy = rules.policy(call);
    if (policy != null) {
      call.putMetadata(NAMESPACE, policyKey, policy);
    }
    boolean allowed = rules.isLog() || rules.allows(policy);
    call.putMetadata(NAMESPACE, resultKey, allowed ? "allowed" : "denied");
  }
}
