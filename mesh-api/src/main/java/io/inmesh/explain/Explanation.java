package io.inmesh.explain;

import java.util.List;
import java.util.Optional;

/**
 * How a mesh decides about one request, step by step, as its next call would. Nothing is sent.
 * Where a step comes from one place of the control plane's files, it has a {@code source}, {@code
 * file:line}; "" elsewhere.
 *
 * @param listener whose filters and routes decide
 * @param selections of a route: one on entry, one more each time a filter asks for it
 * @param filters in the order of the config, as far as the request comes
 * @param forwarding what is sent, and where; empty if the mesh answers itself
 * @param result how it ends
 */
public record Explanation(
    Described request,
    ListenerStep listener,
    List<RouteSelection> selections,
    List<FilterStep> filters,
    Optional<Forwarding> forwarding,
    Result result) {
  public Explanation {
    selections = List.copyOf(selections);
    filters = List.copyOf(filters);
  }

  /**
   * The request that is explained.
   *
   * @param revision the plane's own name for the config in force
   * @param draw the call's random number, unsigned: it decides fractions, splits and mirrors
   */
  public record Described(
      String method,
      String scheme,
      String authority,
      String path,
      List<Field> headers,
      String revision,
      String draw) {
    public Described {
      headers = List.copyOf(headers);
    }
  }

  /** A header field. */
  public record Field(String name, String value) {}

  /**
   * The listener.
   *
   * @param name "" if none takes the request
   * @param rule how listeners are looked for
   * @param routes the name of its route configuration; "" if there is none
   */
  public record ListenerStep(String name, String rule, String routes) {}

  /**
   * One choice of a route.
   *
   * @param cause why it was made
   * @param host what domains were compared with; "" if there was nothing to compare
   * @param virtualHosts those with a domain that fits, the winner first; none if none fits
   * @param routes of the winner, up to the one that was taken
   * @param split the draw among weighted clusters
   */
  public record RouteSelection(
      String cause,
      String host,
      List<VirtualHostStep> virtualHosts,
      List<RouteStep> routes,
      Optional<Split> split) {
    public RouteSelection {
      virtualHosts = List.copyOf(virtualHosts);
      routes = List.copyOf(routes);
    }
  }

  /**
   * A virtual host.
   *
   * @param ordinal its place in the route configuration, from 0
   * @param domain the one that fits best
   */
  public record VirtualHostStep(String name, int ordinal, String domain, String source) {}

  /**
   * A route that was tried.
   *
   * @param ordinal its place in the virtual host, from 0; -1 for a redirect that the virtual host
   *     itself demands
   * @param failed the first condition that does not hold, with what was found; "" if all do, and it
   *     was taken
   */
  public record RouteStep(String name, int ordinal, String failed, String source) {
    /** Whether it was taken. */
    public boolean taken() {
      return failed.isEmpty();
    }
  }

  /**
   * A draw among weighted clusters.
   *
   * @param by what decided: the call's random number, a header or a hash
   * @param total of all weights
   * @param ticket the draw modulo {@code total}
   */
  public record Split(String by, String draw, long total, long ticket, List<Share> shares) {
    public Split {
      shares = List.copyOf(shares);
    }
  }

  /** A weighted cluster. */
  public record Share(String cluster, long weight, boolean drawn) {}

  /**
   * A filter.
   *
   * @param says what came of it
   * @param details of its answer, or why it was not asked
   */
  public record FilterStep(String name, int ordinal, Says says, String details) {}

  /** What a filter says. */
  public enum Says {
    /** The request goes on. */
    CONTINUE,
    /** It answers itself. */
    ANSWER,
    /** It is switched off. */
    OFF,
    /** Asking it would change something (a token, a counter, another service). */
    NOT_ASKED
  }

  /**
   * What is sent, and where.
   *
   * @param cluster that the route names
   * @param rewritten what differs in what is sent: pseudo-headers and headers, as {@code name: old
   *     -> new}
   * @param fallback what stands in for a failure; "" for nothing
   * @param hosts how one is chosen; empty for a cluster that is not known
   */
  public record Forwarding(
      String cluster,
      String virtualCluster,
      Limits limits,
      Optional<Retry> retry,
      Optional<Hash> hash,
      List<Mirror> mirrors,
      List<String> rewritten,
      String fallback,
      Optional<HostChoice> hosts) {
    public Forwarding {
      mirrors = List.copyOf(mirrors);
      rewritten = List.copyOf(rewritten);
    }
  }

  /** Limits of time in milliseconds; 0 for none, {@code idle} -1 for the listener's. */
  public record Limits(
      long response, long perTry, long perTryIdle, long maxStream, long idle, int timeoutStatus) {}

  /** When it is tried again. */
  public record Retry(List<String> on, int retries, List<Integer> statusCodes, String hosts) {
    public Retry {
      on = List.copyOf(on);
      statusCodes = List.copyOf(statusCodes);
    }
  }

  /** The hash by which a host is chosen, in hexadecimal, and what was hashed. */
  public record Hash(String value, List<String> inputs) {
    public Hash {
      inputs = List.copyOf(inputs);
    }
  }

  /** A copy. */
  public record Mirror(String cluster, boolean wanted, boolean known) {}

  /**
   * The choice of a host.
   *
   * @param policy the cluster's load balancing
   * @param subset which part of the cluster; "" for all of it
   * @param priorities their loads of now
   * @param candidates all hosts
   * @param admission what the cluster has under way, and its limits
   * @param circuitBreaker of now; empty without one
   * @param picked the host; "" if there is none
   * @param why there is none, or ""
   */
  public record HostChoice(
      String policy,
      String subset,
      List<PriorityStep> priorities,
      List<Candidate> candidates,
      Admission admission,
      Optional<CircuitBreakerState> circuitBreaker,
      String picked,
      String why) {
    public HostChoice {
      priorities = List.copyOf(priorities);
      candidates = List.copyOf(candidates);
    }
  }

  /**
   * A priority.
   *
   * @param healthyLoad percent of the calls that its healthy hosts take
   * @param degradedLoad percent that its degraded hosts take
   * @param panic whether so few are healthy that health does not count
   */
  public record PriorityStep(
      int level, int hosts, int healthyLoad, int degradedLoad, boolean panic) {}

  /**
   * A host.
   *
   * @param cluster its own, which is a member of an aggregate
   * @param excluded why it is not picked; "" if it may be
   */
  public record Candidate(
      String cluster,
      String address,
      int priority,
      String locality,
      int weight,
      String health,
      int inFlight,
      String excluded) {}

  /**
   * What a cluster has under way at the route's priority.
   *
   * @param refused whether one more request would be refused now
   */
  public record Admission(
      String priority,
      int requests,
      int maxRequests,
      int pending,
      int maxPending,
      int connections,
      int maxConnections,
      int retries,
      boolean refused) {}

  /**
   * How it ends.
   *
   * @param status of the mesh's own answer; 0 if the request is sent
   * @param flags response flags, comma-separated
   * @param details as access logs have them; "" if it is sent
   * @param route the name of the route; "" if there is none
   * @param source of the route
   */
  public record Result(
      int status,
      String flags,
      String details,
      String route,
      String source,
      String cluster,
      String host) {}
}
