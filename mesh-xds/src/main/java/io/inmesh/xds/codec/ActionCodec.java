package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.Action;
import io.inmesh.config.InternalRedirectPolicy;
import io.inmesh.config.RateLimit;
import io.inmesh.config.Timeouts;
import io.inmesh.proto.envoy.config.core.v3.RoutingPriority;
import io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig;
import io.inmesh.proto.envoy.config.route.v3.DirectResponseAction;
import io.inmesh.proto.envoy.config.route.v3.RedirectAction;
import io.inmesh.proto.envoy.config.route.v3.RedirectAction.RedirectResponseCode;
import io.inmesh.proto.envoy.config.route.v3.RouteAction;
import io.inmesh.proto.envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode;
import io.inmesh.proto.envoy.config.route.v3.RouteAction.InternalRedirectAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a route does: forward, redirect, answer. */
final class ActionCodec {
  private static final String INTERNAL_REDIRECT = "envoy.extensions.internal_redirect.";
  private static final String ALLOW_LISTED =
      INTERNAL_REDIRECT + "allow_listed_routes.v3.AllowListedRoutesConfig";
  private static final Set<String> PREDICATES =
      Set.of(
          ALLOW_LISTED,
          INTERNAL_REDIRECT + "previous_routes.v3.PreviousRoutesConfig",
          INTERNAL_REDIRECT + "safe_cross_scheme.v3.SafeCrossSchemeConfig");
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);

  private ActionCodec() {}

  static Action.Forward forward(Decoding in, RouteAction message) {
    return new Action.Forward(
        ClusterSpecifierCodec.specifier(in, message),
        notFound(in, message),
        RewriteCodec.rewrite(in, message),
        timeouts(in, message),
        RetryCodec.optional(in, message.hasRetryPolicy(), message.getRetryPolicy()),
        in.inside(
            message.hasHedgePolicy(), "hedge_policy", message.getHedgePolicy(), RetryCodec::hedge),
        in.each(
            "request_mirror_policies",
            message.getRequestMirrorPoliciesList(),
            ClusterSpecifierCodec::mirror),
        HashPolicyCodec.policies(in, message.getHashPolicyList()),
        in.inside("metadata_match", message.getMetadataMatch(), MetadataCodec::subset),
        internalRedirect(in, message),
        in.known("priority", message.getPriority()) == RoutingPriority.HIGH
            ? Action.Priority.HIGH
            : Action.Priority.DEFAULT,
        new RateLimit.OfRoute(
            RateLimitCodec.limits(in, message.getRateLimitsList()),
            message.getIncludeVhRateLimits().getValue()));
  }

  private static int notFound(Decoding in, RouteAction message) {
    switch (in.known("cluster_not_found_response_code", message.getClusterNotFoundResponseCode())) {
      case NOT_FOUND:
        return 404;
      case INTERNAL_SERVER_ERROR:
        return 500;
      default:
        return 503;
    }
  }

  private static Timeouts timeouts(Decoding in, RouteAction message) {
    return new Timeouts(
        in.duration(message.hasTimeout(), "timeout", message.getTimeout(), DEFAULT_TIMEOUT),
        in.duration(message.hasIdleTimeout(), "idle_timeout", message.getIdleTimeout()),
        message.hasMaxStreamDuration()
            ? Optional.of(
                in.inside(
                    "max_stream_duration", message.getMaxStreamDuration(), ActionCodec::maxStream))
            : Optional.empty(),
        in.duration(message.hasMaxGrpcTimeout(), "max_grpc_timeout", message.getMaxGrpcTimeout()),
        in.duration(
            message.hasGrpcTimeoutOffset(),
            "grpc_timeout_offset",
            message.getGrpcTimeoutOffset(),
            Duration.ZERO));
  }

  private static Timeouts.MaxStream maxStream(Decoding in, RouteAction.MaxStreamDuration message) {
    return new Timeouts.MaxStream(
        in.duration(
            message.hasMaxStreamDuration(), "max_stream_duration", message.getMaxStreamDuration()),
        in.duration(
            message.hasGrpcTimeoutHeaderMax(),
            "grpc_timeout_header_max",
            message.getGrpcTimeoutHeaderMax()),
        in.duration(
            message.hasGrpcTimeoutHeaderOffset(),
            "grpc_timeout_header_offset",
            message.getGrpcTimeoutHeaderOffset(),
            Duration.ZERO));
  }

  private static Optional<InternalRedirectPolicy> internalRedirect(
      Decoding in, RouteAction message) {
    if (message.hasInternalRedirectPolicy()) {
      return Optional.of(
          in.inside(
              "internal_redirect_policy",
              message.getInternalRedirectPolicy(),
              ActionCodec::internalRedirect));
    }
    if (message.getInternalRedirectAction() != InternalRedirectAction.HANDLE_INTERNAL_REDIRECT) {
      return Optional.empty();
    }
    int max =
        message.hasMaxInternalRedirects()
            ? Decoding.clamped(message.getMaxInternalRedirects().getValue())
            : 1;
    return Optional.of(new InternalRedirectPolicy(max, List.of(302), List.of(), false, List.of()));
  }

  private static InternalRedirectPolicy internalRedirect(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.InternalRedirectPolicy message) {
    if (message.getRedirectResponseCodesCount() > 5) {
      throw in.refuse("redirect_response_codes", "must have at most 5 members");
    }
    var copied = message.getResponseHeadersToCopyList();
    if (new HashSet<>(copied).size() < copied.size()) {
      throw in.refuse("response_headers_to_copy", "must not hold a name twice");
    }
    var codes = new ArrayList<Integer>(message.getRedirectResponseCodesList());
    codes.removeIf(code -> !REDIRECTS.contains(code));
    return new InternalRedirectPolicy(
        message.hasMaxInternalRedirects()
            ? Decoding.clamped(message.getMaxInternalRedirects().getValue())
            : 1,
        message.getRedirectResponseCodesCount() == 0 ? List.of(302) : codes,
        in.each("predicates", message.getPredicatesList(), ActionCodec::predicate),
        message.getAllowCrossSchemeRedirect(),
        HeaderCodec.names(in, "response_headers_to_copy", copied));
  }

  private static String predicate(Decoding in, TypedExtensionConfig message) {
    String type = Decoding.typeOf(message.getTypedConfig());
    if (!PREDICATES.contains(type)) {
      throw in.refuse("typed_config", "unknown predicate " + type);
    }
    if (type.equals(ALLOW_LISTED)) {
      in.ignored("typed_config.allowed_route_names", "no redirect is followed");
    }
    return in.text(type);
  }

  static RouteAction forward(Action.Forward to, FilterCodec.Encoding filters) {
    var message = RouteAction.newBuilder();
    ClusterSpecifierCodec.encode(to.clusters(), message, filters);
    message.setClusterNotFoundResponseCode(
        to.clusterNotFoundStatus() == 404
            ? ClusterNotFoundResponseCode.NOT_FOUND
            : to.clusterNotFoundStatus() == 500
                ? ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR
                : ClusterNotFoundResponseCode.SERVICE_UNAVAILABLE);
    RewriteCodec.encode(to.rewrite(), message);
    timeouts(to.timeouts(), message);
    to.retry().ifPresent(policy -> message.setRetryPolicy(RetryCodec.policy(policy)));
    to.hedge().ifPresent(policy -> message.setHedgePolicy(RetryCodec.hedge(policy)));
    to.mirrors()
        .forEach(policy -> message.addRequestMirrorPolicies(ClusterSpecifierCodec.mirror(policy)));
    to.hashPolicies().forEach(policy -> message.addHashPolicy(HashPolicyCodec.policy(policy)));
    if (!to.metadataMatch().isEmpty()) {
      message.setMetadataMatch(MetadataCodec.subset(to.metadataMatch()));
    }
    to.internalRedirect().ifPresent(policy -> internalRedirect(policy, message));
    message.addAllRateLimits(RateLimitCodec.limits(to.rateLimits().limits()));
    if (to.rateLimits().withVirtualHost()) {
      message.setIncludeVhRateLimits(BoolValue.of(true));
    }
    if (to.priority() == Action.Priority.HIGH) {
      message.setPriority(RoutingPriority.HIGH);
    }
    return message.build();
  }

  private static void timeouts(Timeouts timeouts, RouteAction.Builder message) {
    message.setTimeout(Protos.duration(timeouts.response()));
    timeouts.idle().ifPresent(value -> message.setIdleTimeout(Protos.duration(value)));
    timeouts.maxGrpc().ifPresent(value -> message.setMaxGrpcTimeout(Protos.duration(value)));
    if (!timeouts.grpcOffset().isZero()) {
      message.setGrpcTimeoutOffset(Protos.duration(timeouts.grpcOffset()));
    }
    timeouts.maxStream().ifPresent(it -> maxStream(it, message.getMaxStreamDurationBuilder()));
  }

  private static void maxStream(
      Timeouts.MaxStream limits, RouteAction.MaxStreamDuration.Builder to) {
    limits.max().ifPresent(value -> to.setMaxStreamDuration(Protos.duration(value)));
    limits.grpcHeaderMax().ifPresent(value -> to.setGrpcTimeoutHeaderMax(Protos.duration(value)));
    if (!limits.grpcHeaderOffset().isZero()) {
      to.setGrpcTimeoutHeaderOffset(Protos.duration(limits.grpcHeaderOffset()));
    }
  }

  private static void internalRedirect(InternalRedirectPolicy policy, RouteAction.Builder message) {
    var to = message.getInternalRedirectPolicyBuilder();
    // A code that is no redirect is passed over; without any code, 302 would be followed.
    List<Integer> codes = policy.statusCodes().isEmpty() ? List.of(200) : policy.statusCodes();
    to.setMaxInternalRedirects(UInt32Value.of(policy.max()))
        .addAllRedirectResponseCodes(codes)
        .setAllowCrossSchemeRedirect(policy.allowCrossScheme())
        .addAllResponseHeadersToCopy(policy.responseHeadersToCopy());
    for (String type : policy.predicates()) {
      to.addPredicatesBuilder().setName(type).setTypedConfig(Protos.empty(type));
    }
  }

  static Action.Redirect redirect(Decoding in, RedirectAction message) {
    String scheme = in.text(message.getSchemeRedirect());
    String host = in.headerValue("host_redirect", message.getHostRedirect());
    return new Action.Redirect(
        scheme.isEmpty() ? Optional.empty() : Optional.of(scheme),
        message.getHttpsRedirect(),
        host.isEmpty() ? Optional.empty() : Optional.of(host),
        message.getPortRedirect(),
        RewriteCodec.redirect(in, message),
        status(in.known("response_code", message.getResponseCode())),
        message.getStripQuery());
  }

  private static int status(RedirectResponseCode code) {
    switch (code) {
      case FOUND:
        return 302;
      case SEE_OTHER:
        return 303;
      case TEMPORARY_REDIRECT:
        return 307;
      case PERMANENT_REDIRECT:
        return 308;
      default:
        return 301;
    }
  }

  static RedirectAction redirect(Action.Redirect to) {
    var message = RedirectAction.newBuilder();
    to.scheme().ifPresent(message::setSchemeRedirect);
    if (to.httpsRedirect()) {
      message.setHttpsRedirect(true);
    }
    to.host().ifPresent(message::setHostRedirect);
    message.setPortRedirect(to.port()).setStripQuery(to.stripQuery());
    RewriteCodec.encode(to.path(), message);
    for (RedirectResponseCode code : RedirectResponseCode.values()) {
      if (code != RedirectResponseCode.UNRECOGNIZED && status(code) == to.status()) {
        message.setResponseCode(code);
      }
    }
    return message.build();
  }

  static Action.DirectResponse direct(Decoding in, DirectResponseAction message) {
    if (message.getStatus() < 200 || message.getStatus() >= 600) {
      throw in.refuse("status", "must be from 200 to 599");
    }
    String body = message.hasBody() ? in.inside("body", message.getBody(), FormatCodec::text) : "";
    return new Action.DirectResponse(
        message.getStatus(),
        body,
        message.hasBodyFormat()
            ? in.inside("body_format", message.getBodyFormat(), FormatCodec::body)
            : Optional.empty());
  }

  static DirectResponseAction direct(Action.DirectResponse reply) {
    var message = DirectResponseAction.newBuilder().setStatus(reply.status());
    if (!reply.body().isEmpty()) {
      message.setBody(FormatCodec.text(reply.body()));
    }
    reply.bodyFormat().ifPresent(body -> message.setBodyFormat(FormatCodec.body(body)));
    return message.build();
  }
}
