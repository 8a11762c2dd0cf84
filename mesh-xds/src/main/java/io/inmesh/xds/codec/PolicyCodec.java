package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.HashFunction;
import io.inmesh.config.Balancing.LocalityMode;
import io.inmesh.config.Balancing.Policy;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.Balancing.Subsets;
import io.inmesh.config.Balancing.Weighted;
import io.inmesh.config.Balancing.ZoneAware;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.LbSubsetConfig;
import io.inmesh.proto.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How hosts are chosen, in the form of load_balancing_policy: the first known entry counts. */
final class PolicyCodec {
  private static final String PACKAGE = "envoy.extensions.load_balancing_policies.";
  private static final String ROUND_ROBIN = PACKAGE + "round_robin.v3.RoundRobin";
  private static final String LEAST_REQUEST = PACKAGE + "least_request.v3.LeastRequest";
  private static final String RANDOM = PACKAGE + "random.v3.Random";
  private static final String RING_HASH = PACKAGE + "ring_hash.v3.RingHash";
  private static final String MAGLEV = PACKAGE + "maglev.v3.Maglev";
  private static final String WRR_LOCALITY = PACKAGE + "wrr_locality.v3.WrrLocality";
  private static final String SUBSET = PACKAGE + "subset.v3.Subset";
  private static final String CLUSTER_PROVIDED = PACKAGE + "cluster_provided.v3.ClusterProvided";
  private static final String CLIENT_SIDE_WRR =
      PACKAGE + "client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin";
  private static final int MAX_NESTED = 16;

  private PolicyCodec() {}

  /** What a list of policies comes to. */
  record Chosen(
      Policy policy, LocalityMode locality, Optional<Subsets> subsets, boolean failOnPanic) {
    Chosen(Policy policy) {
      this(policy, LocalityMode.NONE, Optional.empty(), false);
    }

    Chosen in(LocalityMode mode, boolean fail) {
      return new Chosen(policy, mode, subsets, fail);
    }

    Chosen of(Optional<Subsets> value) {
      return new Chosen(policy, locality, value, failOnPanic);
    }
  }

  static Chosen choose(Decoding in, LoadBalancingPolicy message) {
    if (in.path().split("policies\\[", -1).length > MAX_NESTED) {
      throw in.refuse("policies are nested too deeply");
    }
    for (int i = 0; i < message.getPoliciesCount(); i++) {
      in.enter("policies", i);
      in.enter("typed_extension_config.typed_config", -1);
      Any any =
          TypedStructs.unwrap(
              in, message.getPolicies(i).getTypedExtensionConfig().getTypedConfig());
      Chosen chosen;
      try {
        chosen = policy(in, any);
      } catch (InvalidProtocolBufferException wrong) {
        throw in.refuse("not the bytes of the message: " + wrong.getMessage());
      }
      in.leave();
      in.leave();
      if (chosen != null) {
        return chosen;
      }
      in.ignored("policies[" + i + "]", "unknown policy " + Decoding.typeOf(any));
    }
    throw in.refuse("policies", "no policy is known");
  }

