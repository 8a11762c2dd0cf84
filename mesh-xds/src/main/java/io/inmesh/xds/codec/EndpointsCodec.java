package io.inmesh.xds.codec;

import com.google.protobuf.UInt32Value;
import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.EndpointSet.LocalityEndpoints;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import io.inmesh.proto.envoy.config.core.v3.HealthStatus;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.inmesh.proto.envoy.config.endpoint.v3.LbEndpoint;
import io.inmesh.proto.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.HashSet;
import java.util.List;

/** Endpoints. */
final class EndpointsCodec {
  private static final int MAX_PRIORITY = 128;
  private static final long MAX_WEIGHT = 0xFFFF_FFFFL;

  private EndpointsCodec() {}

  /** Endpoints by EDS: IP addresses only. */
  static EndpointSet addresses(Decoding in, ClusterLoadAssignment message) {
    return endpoints(in, message, false);
  }

  /** Endpoints of a cluster found by DNS. */
  static EndpointSet names(Decoding in, ClusterLoadAssignment message) {
    return endpoints(in, message, true);
  }

  private static EndpointSet endpoints(Decoding in, ClusterLoadAssignment message, boolean names) {
    String name = in.required("cluster_name", message.getClusterName());
    List<LocalityEndpoints> localities =
        in.each(
            "endpoints",
            message.getEndpointsList(),
            names ? EndpointsCodec::localityOfNames : EndpointsCodec::localityOfAddresses);
    weightsWithin(in, localities);
    return new EndpointSet(
        name,
        localities,
        message.hasPolicy()
            ? in.inside("policy", message.getPolicy(), EndpointsCodec::policy)
            : EndpointSet.Policy.DEFAULT);
  }

  private static void weightsWithin(Decoding in, List<LocalityEndpoints> localities) {
    var seen = new HashSet<Integer>();
    for (LocalityEndpoints first : localities) {
      if (!seen.add(first.priority())) {
        continue;
      }
      long total = 0;
      for (LocalityEndpoints each : localities) {
        total += each.priority() == first.priority() ? each.weight() : 0;
      }
      if (total > MAX_WEIGHT) {
        throw in.refuse(
            "endpoints", "the weights at priority " + first.priority() + " exceed " + MAX_WEIGHT);
      }
    }
  }

  private static LocalityEndpoints localityOfAddresses(Decoding in, LocalityLbEndpoints message) {
    return locality(
        in,
        message,
        in.each("lb_endpoints", message.getLbEndpointsList(), EndpointsCodec::address));
  }

  private static LocalityEndpoints localityOfNames(Decoding in, LocalityLbEndpoints message) {
    return locality(
        in, message, in.each("lb_endpoints", message.getLbEndpointsList(), EndpointsCodec::name));
  }

  private static LocalityEndpoints locality(
      Decoding in, LocalityLbEndpoints message, List<Endpoint> endpoints) {
    if (message.hasLedsClusterLocalityConfig()) {
      throw in.refuse("leds_cluster_locality_config", "is not supported");
    }
    if (message.hasLoadBalancingWeight() && message.getLoadBalancingWeight().getValue() == 0) {
      throw in.refuse("load_balancing_weight", "must be at least 1");
    }
    var place = message.getLocality();
    return new LocalityEndpoints(
        in.surroundings()
            .interned()
            .locality(
                new Locality(
                    in.text(place.getRegion()),
                    in.text(place.getZone()),
                    in.text(place.getSubZone()))),
        Decoding.clamped(message.getLoadBalancingWeight().getValue()),
        in.number("priority", message.getPriority(), 0, MAX_PRIORITY),
        endpoints);
  }

  private static Endpoint address(Decoding in, LbEndpoint message) {
    return endpoint(in, message, false);
  }

  private static Endpoint name(Decoding in, LbEndpoint message) {
    return endpoint(in, message, true);
  }

