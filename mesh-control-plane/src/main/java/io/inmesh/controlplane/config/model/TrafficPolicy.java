package io.inmesh.controlplane.config.model;

import io.inmesh.config.Balancing;
import io.inmesh.config.CircuitBreaker;
import io.inmesh.config.CircuitBreakers.RetryBudget;
import io.inmesh.config.HashPolicy;
import io.inmesh.config.OutlierDetection;
import io.inmesh.config.ProtocolOptions.Http2;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How connections to a service are made and its hosts are chosen.
 *
 * @param ports what holds for single ports; it replaces all else there but the retry budget and
 *     what goes beyond Envoy
 * @param breaker a circuit breaker with states
 * @param fallback for calls whose route has none
 */
public record TrafficPolicy(
    Optional<LoadBalancer> loadBalancer,
    Optional<ConnectionPool> connectionPool,
    Optional<Outliers> outliers,
    Optional<ClientTls> tls,
    Optional<RetryBudget> retryBudget,
    Map<Integer, TrafficPolicy> ports,
    Optional<CircuitBreaker> breaker,
    Optional<Standby> fallback) {
  /** Nothing is said. */
  public static final TrafficPolicy NONE =
      new TrafficPolicy(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of());

  /** With nothing beyond Envoy. */
  public TrafficPolicy(
      Optional<LoadBalancer> loadBalancer,
      Optional<ConnectionPool> connectionPool,
      Optional<Outliers> outliers,
      Optional<ClientTls> tls,
      Optional<RetryBudget> retryBudget,
      Map<Integer, TrafficPolicy> ports) {
    this(
        loadBalancer,
        connectionPool,
        outliers,
        tls,
        retryBudget,
        ports,
        Optional.empty(),
        Optional.empty());
  }

  public TrafficPolicy {
    ports = Map.copyOf(ports);
  }

  /**
   * What holds on a port where this is laid over {@code base}: each block that is set replaces the
   * base's, and a setting for the port replaces all.
   */
  public TrafficPolicy over(TrafficPolicy base, int port) {
    Optional<RetryBudget> budget = retryBudget.or(base::retryBudget);
    TrafficPolicy own = ports.get(port);
    if (own != null) {
      return new TrafficPolicy(
          own.loadBalancer,
          own.connectionPool,
          own.outliers,
          own.tls,
          budget,
          Map.of(),
          breaker.or(base::breaker),
          fallback.or(base::fallback));
    }
    return new TrafficPolicy(
        loadBalancer.or(base::loadBalancer),
        connectionPool.or(base::connectionPool),
        outliers.or(base::outliers),
        tls.or(base::tls),
        budget,
        Map.of(),
        breaker.or(base::breaker),
        fallback.or(base::fallback));
  }

  /** The same, with these localities where it does not speak of any. */
  public TrafficPolicy withLocalities(Localities absent) {
    if (absent.equals(Localities.NONE)
        || loadBalancer.filter(own -> !own.localities().equals(Localities.NONE)).isPresent()) {
      return this;
    }
    LoadBalancer balancer =
        loadBalancer
            .map(own -> new LoadBalancer(own.policy(), own.passthrough(), own.hash(), absent))
            .orElseGet(() -> new LoadBalancer(Optional.empty(), false, List.of(), absent));
    return new TrafficPolicy(
        Optional.of(balancer), connectionPool, outliers, tls, retryBudget, ports);
  }

  /**
   * How a host is chosen.
   *
   * @param policy empty for the default
   * @param passthrough to the address that the caller used
   * @param hash where the hash comes from
   */
  public record LoadBalancer(
      Optional<Balancing.Policy> policy,
      boolean passthrough,
      List<HashPolicy> hash,
      Localities localities) {
    public LoadBalancer {
      hash = List.copyOf(hash);
    }
  }

  /**
   * How localities count.
   *
   * @param enabled empty for the default, which is on
   * @param distribute shares of localities by the caller's locality
   * @param failover region to region
   * @param failoverPriority labels by whose likeness hosts are preferred
   */
  public record Localities(
      Optional<Boolean> enabled,
      List<Distribution> distribute,
      Map<String, String> failover,
      List<String> failoverPriority) {
    /** Nothing is said. */
    public static final Localities NONE =
        new Localities(Optional.empty(), List.of(), Map.of(), List.of());

    public Localities {
      distribute = List.copyOf(distribute);
      failover = Map.copyOf(failover);
      failoverPriority = List.copyOf(failoverPriority);
    }
  }

  /** From one locality, in percent to others; {@code region/zone/subzone}, {@code *} at its end. */
  public record Distribution(String from, Map<String, Integer> to) {
    public Distribution {
      to = Map.copyOf(to);
    }
  }

  /**
   * When hosts are ejected.
   *
   * @param minHealthPercent below which all hosts are used
   */
  public record Outliers(OutlierDetection detection, double minHealthPercent) {}

  /** How connections are made and limited. */
  public record ConnectionPool(Tcp tcp, Http http) {}

  /** For all connections. Empty where the default holds. */
  public record Tcp(
      Optional<Integer> maxConnections,
      Optional<Duration> connectTimeout,
      Optional<Duration> idleTimeout,
      Optional<Duration> maxConnectionDuration) {
    /** Nothing is said. */
    public static final Tcp NONE =
        new Tcp(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** For HTTP. Empty where the default holds. */
  public record Http(
      Optional<Integer> maxPendingRequests,
      Optional<Integer> maxRequests,
      Optional<Integer> maxRetries,
      int maxRequestsPerConnection,
      Optional<Duration> idleTimeout,
      Upgrade upgrade,
      boolean clientProtocol,
      Optional<Http2> http2) {
    /** Nothing is said. */
    public static final Http NONE =
        new Http(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            Optional.empty(),
            Upgrade.DEFAULT,
            false,
            Optional.empty());
  }

  /** Whether HTTP/1.1 becomes HTTP/2 on its way. */
  public enum Upgrade {
    DEFAULT,
    DO_NOT_UPGRADE,
    UPGRADE
  }

  /**
   * TLS to the servers.
   *
   * @param sni empty for the default
   * @param authorities a file, or empty for the default
   * @param certificate a file; empty for none, or the own identity
   * @param key a file
   * @param credential the name of secrets, in the place of files; empty for none
   */
  public record ClientTls(
      Mode mode,
      String sni,
      List<String> subjectAltNames,
      String authorities,
      String certificate,
      String key,
      String credential,
      boolean skipVerify) {
    public ClientTls {
      subjectAltNames = List.copyOf(subjectAltNames);
    }

    /** Of this mode, with defaults for all else. */
    public static ClientTls of(Mode mode) {
      return new ClientTls(mode, "", List.of(), "", "", "", "", false);
    }
  }

  /** Kinds of TLS. */
  public enum Mode {
    /** Plaintext. */
    DISABLE,
    /** The server proves itself. */
    SIMPLE,
    /** Both sides prove themselves, by files. */
    MUTUAL,
    /** Both sides prove themselves, by their identities in the mesh. */
    ISTIO_MUTUAL
  }
}
