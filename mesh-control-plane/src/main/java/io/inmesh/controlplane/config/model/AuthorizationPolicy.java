package io.inmesh.controlplane.config.model;

import java.util.List;

/**
 * Who may do what on a workload. Source: security.istio.io AuthorizationPolicy.
 *
 * @param rules none: with {@link Action#ALLOW} nothing is allowed
 * @param dryRun judged and told, not enforced
 * @param provider of a {@link Action#CUSTOM} policy
 */
public record AuthorizationPolicy(
    Origin origin,
    WorkloadTarget target,
    Action action,
    List<Rule> rules,
    boolean dryRun,
    String provider) {
  public AuthorizationPolicy {
    rules = List.copyOf(rules);
  }

  /** What a matching rule means. */
  public enum Action {
    /** Requests that match are let through; where one such policy is, all others are not. */
    ALLOW,
    /** Requests that match are refused, whatever is allowed. */
    DENY,
    /** Requests that match are noted. */
    AUDIT,
    /** An external service decides about requests that match. */
    CUSTOM
  }

  /** Matches if one of {@code from}, one of {@code to} and all of {@code when} do. */
  public record Rule(List<Source> from, List<Operation> to, List<Condition> when) {
    /** Matches everything. */
    public static final Rule ANY = new Rule(List.of(), List.of(), List.of());

    public Rule {
      from = List.copyOf(from);
      to = List.copyOf(to);
      when = List.copyOf(when);
    }
  }

  /** What a value must be, and what it must not be. Both empty: it does not matter. */
  public record Values(List<String> values, List<String> notValues) {
    /** It does not matter. */
    public static final Values ANY = new Values(List.of(), List.of());

    public Values {
      values = List.copyOf(values);
      notValues = List.copyOf(notValues);
    }

    /** One of these. */
    public static Values of(List<String> values) {
      return new Values(values, List.of());
    }

    /** Whether it does not matter. */
    public boolean isAny() {
      return values.isEmpty() && notValues.isEmpty();
    }
  }

  /** Who calls. All of it must match. */
  public record Source(
      Values principals,
      Values requestPrincipals,
      Values serviceAccounts,
      Values namespaces,
      Values ipBlocks,
      Values remoteIpBlocks) {}

  /** What is called. All of it must match. */
  public record Operation(Values hosts, Values methods, Values paths, Values ports) {}

  /** A further condition on an attribute, for instance {@code request.headers[x-user]}. */
  public record Condition(String key, Values values) {}
}
