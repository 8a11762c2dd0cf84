package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.inmesh.config.Cluster.Aggregate;
import io.inmesh.config.Cluster.Discovery;
import io.inmesh.config.Cluster.Dns;
import io.inmesh.config.Cluster.Eds;
import io.inmesh.config.Cluster.Family;
import io.inmesh.config.Cluster.OriginalDestination;
import io.inmesh.config.Cluster.Static;
import io.inmesh.config.EndpointSet;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.DnsLookupFamily;
import io.inmesh.proto.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.inmesh.proto.envoy.extensions.clusters.dns.v3.DnsCluster;
import java.time.Duration;

/** Where the hosts of a cluster come from. */
final class DiscoveryCodec {
  private static final String AGGREGATE = "envoy.extensions.clusters.aggregate.v3.ClusterConfig";
  private static final String DNS = "envoy.extensions.clusters.dns.v3.DnsCluster";
  private static final Duration REFRESH = Duration.ofSeconds(5);
  private static final Duration MILLISECOND = Duration.ofMillis(1);

  private DiscoveryCodec() {}

  static Discovery discovery(Decoding in, Cluster message) {
    if (message.hasClusterType()) {
      in.enter("cluster_type.typed_config", -1);
      Discovery discovery = custom(in, message);
      in.leave();
      return discovery;
    }
    switch (message.getType()) {
      case STATIC:
        return new Static(endpoints(in, message, false));
      case STRICT_DNS:
        return dns(in, message, false);
      case LOGICAL_DNS:
        return dns(in, message, true);
      case EDS:
        return eds(in, message);
      case ORIGINAL_DST:
        if (message.hasLoadAssignment()) {
          throw in.refuse("load_assignment", "must not be given for ORIGINAL_DST");
        }
        return new OriginalDestination();
      default:
        throw in.refuse("type", "has an unknown value");
    }
  }

  private static Eds eds(Decoding in, Cluster message) {
    if (!message.hasEdsClusterConfig() || !message.getEdsClusterConfig().hasEdsConfig()) {
      throw in.refuse("eds_cluster_config", "an EDS cluster needs eds_config");
    }
    String service = message.getEdsClusterConfig().getServiceName();
    return new Eds(
        in.text(service.isEmpty() ? message.getName() : service),
        in.inside(
            "eds_cluster_config.eds_config",
            message.getEdsClusterConfig().getEdsConfig(),
            Sources::fetchTimeout));
  }

  private static Dns dns(Decoding in, Cluster message, boolean logical) {
    return new Dns(
        single(in, endpoints(in, message, true), logical),
        logical,
        refresh(in, "dns_refresh_rate", message.hasDnsRefreshRate(), message.getDnsRefreshRate()),
        message.getRespectDnsTtl(),
        Family.valueOf(in.known("dns_lookup_family", message.getDnsLookupFamily()).name()));
  }

  private static Duration refresh(
      Decoding in, String field, boolean has, com.google.protobuf.Duration value) {
    Duration refresh = in.duration(has, field, value, REFRESH);
    if (refresh.compareTo(MILLISECOND) <= 0) {
      throw in.refuse(field, "must be greater than 1ms");
    }
    return refresh;
  }

  private static EndpointSet single(Decoding in, EndpointSet endpoints, boolean logical) {
    if (logical
        && (endpoints.localities().size() != 1
            || endpoints.localities().get(0).endpoints().size() != 1)) {
      throw in.refuse("load_assignment", "LOGICAL_DNS takes exactly one endpoint");
    }
    return endpoints;
  }

  private static EndpointSet endpoints(Decoding in, Cluster message, boolean names) {
    if (!message.hasLoadAssignment()) {
      return EndpointSet.empty(in.text(message.getName()));
    }
    return in.inside(
        "load_assignment",
        message.getLoadAssignment(),
        names ? EndpointsCodec::names : EndpointsCodec::addresses);
  }

  private static Discovery custom(Decoding in, Cluster message) {
    Any any = TypedStructs.unwrap(in, message.getClusterType().getTypedConfig());
    try {
      switch (Decoding.typeOf(any)) {
        case AGGREGATE:
          ClusterConfig config = ClusterConfig.parseFrom(any.getValue());
          if (config.getClustersCount() == 0) {
            throw in.refuse("clusters", "must not be empty");
          }
          return new Aggregate(FilterChainCodec.texts(in, config.getClustersList()));
        case DNS:
          return dns(in, message, DnsCluster.parseFrom(any.getValue()));
        default:
          throw in.refuse("unknown cluster type " + message.getClusterType().getName());
      }
    } catch (InvalidProtocolBufferException wrong) {
      throw in.refuse("not the bytes of the message: " + wrong.getMessage());
    }
  }

  private static Dns dns(Decoding in, Cluster message, DnsCluster config) {
    String family = in.known("dns_lookup_family", config.getDnsLookupFamily()).name();
    return new Dns(
        single(in, endpoints(in, message, true), config.getAllAddressesInSingleEndpoint()),
        config.getAllAddressesInSingleEndpoint(),
        refresh(in, "dns_refresh_rate", config.hasDnsRefreshRate(), config.getDnsRefreshRate()),
        config.getRespectDnsTtl(),
        family.equals("UNSPECIFIED") ? Family.AUTO : Family.valueOf(family));
  }

  static void encode(String name, Discovery discovery, Cluster.Builder message) {
    if (discovery instanceof Static fixed) {
      message.setType(DiscoveryType.STATIC);
      message.setLoadAssignment(EndpointsCodec.endpoints(fixed.endpoints()));
    } else if (discovery instanceof Eds eds) {
      message.setType(DiscoveryType.EDS);
      message.getEdsClusterConfigBuilder().setEdsConfig(Sources.ads(eds.fetchTimeout()));
      if (!eds.serviceName().equals(name)) {
        message.getEdsClusterConfigBuilder().setServiceName(eds.serviceName());
      }
    } else if (discovery instanceof Dns dns) {
      message
          .setType(dns.logical() ? DiscoveryType.LOGICAL_DNS : DiscoveryType.STRICT_DNS)
          .setLoadAssignment(EndpointsCodec.endpoints(dns.endpoints()))
          .setRespectDnsTtl(dns.respectTtl())
          .setDnsLookupFamily(DnsLookupFamily.valueOf(dns.family().name()));
      if (!dns.refresh().equals(REFRESH)) {
        message.setDnsRefreshRate(Protos.duration(dns.refresh()));
      }
    } else if (discovery instanceof Aggregate aggregate) {
      var config = ClusterConfig.newBuilder().addAllClusters(aggregate.clusters());
      message
          .getClusterTypeBuilder()
          .setName("envoy.clusters.aggregate")
          .setTypedConfig(Anys.of(AGGREGATE, config.build()));
    } else {
      message.setType(DiscoveryType.ORIGINAL_DST);
    }
  }
}
