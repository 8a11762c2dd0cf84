package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.ClusterSpecifier.ByHeader;
import io.inmesh.config.ClusterSpecifier.Entry;
import io.inmesh.config.ClusterSpecifier.Named;
import io.inmesh.config.ClusterSpecifier.Weighted;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.MirrorPolicy;
import io.inmesh.proto.envoy.config.route.v3.RouteAction;
import io.inmesh.proto.envoy.config.route.v3.WeightedCluster;
import io.inmesh.proto.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import java.util.List;
import java.util.Optional;

/** Which clusters a request, and copies of it, go to. */
final class ClusterSpecifierCodec {
  private static final long MAX_TOTAL = 0xFFFF_FFFFL;

  private ClusterSpecifierCodec() {}

  static ClusterSpecifier specifier(Decoding in, RouteAction message) {
    switch (message.getClusterSpecifierCase()) {
      case CLUSTER:
        String cluster = in.required("cluster", message.getCluster());
        in.checkCluster("cluster", cluster);
        return new Named(cluster);
      case CLUSTER_HEADER:
        return new ByHeader(in.text(in.headerName("cluster_header", message.getClusterHeader())));
      case WEIGHTED_CLUSTERS:
        return in.inside(
            "weighted_clusters", message.getWeightedClusters(), ClusterSpecifierCodec::weighted);
      case CLUSTER_SPECIFIER_PLUGIN:
        throw in.refuse("cluster_specifier_plugin", "is not supported");
      case INLINE_CLUSTER_SPECIFIER_PLUGIN:
        throw in.refuse("inline_cluster_specifier_plugin", "is not supported");
      default:
        throw in.refuse("no cluster is given");
    }
  }

  private static Weighted weighted(Decoding in, WeightedCluster message) {
    if (message.getClustersCount() == 0) {
      throw in.refuse("clusters", "must not be empty");
    }
    List<Entry> entries = in.each("clusters", message.getClustersList(), Entries::entry);
    long total = 0;
    for (Entry entry : entries) {
      total += entry.weight();
    }
    if (total == 0) {
      throw in.refuse("total weight is zero");
    }
    if (total > MAX_TOTAL) {
      throw in.refuse("total weight exceeds " + MAX_TOTAL);
    }
    String header = in.text(in.optionalHeaderName("header_name", message.getHeaderName()));
    return new Weighted(
        entries,
        header.isEmpty() ? Optional.empty() : Optional.of(header),
        message.getUseHashPolicy().getValue(),
        in.text(message.getRuntimeKeyPrefix()));
  }

  /** Entries of a draw. */
  private static final class Entries {
    static Entry entry(Decoding in, ClusterWeight message) {
      Optional<String> cluster = cluster(in, message.getName());
      Optional<String> header = header(in, message.getClusterHeader());
      if (cluster.isPresent() == header.isPresent()) {
        throw in.refuse("exactly one of name and cluster_header must be given");
      }
      cluster.ifPresent(name -> in.checkCluster("name", name));
      if (!message.hasWeight()) {
        throw in.refuse("weight", "is missing");
      }
      String host = in.headerValue("host_rewrite_literal", message.getHostRewriteLiteral());
      return new Entry(
          cluster,
          header,
          Integer.toUnsignedLong(message.getWeight().getValue()),
          HeaderCodec.mutations(
              in,
              message.getRequestHeadersToAddList(),
              message.getRequestHeadersToRemoveList(),
              message.getResponseHeadersToAddList(),
              message.getResponseHeadersToRemoveList()),
          host.isEmpty() ? Optional.empty() : Optional.of(host),
          in.inside("metadata_match", message.getMetadataMatch(), MetadataCodec::subset),
          FilterCodec.overrides(in, message.getTypedPerFilterConfigMap()));
    }

