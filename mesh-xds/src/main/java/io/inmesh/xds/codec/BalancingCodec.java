package io.inmesh.xds.codec;

import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.ClusterProvided;
import io.inmesh.config.Balancing.HashFunction;
import io.inmesh.config.Balancing.LeastRequest;
import io.inmesh.config.Balancing.LocalityMode;
import io.inmesh.config.Balancing.Maglev;
import io.inmesh.config.Balancing.Policy;
import io.inmesh.config.Balancing.RingHash;
import io.inmesh.config.Balancing.RoundRobin;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.Balancing.Subsets;
import io.inmesh.config.Balancing.Weighted;
import io.inmesh.config.Balancing.ZoneAware;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.LeastRequestLbConfig;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.RingHashLbConfig;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.SlowStartConfig;
import io.inmesh.proto.envoy.config.core.v3.HealthStatus;
import io.inmesh.proto.envoy.config.core.v3.RuntimeDouble;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** How hosts are chosen, in the form of lb_policy and the fields beside it. */
final class BalancingCodec {
  private static final Duration MERGE_WINDOW = Duration.ofSeconds(1);

  private BalancingCodec() {}

  static Balancing balancing(Decoding in, Cluster message) {
    CommonLbConfig common = message.getCommonLbConfig();
    Policy policy;
    LocalityMode locality = locality(in, common);
    Optional<Subsets> subsets =
        in.inside("lb_subset_config", message.getLbSubsetConfig(), SubsetsCodec::subsets);
    boolean failOnPanic = common.getZoneAwareLbConfig().getFailTrafficOnPanic();
    if (message.hasLoadBalancingPolicy()) {
      PolicyCodec.Chosen chosen =
          in.inside("load_balancing_policy", message.getLoadBalancingPolicy(), PolicyCodec::choose);
      policy = chosen.policy();
      locality = chosen.locality();
      subsets = chosen.subsets();
      failOnPanic = chosen.failOnPanic();
    } else {
      policy = policy(in, message);
    }
    return new Balancing(
        policy,
        common.hasHealthyPanicThreshold()
            ? CircuitBreakersCodec.percent(
                in,
                "common_lb_config.healthy_panic_threshold",
                common.getHealthyPanicThreshold().getValue())
            : 50,
        failOnPanic,
        locality,
        subsets,
        in.duration(
            common.hasUpdateMergeWindow(),
            "common_lb_config.update_merge_window",
            common.getUpdateMergeWindow(),
            MERGE_WINDOW),
        overrideStatus(in, common));
  }

  private static Set<Health> overrideStatus(Decoding in, CommonLbConfig common) {
    var statuses = EnumSet.noneOf(Health.class);
    for (HealthStatus status : common.getOverrideHostStatus().getStatusesList()) {
      statuses.add(
          Health.valueOf(in.known("common_lb_config.override_host_status", status).name()));
    }
    if (common.hasOverrideHostStatus() && statuses.isEmpty()) {
      in.ignored("common_lb_config.override_host_status", "no status is read as the default");
    }
    return statuses;
  }

  private static LocalityMode locality(Decoding in, CommonLbConfig common) {
    switch (common.getLocalityConfigSpecifierCase()) {
      case LOCALITY_WEIGHTED_LB_CONFIG:
        return new Weighted();
      case ZONE_AWARE_LB_CONFIG:
        var zones = common.getZoneAwareLbConfig();
        return new ZoneAware(
            zones.hasRoutingEnabled()
                ? CircuitBreakersCodec.percent(
                    in,
                    "common_lb_config.zone_aware_lb_config.routing_enabled",
                    zones.getRoutingEnabled().getValue())
                : 100,
            zones.hasMinClusterSize() ? zones.getMinClusterSize().getValue() : 6);
      default:
        return LocalityMode.NONE;
    }
  }

  private static Policy policy(Decoding in, Cluster message) {
    var hashing = message.getCommonLbConfig().getConsistentHashingLbConfig();
    boolean byHostname = hashing.getUseHostnameForHashing();
    int factor = factor(in, hashing.hasHashBalanceFactor(), hashing.getHashBalanceFactor());
    switch (message.getLbPolicy()) {
      case ROUND_ROBIN:
        return new RoundRobin(slowStart(in, message.getRoundRobinLbConfig().getSlowStartConfig()));
      case LEAST_REQUEST:
        return in.inside(
            "least_request_lb_config",
            message.getLeastRequestLbConfig(),
            BalancingCodec::leastRequest);
      case RANDOM:
        return new Balancing.Random();
      case RING_HASH:
        return ringHash(in, message.getRingHashLbConfig(), byHostname, factor);
      case MAGLEV:
        return maglev(
            in,
            message.getMaglevLbConfig().hasTableSize(),
            message.getMaglevLbConfig().getTableSize(),
            byHostname,
            factor);
      case CLUSTER_PROVIDED:
        return new ClusterProvided();
      case LOAD_BALANCING_POLICY_CONFIG:
        throw in.refuse("load_balancing_policy", "is missing");
      default:
        throw in.refuse("lb_policy", "has an unknown value");
    }
  }