  private static @Nullable Chosen policy(Decoding in, Any any)
      throws InvalidProtocolBufferException {
    switch (Decoding.typeOf(any)) {
      case ROUND_ROBIN:
        RoundRobin roundRobin = RoundRobin.parseFrom(any.getValue());
        SlowStart slowStart = slowStart(in, roundRobin.getSlowStartConfig());
        return inLocalities(
            in, new Chosen(new Balancing.RoundRobin(slowStart)), roundRobin.getLocalityLbConfig());
      case LEAST_REQUEST:
        LeastRequest least = LeastRequest.parseFrom(any.getValue());
        return inLocalities(in, new Chosen(leastRequest(in, least)), least.getLocalityLbConfig());
      case RANDOM:
        var random =
            io.inmesh.proto.envoy.extensions.load_balancing_policies.random.v3.Random.parseFrom(
                any.getValue());
        return inLocalities(in, new Chosen(new Balancing.Random()), random.getLocalityLbConfig());
      case RING_HASH:
        RingHash ring = RingHash.parseFrom(any.getValue());
        return weighted(new Chosen(ringHash(in, ring)), ring.hasLocalityWeightedLbConfig());
      case MAGLEV:
        Maglev maglev = Maglev.parseFrom(any.getValue());
        return weighted(new Chosen(maglev(in, maglev)), maglev.hasLocalityWeightedLbConfig());
      case CLUSTER_PROVIDED:
        return new Chosen(new Balancing.ClusterProvided());
      case CLIENT_SIDE_WRR:
        in.ignored("@type", "weights of hosts from their own load are not supported");
        return new Chosen(new Balancing.RoundRobin(SlowStart.NONE));
      case WRR_LOCALITY:
        WrrLocality wrr = WrrLocality.parseFrom(any.getValue());
        return in.inside(
                "endpoint_picking_policy", wrr.getEndpointPickingPolicy(), PolicyCodec::choose)
            .in(new Weighted(), false);
      case SUBSET:
        return subset(in, Subset.parseFrom(any.getValue()));
      default:
        return null;
    }
  }

  private static Chosen weighted(Chosen chosen, boolean weighted) {
    return weighted ? chosen.in(new Weighted(), false) : chosen;
  }

  private static Chosen inLocalities(Decoding in, Chosen chosen, LocalityLbConfig message) {
    switch (message.getLocalityConfigSpecifierCase()) {
      case LOCALITY_WEIGHTED_LB_CONFIG:
        return chosen.in(new Weighted(), false);
      case ZONE_AWARE_LB_CONFIG:
        var zones = message.getZoneAwareLbConfig();
        double routing =
            zones.hasRoutingEnabled()
                ? CircuitBreakersCodec.percent(
                    in,
                    "locality_lb_config.zone_aware_lb_config.routing_enabled",
                    zones.getRoutingEnabled().getValue())
                : 100;
        long least = zones.hasMinClusterSize() ? zones.getMinClusterSize().getValue() : 6;
        return chosen.in(new ZoneAware(routing, least), zones.getFailTrafficOnPanic());
      default:
        return chosen;
    }
  }

  private static Balancing.LeastRequest leastRequest(Decoding in, LeastRequest message) {
    return new Balancing.LeastRequest(
        BalancingCodec.choices(in, message.hasChoiceCount(), message.getChoiceCount()),
        message.hasActiveRequestBias() ? message.getActiveRequestBias().getDefaultValue() : 1.0,
        in.known("selection_method", message.getSelectionMethod())
                == LeastRequest.SelectionMethod.FULL_SCAN
            || message.getEnableFullScan().getValue(),
        slowStart(in, message.getSlowStartConfig()));
  }

  private static SlowStart slowStart(Decoding in, SlowStartConfig message) {
    return BalancingCodec.slowStart(
        in.duration("slow_start_config.slow_start_window", message.getSlowStartWindow()),
        message.hasAggression() ? message.getAggression().getDefaultValue() : 1.0,
        message.hasMinWeightPercent()
            ? CircuitBreakersCodec.percent(
                in,
                "slow_start_config.min_weight_percent",
                message.getMinWeightPercent().getValue())
            : 10);
  }

  private static Balancing.RingHash ringHash(Decoding in, RingHash message) {
    var hashing = message.getConsistentHashingLbConfig();
    int factor =
        BalancingCodec.factor(in, hashing.hasHashBalanceFactor(), hashing.getHashBalanceFactor());
    if (factor == 0) {
      factor =
          BalancingCodec.factor(in, message.hasHashBalanceFactor(), message.getHashBalanceFactor());
    }
    if (message.hasMinimumRingSize() && message.getMinimumRingSize().getValue() == 0) {
      throw in.refuse("minimum_ring_size", "must be at least 1");
    }
    return BalancingCodec.ringHash(
        in,
        message.hasMinimumRingSize() ? message.getMinimumRingSize().getValue() : 1024,
        message.hasMaximumRingSize()
            ? message.getMaximumRingSize().getValue()
            : BalancingCodec.Hashes.MAX_RING,
        in.known("hash_function", message.getHashFunction()) == RingHash.HashFunction.MURMUR_HASH_2
            ? HashFunction.MURMUR_HASH_2
            : HashFunction.XX_HASH,
        hashing.getUseHostnameForHashing() || message.getUseHostnameForHashing(),
        factor);
  }