    static ClusterWeight entry(Entry entry) {
      var message = ClusterWeight.newBuilder();
      entry.cluster().ifPresent(message::setName);
      entry.clusterHeader().ifPresent(message::setClusterHeader);
      message
          .setWeight(UInt32Value.of((int) entry.weight()))
          .addAllRequestHeadersToAdd(HeaderCodec.adds(entry.mutations().requestAdd()))
          .addAllRequestHeadersToRemove(entry.mutations().requestRemove())
          .addAllResponseHeadersToAdd(HeaderCodec.adds(entry.mutations().responseAdd()))
          .addAllResponseHeadersToRemove(entry.mutations().responseRemove());
      entry.hostRewrite().ifPresent(message::setHostRewriteLiteral);
      if (!entry.metadataMatch().isEmpty()) {
        message.setMetadataMatch(MetadataCodec.subset(entry.metadataMatch()));
      }
      return message.build();
    }
  }

  private static Optional<String> cluster(Decoding in, String name) {
    return name.isEmpty() ? Optional.empty() : Optional.of(in.text(name));
  }

  private static Optional<String> header(Decoding in, String name) {
    return name.isEmpty()
        ? Optional.empty()
        : Optional.of(in.text(in.headerName("cluster_header", name)));
  }

  static MirrorPolicy mirror(Decoding in, RouteAction.RequestMirrorPolicy message) {
    Optional<String> cluster = cluster(in, message.getCluster());
    Optional<String> header = header(in, message.getClusterHeader());
    if (cluster.isPresent() == header.isPresent()) {
      throw in.refuse("exactly one of cluster and cluster_header must be given");
    }
    cluster.ifPresent(name -> in.checkCluster("cluster", name));
    String host = in.headerValue("host_rewrite_literal", message.getHostRewriteLiteral());
    return new MirrorPolicy(
        cluster,
        header,
        message.hasRuntimeFraction()
            ? in.inside("runtime_fraction", message.getRuntimeFraction(), RouteMatchCodec::fraction)
            : FractionalPercent.ALL,
        message.getDisableShadowHostSuffixAppend(),
        host.isEmpty() ? Optional.empty() : Optional.of(host),
        HeaderCodec.sequence(
            in, "request_headers_mutations", message.getRequestHeadersMutationsList()),
        message.hasTraceSampled()
            ? Optional.of(message.getTraceSampled().getValue())
            : Optional.empty());
  }

  static RouteAction.RequestMirrorPolicy mirror(MirrorPolicy policy) {
    var message = RouteAction.RequestMirrorPolicy.newBuilder();
    policy.cluster().ifPresent(message::setCluster);
    policy.clusterHeader().ifPresent(message::setClusterHeader);
    if (!policy.fraction().equals(FractionalPercent.ALL)) {
      message.setRuntimeFraction(RouteMatchCodec.fraction(policy.fraction()));
    }
    message
        .setDisableShadowHostSuffixAppend(policy.disableShadowHostSuffix())
        .addAllRequestHeadersMutations(
            HeaderCodec.sequence(
                policy.mutations().requestAdd(), policy.mutations().requestRemove()));
    policy.hostRewrite().ifPresent(message::setHostRewriteLiteral);
    policy.traceSampled().ifPresent(value -> message.setTraceSampled(BoolValue.of(value)));
    return message.build();
  }

  static void encode(
      ClusterSpecifier specifier, RouteAction.Builder message, FilterCodec.Encoding filters) {
    if (specifier instanceof Named named) {
      message.setCluster(named.cluster());
    } else if (specifier instanceof ByHeader byHeader) {
      message.setClusterHeader(byHeader.header());
    } else {
      Weighted weighted = (Weighted) specifier;
      var to = message.getWeightedClustersBuilder();
      for (Entry entry : weighted.entries()) {
        to.addClusters(
            Entries.entry(entry).toBuilder()
                .putAllTypedPerFilterConfig(filters.overrides(entry.perFilter())));
      }
      to.setRuntimeKeyPrefix(weighted.runtimeKeyPrefix());
      if (weighted.useHashPolicy()) {
        to.setUseHashPolicy(BoolValue.of(true));
      }
      weighted.randomHeader().ifPresent(to::setHeaderName);
    }
  }
}