  static int factor(Decoding in, boolean has, UInt32Value value) {
    return has ? in.number("hash_balance_factor", value.getValue(), 100, Integer.MAX_VALUE) : 0;
  }

  private static LeastRequest leastRequest(Decoding in, LeastRequestLbConfig message) {
    return new LeastRequest(
        choices(in, message.hasChoiceCount(), message.getChoiceCount()),
        message.hasActiveRequestBias() ? message.getActiveRequestBias().getDefaultValue() : 1.0,
        false,
        slowStart(in, message.getSlowStartConfig()));
  }

  static int choices(Decoding in, boolean has, UInt32Value value) {
    return has ? in.number("choice_count", value.getValue(), 2, Integer.MAX_VALUE) : 2;
  }

  private static SlowStart slowStart(Decoding in, SlowStartConfig message) {
    return slowStart(
        in.duration("slow_start_config.slow_start_window", message.getSlowStartWindow()),
        message.hasAggression() ? message.getAggression().getDefaultValue() : 1.0,
        message.hasMinWeightPercent()
            ? CircuitBreakersCodec.percent(
                in,
                "slow_start_config.min_weight_percent",
                message.getMinWeightPercent().getValue())
            : 10);
  }

  /** Without a window the rest has no meaning. */
  static SlowStart slowStart(Duration window, double aggression, double minWeight) {
    return window.isZero() ? SlowStart.NONE : new SlowStart(window, aggression, minWeight);
  }

  private static RingHash ringHash(
      Decoding in, RingHashLbConfig message, boolean byHostname, int factor) {
    return ringHash(
        in,
        message.hasMinimumRingSize() ? message.getMinimumRingSize().getValue() : 1024,
        message.hasMaximumRingSize() ? message.getMaximumRingSize().getValue() : Hashes.MAX_RING,
        in.known("hash_function", message.getHashFunction())
                == RingHashLbConfig.HashFunction.MURMUR_HASH_2
            ? HashFunction.MURMUR_HASH_2
            : HashFunction.XX_HASH,
        byHostname,
        factor);
  }

  static RingHash ringHash(
      Decoding in, long minimum, long maximum, HashFunction function, boolean host, int factor) {
    if (Long.compareUnsigned(minimum, Hashes.MAX_RING) > 0
        || Long.compareUnsigned(maximum, Hashes.MAX_RING) > 0) {
      throw in.refuse("ring sizes must be at most " + Hashes.MAX_RING);
    }
    if (minimum > maximum) {
      throw in.refuse("minimum_ring_size (" + minimum + ") exceeds maximum_ring_size");
    }
    return new RingHash(minimum, maximum, function, host, factor);
  }

  static Maglev maglev(
      Decoding in, boolean has, UInt64Value value, boolean byHostname, int factor) {
    long size = has ? value.getValue() : Hashes.MAGLEV_TABLE;
    if (size < 0 || size > Hashes.MAX_MAGLEV_TABLE || !Hashes.isPrime(size)) {
      throw in.refuse("table_size", "must be a prime number of at most " + Hashes.MAX_MAGLEV_TABLE);
    }
    return new Maglev(size, byHostname, factor);
  }

  /** Bounds of the tables of consistent hashing. */
  static final class Hashes {
    static final long MAX_RING = 8_388_608;
    static final long MAGLEV_TABLE = 65_537;
    static final long MAX_MAGLEV_TABLE = 5_000_011;

    private Hashes() {}

    static boolean isPrime(long number) {
      if (number < 2) {
        return false;
      }
      for (long divisor = 2; divisor * divisor <= number; divisor++) {
        if (number % divisor == 0) {
          return false;
        }
      }
      return true;
    }
  }

  static void encode(Balancing balancing, Cluster.Builder message) {
    Policy policy = balancing.policy();
    boolean typed = policy instanceof LeastRequest least && least.fullScan();
    if (typed) {
      message.setLbPolicy(LbPolicy.LOAD_BALANCING_POLICY_CONFIG);
      message.setLoadBalancingPolicy(PolicyCodec.encode(balancing));
    } else {
      policy(policy, message);
      balancing.subsets().ifPresent(s -> message.setLbSubsetConfig(SubsetsCodec.encode(s)));
    }
    common(balancing, typed, message);
  }