  private static Balancing.Maglev maglev(Decoding in, Maglev message) {
    var hashing = message.getConsistentHashingLbConfig();
    return BalancingCodec.maglev(
        in,
        message.hasTableSize(),
        message.getTableSize(),
        hashing.getUseHostnameForHashing(),
        BalancingCodec.factor(in, hashing.hasHashBalanceFactor(), hashing.getHashBalanceFactor()));
  }

  private static Chosen subset(Decoding in, Subset message) throws InvalidProtocolBufferException {
    Chosen inner = in.inside("subset_lb_policy", message.getSubsetLbPolicy(), PolicyCodec::choose);
    // Fields 1 to 8 are those of the older message.
    LbSubsetConfig older =
        LbSubsetConfig.parseFrom(message.toBuilder().clearSubsetLbPolicy().build().toByteString());
    return inner.of(SubsetsCodec.subsets(in, older));
  }

  /** A policy that only this form can hold: least request over all hosts. */
  static LoadBalancingPolicy encode(Balancing balancing) {
    Balancing.LeastRequest policy = (Balancing.LeastRequest) balancing.policy();
    var message =
        LeastRequest.newBuilder()
            .setChoiceCount(UInt32Value.of(policy.choices()))
            .setSelectionMethod(LeastRequest.SelectionMethod.FULL_SCAN);
    if (policy.activeRequestBias() != 1.0) {
      message.setActiveRequestBias(BalancingCodec.bias(policy.activeRequestBias()));
    }
    if (!policy.slowStart().equals(SlowStart.NONE)) {
      message
          .getSlowStartConfigBuilder()
          .setSlowStartWindow(Protos.duration(policy.slowStart().window()))
          .setAggression(BalancingCodec.aggression(policy.slowStart().aggression()))
          .setMinWeightPercent(Protos.percent(policy.slowStart().minWeightPercent()));
    }
    if (balancing.locality() instanceof Weighted) {
      message.getLocalityLbConfigBuilder().getLocalityWeightedLbConfigBuilder();
    } else if (balancing.locality() instanceof ZoneAware zones) {
      message
          .getLocalityLbConfigBuilder()
          .getZoneAwareLbConfigBuilder()
          .setRoutingEnabled(Protos.percent(zones.routingEnabledPercent()))
          .setMinClusterSize(UInt64Value.of(zones.minClusterSize()))
          .setFailTrafficOnPanic(balancing.failTrafficOnPanic());
    }
    LoadBalancingPolicy plain = of("least_request", Anys.of(LEAST_REQUEST, message.build()));
    return balancing.subsets().map(subsets -> of(subsets, plain)).orElse(plain);
  }

  private static LoadBalancingPolicy of(Subsets subsets, LoadBalancingPolicy inner) {
    try {
      Subset message =
          Subset.parseFrom(SubsetsCodec.encode(subsets).toByteString()).toBuilder()
              .setSubsetLbPolicy(inner)
              .build();
      return of("subset", Anys.of(SUBSET, message));
    } catch (InvalidProtocolBufferException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static LoadBalancingPolicy of(String name, Any config) {
    var message = LoadBalancingPolicy.newBuilder();
    message
        .addPoliciesBuilder()
        .getTypedExtensionConfigBuilder()
        .setName("envoy.load_balancing_policies." + name)
        .setTypedConfig(config);
    return message.build();
  }
}
