package io.inmesh.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a host is chosen. Source: lb_policy, load_balancing_policy, common_lb_config,
 * lb_subset_config of envoy.config.cluster.v3.Cluster.
 *
 * @param panicThreshold percent of healthy hosts below which all are used; 50 by default
 * @param overrideHostStatus the states in which a host that a call is bound to (stateful session)
 *     is used; none means never. {@link #DEFAULT_OVERRIDE_HOST_STATUS} where the field is not set
 */
public record Balancing(
    Policy policy,
    double panicThreshold,
    boolean failTrafficOnPanic,
    LocalityMode locality,
    Optional<Subsets> subsets,
    Duration updateMergeWindow,
    Set<EndpointSet.Health> overrideHostStatus) {
  /** Where override_host_status is not set. */
  public static final Set<EndpointSet.Health> DEFAULT_OVERRIDE_HOST_STATUS =
      Set.of(EndpointSet.Health.UNKNOWN, EndpointSet.Health.HEALTHY, EndpointSet.Health.DEGRADED);

  /** Envoy's defaults: round robin. */
  public static final Balancing DEFAULT = of(new RoundRobin(SlowStart.NONE));

  public Balancing {
    overrideHostStatus = Set.copyOf(overrideHostStatus);
  }

  /** A policy with defaults for all else. */
  public static Balancing of(Policy policy) {
    return new Balancing(
        policy,
        50,
        false,
        LocalityMode.NONE,
        Optional.empty(),
        Duration.ofSeconds(1),
        DEFAULT_OVERRIDE_HOST_STATUS);
  }

  /** Which host of those that may be used. */
  public sealed interface Policy {}

  /** In turn, by weight. */
  public record RoundRobin(SlowStart slowStart) implements Policy {}

  /**
   * The least busy of some drawn hosts.
   *
   * @param choices how many are drawn; 2 by default
   * @param activeRequestBias how much load counts against unequal weights; 1.0 by default
   * @param fullScan all hosts are looked at
   */
  public record LeastRequest(
      int choices, double activeRequestBias, boolean fullScan, SlowStart slowStart)
      implements Policy {}

  /** Any, by weight. */
  public record Random() implements Policy {}

  /**
   * Source: envoy.config.cluster.v3.Cluster.RingHashLbConfig. Sizes are 1024 and 8388608 by
   * default.
   */
  public record RingHash(
      long minimumSize,
      long maximumSize,
      HashFunction function,
      boolean useHostname,
      int hashBalanceFactor)
      implements Policy {}

  /**
   * Source: envoy.config.cluster.v3.Cluster.MaglevLbConfig. The size is a prime, 65537 by default.
   */
  public record Maglev(long tableSize, boolean useHostname, int hashBalanceFactor)
      implements Policy {}

  /** The cluster says itself (ORIGINAL_DST). */
  public record ClusterProvided() implements Policy {}

  /** Of ring hash. */
  public enum HashFunction {
    XX_HASH,
    MURMUR_HASH_2
  }

  /**
   * New hosts get less at first. A zero window means none; the aggression is 1.0 and the minimum 10
   * percent by default.
   */
  public record SlowStart(Duration window, double aggression, double minWeightPercent) {
    /** None. */
    public static final SlowStart NONE = new SlowStart(Duration.ZERO, 1.0, 10);
  }

  /** How localities count. */
  public sealed interface LocalityMode {
    /** Localities do not count. */
    LocalityMode NONE = new Ignored();
  }

  /** Localities do not count. */
  public record Ignored() implements LocalityMode {}

  /** By their weights (locality_weighted_lb_config, wrr_locality). */
  public record Weighted() implements LocalityMode {}

  /** The own zone first (zone_aware_lb_config). */
  public record ZoneAware(double routingEnabledPercent, long minClusterSize)
      implements LocalityMode {}

  /** Source: envoy.config.cluster.v3.Cluster.LbSubsetConfig. */
  public record Subsets(
      Fallback fallback,
      Map<String, Object> defaultSubset,
      List<Selector> selectors,
      boolean localityWeightAware,
      boolean scaleLocalityWeight,
      boolean panicModeAny,
      boolean listAsAny) {
    public Subsets {
      defaultSubset = Map.copyOf(defaultSubset);
      selectors = List.copyOf(selectors);
    }
  }

  /** What happens when no subset matches. */
  public enum Fallback {
    /** Only on a selector: the cluster's own rule holds. */
    NOT_DEFINED,
    NO_FALLBACK,
    ANY_ENDPOINT,
    DEFAULT_SUBSET,
    /** Only on a selector. */
    KEYS_SUBSET
  }

  /** Metadata keys that subsets are made of. */
  public record Selector(
      List<String> keys,
      Fallback fallback,
      List<String> fallbackKeys,
      boolean singleHostPerSubset) {
    public Selector {
      keys = List.copyOf(keys);
      fallbackKeys = List.copyOf(fallbackKeys);
    }
  }
}