  private static void policy(Policy policy, Cluster.Builder message) {
    if (policy instanceof RoundRobin roundRobin) {
      message.setLbPolicy(LbPolicy.ROUND_ROBIN);
      if (!roundRobin.slowStart().equals(SlowStart.NONE)) {
        message
            .getRoundRobinLbConfigBuilder()
            .setSlowStartConfig(slowStart(roundRobin.slowStart()));
      }
    } else if (policy instanceof LeastRequest least) {
      message.setLbPolicy(LbPolicy.LEAST_REQUEST);
      var to = message.getLeastRequestLbConfigBuilder();
      to.setChoiceCount(UInt32Value.of(least.choices()));
      if (least.activeRequestBias() != 1.0) {
        to.setActiveRequestBias(bias(least.activeRequestBias()));
      }
      if (!least.slowStart().equals(SlowStart.NONE)) {
        to.setSlowStartConfig(slowStart(least.slowStart()));
      }
    } else if (policy instanceof RingHash ring) {
      message.setLbPolicy(LbPolicy.RING_HASH);
      message
          .getRingHashLbConfigBuilder()
          .setMinimumRingSize(UInt64Value.of(ring.minimumSize()))
          .setMaximumRingSize(UInt64Value.of(ring.maximumSize()))
          .setHashFunction(RingHashLbConfig.HashFunction.valueOf(ring.function().name()));
      hashing(ring.useHostname(), ring.hashBalanceFactor(), message);
    } else if (policy instanceof Maglev maglev) {
      message.setLbPolicy(LbPolicy.MAGLEV);
      message.getMaglevLbConfigBuilder().setTableSize(UInt64Value.of(maglev.tableSize()));
      hashing(maglev.useHostname(), maglev.hashBalanceFactor(), message);
    } else {
      message.setLbPolicy(
          policy instanceof ClusterProvided ? LbPolicy.CLUSTER_PROVIDED : LbPolicy.RANDOM);
    }
  }

  /** The key names a runtime value, which nobody sets. Envoy insists on a key. */
  static RuntimeDouble bias(double value) {
    return RuntimeDouble.newBuilder()
        .setDefaultValue(value)
        .setRuntimeKey("upstream.active_request_bias")
        .build();
  }

  static RuntimeDouble aggression(double value) {
    return RuntimeDouble.newBuilder()
        .setDefaultValue(value)
        .setRuntimeKey("upstream.slow_start_aggression")
        .build();
  }

  private static SlowStartConfig slowStart(SlowStart slowStart) {
    return SlowStartConfig.newBuilder()
        .setSlowStartWindow(Protos.duration(slowStart.window()))
        .setAggression(aggression(slowStart.aggression()))
        .setMinWeightPercent(Protos.percent(slowStart.minWeightPercent()))
        .build();
  }

  private static void hashing(boolean byHostname, int factor, Cluster.Builder message) {
    if (byHostname || factor > 0) {
      var to = message.getCommonLbConfigBuilder().getConsistentHashingLbConfigBuilder();
      to.setUseHostnameForHashing(byHostname);
      if (factor > 0) {
        to.setHashBalanceFactor(UInt32Value.of(factor));
      }
    }
  }

  private static void common(Balancing balancing, boolean typed, Cluster.Builder message) {
    if (balancing.panicThreshold() != 50) {
      message
          .getCommonLbConfigBuilder()
          .setHealthyPanicThreshold(Protos.percent(balancing.panicThreshold()));
    }
    if (!balancing.updateMergeWindow().equals(MERGE_WINDOW)) {
      message
          .getCommonLbConfigBuilder()
          .setUpdateMergeWindow(Protos.duration(balancing.updateMergeWindow()));
    }
    for (Health status : Health.values()) {
      if (balancing.overrideHostStatus().contains(status)) {
        message
            .getCommonLbConfigBuilder()
            .getOverrideHostStatusBuilder()
            .addStatuses(HealthStatus.valueOf(status.name()));
      }
    }
    if (typed) {
      return;
    }
    if (balancing.locality() instanceof Weighted) {
      message.getCommonLbConfigBuilder().getLocalityWeightedLbConfigBuilder();
    } else if (balancing.locality() instanceof ZoneAware zones) {
      message
          .getCommonLbConfigBuilder()
          .getZoneAwareLbConfigBuilder()
          .setRoutingEnabled(Protos.percent(zones.routingEnabledPercent()))
          .setMinClusterSize(UInt64Value.of(zones.minClusterSize()))
          .setFailTrafficOnPanic(balancing.failTrafficOnPanic());
    }
  }
}
