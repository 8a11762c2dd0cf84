package io.inmesh.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who may do what. Source: envoy.extensions.filters.http.rbac.v3.RBAC.
 *
 * @param rules empty: everything is allowed
 * @param shadowRules are judged and only told
 * @param shadowPrefix of the metadata in which the shadow rules' verdict is told
 */
public record Rbac(Optional<Engine> rules, Optional<Engine> shadowRules, String shadowPrefix)
    implements Extension {
  /** The type of these settings. */
  public static final String TYPE = "envoy.extensions.filters.http.rbac.v3.RBAC";

  @Override
  public String type() {
    return TYPE;
  }

  /**
   * What a route says instead.
   *
   * @param rbac empty: the filter does nothing on this route
   */
  public record PerRoute(Optional<Rbac> rbac) implements Extension {
    /** The type of these settings. */
    public static final String TYPE = "envoy.extensions.filters.http.rbac.v3.RBACPerRoute";

    @Override
    public String type() {
      return TYPE;
    }
  }

  /** What comes to a verdict. */
  public sealed interface Engine {}

  /** A tree that ends in named verdicts; without one the request is denied. */
  public record ByTree(MatchTree<Decision> tree) implements Engine {}

  /** A verdict of a tree. Source: envoy.config.rbac.v3.Action. */
  public record Decision(String name, Verdict verdict) {}

  /**
   * Source: envoy.config.rbac.v3.RBAC.
   *
   * @param policies by name; they are tried in the order of their names
   */
  public record Rules(Verdict verdict, Map<String, Policy> policies) implements Engine {
    public Rules {
      policies = Map.copyOf(policies);
    }
  }

  /** What a matching policy means. */
  public enum Verdict {
    /** Only what matches a policy is allowed. */
    ALLOW,
    /** What matches a policy is denied. */
    DENY,
    /** All is allowed; a match is told. */
    LOG
  }

  /**
   * Matches if one of the permissions and one of the principals do, and the condition, if there is
   * one, is true.
   */
  public record Policy(
      List<Permission> permissions, List<Principal> principals, Optional<Condition> condition) {
    public Policy {
      permissions = List.copyOf(permissions);
      principals = List.copyOf(principals);
    }

    /** Without a condition. */
    public Policy(List<Permission> permissions, List<Principal> principals) {
      this(permissions, principals, Optional.empty());
    }
  }

  /** A condition; one that fails is not true. */
  public record Condition(CelExpression expression, CelExpression.Dialect dialect) {}

  /** What is done. Source: envoy.config.rbac.v3.Permission. */
  public sealed interface Permission {}

  /** Who does it. Source: envoy.config.rbac.v3.Principal. */
  public sealed interface Principal {}

  /** Whatever it is. */
  public record Any() implements Permission, Principal {}

  /** All of these. */
  public record AllPermissions(List<Permission> rules) implements Permission {
    public AllPermissions {
      rules = List.copyOf(rules);
    }
  }

  /** One of these. */
  public record AnyPermission(List<Permission> rules) implements Permission {
    public AnyPermission {
      rules = List.copyOf(rules);
    }
  }

  /** Not this. */
  public record NotPermission(Permission rule) implements Permission {}

  /** All of these. */
  public record AllPrincipals(List<Principal> ids) implements Principal {
    public AllPrincipals {
      ids = List.copyOf(ids);
    }
  }

  /** One of these. */
  public record AnyPrincipal(List<Principal> ids) implements Principal {
    public AnyPrincipal {
      ids = List.copyOf(ids);
    }
  }

  /** Not this. */
  public record NotPrincipal(Principal id) implements Principal {}

  /** A request header. */
  public record Header(HeaderMatcher matcher) implements Permission, Principal {}

  /** The path without query and fragment. */
  public record UrlPath(StringMatcher matcher) implements Permission, Principal {}

  /** The path, by a URI template. */
  public record Template(String template) implements Permission {}

  /** The address that was connected to. */
  public record DestinationIp(Cidr range) implements Permission {}

  /** The port that was connected to, from start, inclusive, to end, exclusive. */
  public record DestinationPorts(int start, int end) implements Permission {}

  /** Metadata of the request, or of its route if {@code ofRoute}. */
  public record OfMetadata(MetadataMatcher matcher, boolean ofRoute)
      implements Permission, Principal {}

  /** The filter state under a key, as text. */
  public record OfFilterState(FilterStateMatcher matcher) implements Principal {}

  /** The server name of the TLS handshake. */
  public record ServerName(StringMatcher matcher) implements Permission {}

  /**
   * The peer of mutual TLS.
   *
   * @param name one of its URI or DNS names, or its subject; empty: any peer
   */
  public record Authenticated(Optional<StringMatcher> name) implements Principal {}

  /**
   * The peer of mutual TLS, whose certificate was verified. Source:
   * envoy.extensions.rbac.principals.mtls_authenticated.v3.Config.
   *
   * @param name one of its names of that type; empty: any such peer
   */
  public record MutualTls(Optional<TransportSocket.SanMatcher> name) implements Principal {}

  /**
   * The address that a filter before this one has resolved the upstream's name to; false without
   * one. Source: envoy.extensions.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher.
   *
   * @param ports both ends inclusive
   */
  public record Upstream(Optional<Cidr> range, Optional<Ports> ports) implements Permission {}

  /** Ports from start to end, both inclusive. */
  public record Ports(long start, long end) {}

  /** An address of the caller. */
  public record CallerIp(Caller which, Cidr range) implements Principal {}

  /** Which address of the caller. */
  public enum Caller {
    /** Of the connection, or what a proxy protocol says (deprecated in Envoy). */
    SOURCE,
    /** Of the connection. */
    DIRECT,
    /** What x-forwarded-for says, as far as it is trusted. */
    REMOTE
  }
}
