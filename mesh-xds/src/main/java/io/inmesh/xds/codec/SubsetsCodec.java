package io.inmesh.xds.codec;

import io.inmesh.config.Balancing.Fallback;
import io.inmesh.config.Balancing.Selector;
import io.inmesh.config.Balancing.Subsets;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.LbSubsetConfig;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector.LbSubsetSelectorFallbackPolicy;
import java.util.HashSet;
import java.util.Optional;

/** Subsets of hosts. */
final class SubsetsCodec {
  private SubsetsCodec() {}

  /** Empty without selectors, as in Envoy. */
  static Optional<Subsets> subsets(Decoding in, LbSubsetConfig message) {
    if (message.getSubsetSelectorsCount() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Subsets(
            Fallback.valueOf(in.known("fallback_policy", message.getFallbackPolicy()).name()),
            MetadataCodec.struct(in, message.getDefaultSubset()),
            in.each("subset_selectors", message.getSubsetSelectorsList(), SubsetsCodec::selector),
            message.getLocalityWeightAware(),
            message.getScaleLocalityWeight(),
            message.getPanicModeAny(),
            message.getListAsAny()));
  }

  private static Selector selector(Decoding in, LbSubsetSelector message) {
    var fallback = in.known("fallback_policy", message.getFallbackPolicy());
    var keys = new HashSet<>(message.getKeysList());
    if (fallback == LbSubsetSelectorFallbackPolicy.KEYS_SUBSET) {
      var fallbackKeys = new HashSet<>(message.getFallbackKeysSubsetList());
      if (fallbackKeys.isEmpty()
          || !keys.containsAll(fallbackKeys)
          || fallbackKeys.size() == keys.size()) {
        throw in.refuse("fallback_keys_subset", "must be some, and not all, of the keys");
      }
    } else if (message.getFallbackKeysSubsetCount() > 0) {
      throw in.refuse("fallback_keys_subset", "is for fallback_policy KEYS_SUBSET only");
    }
    return new Selector(
        FilterChainCodec.texts(in, message.getKeysList()),
        Fallback.valueOf(fallback.name()),
        FilterChainCodec.texts(in, message.getFallbackKeysSubsetList()),
        message.getSingleHostPerSubset());
  }

  static LbSubsetConfig encode(Subsets subsets) {
    var message =
        LbSubsetConfig.newBuilder()
            .setFallbackPolicy(
                LbSubsetConfig.LbSubsetFallbackPolicy.valueOf(subsets.fallback().name()))
            .setLocalityWeightAware(subsets.localityWeightAware())
            .setScaleLocalityWeight(subsets.scaleLocalityWeight())
            .setPanicModeAny(subsets.panicModeAny())
            .setListAsAny(subsets.listAsAny());
    if (!subsets.defaultSubset().isEmpty()) {
      message.setDefaultSubset(MetadataCodec.struct(subsets.defaultSubset()));
    }
    for (Selector selector : subsets.selectors()) {
      message
          .addSubsetSelectorsBuilder()
          .addAllKeys(selector.keys())
          .setFallbackPolicy(LbSubsetSelectorFallbackPolicy.valueOf(selector.fallback().name()))
          .addAllFallbackKeysSubset(selector.fallbackKeys())
          .setSingleHostPerSubset(selector.singleHostPerSubset());
    }
    return message.build();
  }
}
