package io.inmesh.xds.codec;

import io.inmesh.config.FractionalPercent;
import io.inmesh.config.GrpcService;
import io.inmesh.config.StringMatcher;
import io.inmesh.proto.envoy.config.core.v3.ApiVersion;
import io.inmesh.proto.envoy.config.core.v3.GrpcService.EnvoyGrpc;
import io.inmesh.proto.envoy.config.core.v3.RuntimeFractionalPercent;
import io.inmesh.proto.envoy.type.matcher.v3.ListStringMatcher;
import java.util.List;
import java.util.Optional;

/** What filters that ask services have in common. */
final class GrpcServiceCodec {
  private GrpcServiceCodec() {}

  static GrpcService service(
      Decoding in, io.inmesh.proto.envoy.config.core.v3.GrpcService message) {
    if (!message.hasEnvoyGrpc()) {
      throw in.refuse("envoy_grpc must be given; no other client is supported");
    }
    EnvoyGrpc grpc = message.getEnvoyGrpc();
    return new GrpcService(
        in.required("envoy_grpc.cluster_name", grpc.getClusterName()),
        in.headerValue("envoy_grpc.authority", grpc.getAuthority()),
        in.each("initial_metadata", message.getInitialMetadataList(), HeaderCodec::plain));
  }

  static io.inmesh.proto.envoy.config.core.v3.GrpcService message(GrpcService service) {
    var message = io.inmesh.proto.envoy.config.core.v3.GrpcService.newBuilder();
    message
        .getEnvoyGrpcBuilder()
        .setClusterName(service.cluster())
        .setAuthority(service.authority());
    service.initialMetadata().forEach(one -> message.addInitialMetadata(HeaderCodec.plain(one)));
    return message.build();
  }

  /** The one version that there is. */
  static void version(Decoding in, ApiVersion version) {
    if (version != ApiVersion.V3) {
      throw in.refuse("transport_api_version", "must be V3");
    }
  }

  static Optional<FractionalPercent> share(
      Decoding in, boolean present, String field, RuntimeFractionalPercent message) {
    return in.inside(present, field, message, RouteMatchCodec::fraction);
  }

  static List<StringMatcher> matchers(Decoding in, ListStringMatcher message) {
    if (message.getPatternsCount() == 0) {
      throw in.refuse("patterns", "must not be empty");
    }
    return in.each("patterns", message.getPatternsList(), MatcherCodec::string);
  }

  /** The matchers of a field; none if it is not there. */
  static List<StringMatcher> matchers(
      Decoding in, boolean present, String field, ListStringMatcher message) {
    return in.inside(present, field, message, GrpcServiceCodec::matchers).orElse(List.of());
  }

  static ListStringMatcher matchers(List<StringMatcher> matchers) {
    var message = ListStringMatcher.newBuilder();
    matchers.forEach(matcher -> message.addPatterns(MatcherCodec.string(matcher)));
    return message.build();
  }
}