  private static Endpoint endpoint(Decoding in, LbEndpoint message, boolean names) {
    if (!message.hasEndpoint()) {
      throw in.refuse("endpoint", "is missing");
    }
    if (message.hasLoadBalancingWeight() && message.getLoadBalancingWeight().getValue() == 0) {
      throw in.refuse("load_balancing_weight", "must be at least 1");
    }
    in.enter("endpoint.address", -1);
    Address address = Addresses.address(in, message.getEndpoint().getAddress(), names);
    in.leave();
    HealthStatus health = message.getHealthStatus();
    return new Endpoint(
        address,
        in.text(message.getEndpoint().getHostname()),
        message.hasLoadBalancingWeight()
            ? Decoding.clamped(message.getLoadBalancingWeight().getValue())
            : 1,
        health == HealthStatus.UNRECOGNIZED ? Health.UNKNOWN : Health.valueOf(health.name()),
        message.hasMetadata()
            ? in.inside("metadata", message.getMetadata(), MetadataCodec::metadata)
            : Metadata.EMPTY);
  }

  private static EndpointSet.Policy policy(Decoding in, ClusterLoadAssignment.Policy message) {
    if (message.getDropOverloadsCount() > 1) {
      throw in.refuse("drop_overloads", "must have at most one member");
    }
    int factor = 140;
    if (message.hasOverprovisioningFactor()) {
      factor =
          in.number(
              "overprovisioning_factor",
              message.getOverprovisioningFactor().getValue(),
              1,
              Integer.MAX_VALUE);
    }
    return new EndpointSet.Policy(
        factor,
        in.each("drop_overloads", message.getDropOverloadsList(), EndpointsCodec::drop),
        message.getWeightedPriorityHealth());
  }

  private static EndpointSet.Drop drop(
      Decoding in, ClusterLoadAssignment.Policy.DropOverload message) {
    FractionalPercent share = RouteMatchCodec.percent(in, message.getDropPercentage(), "");
    if (share.numerator() > share.denominator()) {
      throw in.refuse("drop_percentage", "must not exceed 100 %");
    }
    return new EndpointSet.Drop(in.required("category", message.getCategory()), share);
  }

  static ClusterLoadAssignment endpoints(EndpointSet endpoints) {
    return endpoints(endpoints, TlsFlavor.INMESH);
  }

  /** For gRPC each locality has a weight: gRPC passes over those without. */
  static ClusterLoadAssignment endpoints(EndpointSet endpoints, TlsFlavor flavor) {
    var message = ClusterLoadAssignment.newBuilder().setClusterName(endpoints.name());
    for (LocalityEndpoints locality : endpoints.localities()) {
      message.addEndpoints(locality(locality, flavor == TlsFlavor.GRPC ? 1 : 0));
    }
    EndpointSet.Policy policy = endpoints.policy();
    if (!policy.equals(EndpointSet.Policy.DEFAULT)) {
      var to = message.getPolicyBuilder();
      to.setOverprovisioningFactor(UInt32Value.of(policy.overprovisioningFactor()))
          .setWeightedPriorityHealth(policy.weightedPriorityHealth());
      for (EndpointSet.Drop drop : policy.drops()) {
        to.addDropOverloadsBuilder()
            .setCategory(drop.category())
            .setDropPercentage(RouteMatchCodec.percent(drop.share()));
      }
    }
    return message.build();
  }

  private static LocalityLbEndpoints locality(LocalityEndpoints locality, int leastWeight) {
    var message = LocalityLbEndpoints.newBuilder().setPriority(locality.priority());
    message.setLocality(
        io.inmesh.proto.envoy.config.core.v3.Locality.newBuilder()
            .setRegion(locality.locality().region())
            .setZone(locality.locality().zone())
            .setSubZone(locality.locality().subZone()));
    int weight = Math.max(locality.weight(), leastWeight);
    if (weight > 0) {
      message.setLoadBalancingWeight(UInt32Value.of(weight));
    }
    for (Endpoint endpoint : locality.endpoints()) {
      message.addLbEndpoints(endpoint(endpoint));
    }
    return message.build();
  }

  private static LbEndpoint endpoint(Endpoint endpoint) {
    var message = LbEndpoint.newBuilder();
    message
        .getEndpointBuilder()
        .setAddress(Addresses.address(endpoint.address()))
        .setHostname(endpoint.hostname());
    message.setHealthStatus(HealthStatus.valueOf(endpoint.health().name()));
    if (endpoint.weight() != 1) {
      message.setLoadBalancingWeight(UInt32Value.of(endpoint.weight()));
    }
    if (!endpoint.metadata().byNamespace().isEmpty()) {
      message.setMetadata(MetadataCodec.metadata(endpoint.metadata()));
    }
    return message.build();
  }
}
