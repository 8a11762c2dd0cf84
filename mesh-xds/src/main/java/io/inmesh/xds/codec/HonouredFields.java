package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.proto.envoy.config.route.v3.FilterConfig;
import io.inmesh.proto.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.inmesh.proto.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.inmesh.proto.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.inmesh.proto.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import io.inmesh.proto.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.inmesh.proto.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.inmesh.proto.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.inmesh.proto.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.inmesh.proto.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.inmesh.proto.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.inmesh.proto.envoy.extensions.filters.http.header_to_metadata.v3.Config;
import io.inmesh.proto.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.inmesh.proto.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.inmesh.proto.envoy.extensions.filters.http.on_demand.v3.OnDemand;
import io.inmesh.proto.envoy.extensions.filters.http.on_demand.v3.PerRouteConfig;
import io.inmesh.proto.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.inmesh.proto.envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute;
import io.inmesh.proto.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.inmesh.proto.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.inmesh.proto.envoy.extensions.filters.http.router.v3.Router;
import io.inmesh.proto.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.inmesh.proto.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.inmesh.proto.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.inmesh.proto.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.inmesh.proto.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The table of fields that are read, and the messages inside an Any that it goes on with. */
final class HonouredFields {
  private static final String TABLE = "honoured-fields.txt";

  private final Map<String, Set<String>> table;

  HonouredFields() {
    this.table = read();
  }

  private static Map<String, Set<String>> read() {
    try (InputStream file = HonouredFields.class.getResourceAsStream(TABLE);
        var lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
      var table = new HashMap<String, Set<String>>();
      Set<String> fields = new HashSet<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int colon = line.indexOf(':');
        if (line.startsWith("#") || line.isBlank()) {
          continue;
        }
        if (!line.startsWith(" ")) {
          fields = table.computeIfAbsent(line.substring(0, colon), type -> new HashSet<>());
          line = line.substring(colon + 1);
        }
        fields.addAll(line.isBlank() ? List.of() : List.of(line.strip().split("\\s+")));
      }
      return table;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  Map<String, Set<String>> table() {
    return table;
  }

  /** Whether the codecs read a field. */
  boolean reads(Descriptor type, FieldDescriptor field) {
    Set<String> fields = table.get(type.getFullName());
    return fields == null || fields.contains(field.getName());
  }

  /** Whether a field holds messages that are in the table, or that may be. */
  boolean looksInto(FieldDescriptor field) {
    if (field.getJavaType() != JavaType.MESSAGE) {
      return false;
    }
    Descriptor type = field.getMessageType();
    if (field.isMapField()) {
      FieldDescriptor value = type.findFieldByName("value");
      return looksInto(value);
    }
    return type.getFullName().equals("google.protobuf.Any")
        || table.containsKey(type.getFullName());
  }

  /** An empty message of a type to look into; loads no other, because that takes time. */
  static @Nullable Message insideAny(String type) {
    switch (type) {
      case "envoy.extensions.filters.http.buffer.v3.Buffer":
        return Buffer.getDefaultInstance();
      case "envoy.extensions.filters.http.buffer.v3.BufferPerRoute":
        return BufferPerRoute.getDefaultInstance();
      case "envoy.extensions.clusters.aggregate.v3.ClusterConfig":
        return ClusterConfig.getDefaultInstance();
      case "envoy.extensions.filters.http.header_to_metadata.v3.Config":
        return Config.getDefaultInstance();
      case "envoy.extensions.filters.http.cors.v3.CorsPolicy":
        return CorsPolicy.getDefaultInstance();
      case "envoy.extensions.clusters.dns.v3.DnsCluster":
        return DnsCluster.getDefaultInstance();
      case "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext":
        return DownstreamTlsContext.getDefaultInstance();
      case "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz":
        return ExtAuthz.getDefaultInstance();
      case "envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute":
        return ExtAuthzPerRoute.getDefaultInstance();
      case "envoy.extensions.filters.http.ratelimit.v3.RateLimit":
        return RateLimit.getDefaultInstance();
      case "envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute":
        return RateLimitPerRoute.getDefaultInstance();
      case "envoy.config.route.v3.FilterConfig":
        return FilterConfig.getDefaultInstance();
      case "envoy.extensions.filters.http.fault.v3.HTTPFault":
        return HTTPFault.getDefaultInstance();
      case "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation":
        return HeaderMutation.getDefaultInstance();
      case "envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute":
        return HeaderMutationPerRoute.getDefaultInstance();
      case "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager":
        return HttpConnectionManager.getDefaultInstance();
      case "envoy.extensions.upstreams.http.v3.HttpProtocolOptions":
        return HttpProtocolOptions.getDefaultInstance();
      case "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication":
        return JwtAuthentication.getDefaultInstance();
      case "envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest":
        return LeastRequest.getDefaultInstance();
      case "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit":
        return LocalRateLimit.getDefaultInstance();
      case "envoy.extensions.load_balancing_policies.maglev.v3.Maglev":
        return Maglev.getDefaultInstance();
      case "envoy.extensions.filters.http.on_demand.v3.OnDemand":
        return OnDemand.getDefaultInstance();
      case "envoy.extensions.filters.http.on_demand.v3.PerRouteConfig":
        return PerRouteConfig.getDefaultInstance();
      case "envoy.extensions.filters.http.rbac.v3.RBAC":
        return RBAC.getDefaultInstance();
      case "envoy.extensions.filters.http.rbac.v3.RBACPerRoute":
        return RBACPerRoute.getDefaultInstance();
      case "envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash":
        return RingHash.getDefaultInstance();
      case "envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin":
        return RoundRobin.getDefaultInstance();
      case "envoy.extensions.filters.http.stateful_session.v3.StatefulSession":
        return StatefulSession.getDefaultInstance();
      case "envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute":
        return StatefulSessionPerRoute.getDefaultInstance();
      case "envoy.extensions.filters.http.router.v3.Router":
        return Router.getDefaultInstance();
      case "envoy.extensions.load_balancing_policies.subset.v3.Subset":
        return Subset.getDefaultInstance();
      case "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy":
        return TcpProxy.getDefaultInstance();
      case "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext":
        return UpstreamTlsContext.getDefaultInstance();
      case "envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality":
        return WrrLocality.getDefaultInstance();
      default:
        return null;
    }
  }

  /** The message in an Any, if it is to be looked into. */
  Optional<Message> inside(Any any) {
    Message type = insideAny(Decoding.typeOf(any));
    if (type == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(type.getParserForType().parseFrom(any.getValue()));
    } catch (InvalidProtocolBufferException malformed) {
      // Nobody has read it: it stands where extensions are left aside.
      return Optional.empty();
    }
  }
}
