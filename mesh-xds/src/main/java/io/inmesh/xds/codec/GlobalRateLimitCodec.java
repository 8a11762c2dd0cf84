package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.GlobalRateLimit;
import io.inmesh.config.GlobalRateLimit.Failure;
import io.inmesh.config.GlobalRateLimit.Limited;
import io.inmesh.config.GlobalRateLimit.Requests;
import io.inmesh.config.LocalRateLimit.VirtualHostLimits;
import io.inmesh.proto.envoy.config.core.v3.ApiVersion;
import io.inmesh.proto.envoy.config.ratelimit.v3.RateLimitServiceConfig;
import io.inmesh.proto.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.inmesh.proto.envoy.extensions.filters.http.ratelimit.v3.RateLimit.XRateLimitHeadersRFCVersion;
import io.inmesh.proto.envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute;
import java.time.Duration;
import java.util.Locale;

/** The filter that asks a rate limit service. */
final class GlobalRateLimitCodec implements ExtensionCodec<GlobalRateLimit> {
  private static final Duration TIMEOUT = Duration.ofMillis(20);
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;
  private static final int LAST_STATUS = 511;
  private static final int LAST_STAGE = 10;
  private static final int MAX_HEADERS = 10;

  @Override
  public String type() {
    return GlobalRateLimit.TYPE;
  }

  @Override
  public Class<GlobalRateLimit> settings() {
    return GlobalRateLimit.class;
  }

  @Override
  public void checkForRoute(Decoding in, GlobalRateLimit settings) {
    throw in.refuse("routes have settings of type " + GlobalRateLimit.PerRoute.TYPE);
  }

  @Override
  public GlobalRateLimit decode(Decoding in, ByteString bytes)
      throws InvalidProtocolBufferException {
    RateLimit message = RateLimit.parseFrom(bytes);
    RateLimitServiceConfig service = message.getRateLimitService();
    if (!service.hasGrpcService()) {
      throw in.refuse("rate_limit_service.grpc_service", "is missing");
    }
    in.enter("rate_limit_service", -1);
    GrpcServiceCodec.version(in, service.getTransportApiVersion());
    in.leave();
    int failed = message.getStatusOnError().getCodeValue();
    return new GlobalRateLimit(
        in.required("domain", message.getDomain()),
        in.number("stage", message.getStage(), 0, LAST_STAGE),
        requests(in, message.getRequestType()),
        in.inside(
            "rate_limit_service.grpc_service", service.getGrpcService(), GrpcServiceCodec::service),
        in.duration(message.hasTimeout(), "timeout", message.getTimeout(), TIMEOUT),
        new Failure(
            message.getFailureModeDeny(),
            GrpcServiceCodec.share(
                in,
                message.hasFailureModeDenyPercent(),
                "failure_mode_deny_percent",
                message.getFailureModeDenyPercent()),
            failed < 400 || failed > LAST_STATUS ? SERVER_ERROR : failed),
        limited(in, message),
        GrpcServiceCodec.share(
            in, message.hasFilterEnabled(), "filter_enabled", message.getFilterEnabled()),
        GrpcServiceCodec.share(
            in, message.hasFilterEnforced(), "filter_enforced", message.getFilterEnforced()),
        RateLimitCodec.embedded(in, message.getRateLimitsList()));
  }

  private static Requests requests(Decoding in, String type) {
    switch (type) {
      case "internal":
        return Requests.INTERNAL;
      case "external":
        return Requests.EXTERNAL;
      case "both":
      case "":
        return Requests.BOTH;
      default:
        throw in.refuse("request_type", "must be internal, external or both");
    }
  }

  private static Limited limited(Decoding in, RateLimit message) {
    if (message.getResponseHeadersToAddCount() > MAX_HEADERS) {
      throw in.refuse("response_headers_to_add", "must have at most " + MAX_HEADERS + " members");
    }
    int status = message.getRateLimitedStatus().getCodeValue();
    return new Limited(
        status < 400 ? TOO_MANY_REQUESTS : status,
        message.getRateLimitedAsResourceExhausted(),
        !message.getDisableXEnvoyRatelimitedHeader(),
        in.known("enable_x_ratelimit_headers", message.getEnableXRatelimitHeaders())
            == XRateLimitHeadersRFCVersion.DRAFT_VERSION_03,
        HeaderCodec.adds(in, "response_headers_to_add", message.getResponseHeadersToAddList()));
  }

  @Override
  public Message encode(GlobalRateLimit settings) {
    Limited limited = settings.limited();
    var message =
        RateLimit.newBuilder()
            .setDomain(settings.domain())
            .setStage(settings.stage())
            .setRequestType(settings.requests().name().toLowerCase(Locale.ROOT))
            .setTimeout(Protos.duration(settings.timeout()))
            .setFailureModeDeny(settings.failure().deny())
            .setRateLimitedAsResourceExhausted(limited.resourceExhausted())
            .setDisableXEnvoyRatelimitedHeader(!limited.marked())
            .addAllResponseHeadersToAdd(HeaderCodec.adds(limited.headers()))
            .addAllRateLimits(RateLimitCodec.embedded(settings.own()));
    message
        .getRateLimitServiceBuilder()
        .setTransportApiVersion(ApiVersion.V3)
        .setGrpcService(GrpcServiceCodec.message(settings.service()));
    if (limited.rateLimitHeaders()) {
      message.setEnableXRatelimitHeaders(XRateLimitHeadersRFCVersion.DRAFT_VERSION_03);
    }
    if (limited.status() != TOO_MANY_REQUESTS) {
      message.getRateLimitedStatusBuilder().setCodeValue(limited.status());
    }
    if (settings.failure().status() != SERVER_ERROR) {
      message.getStatusOnErrorBuilder().setCodeValue(settings.failure().status());
    }
    settings
        .failure()
        .denied()
        .ifPresent(share -> message.setFailureModeDenyPercent(RouteMatchCodec.fraction(share)));
    settings
        .enabled()
        .ifPresent(share -> message.setFilterEnabled(RouteMatchCodec.fraction(share)));
    settings
        .enforced()
        .ifPresent(share -> message.setFilterEnforced(RouteMatchCodec.fraction(share)));
    return message.build();
  }

  /** What routes say about it. */
  static final class PerRoute implements ExtensionCodec<GlobalRateLimit.PerRoute> {
    @Override
    public String type() {
      return GlobalRateLimit.PerRoute.TYPE;
    }

    @Override
    public Class<GlobalRateLimit.PerRoute> settings() {
      return GlobalRateLimit.PerRoute.class;
    }

    @Override
    public GlobalRateLimit.PerRoute decode(Decoding in, ByteString bytes)
        throws InvalidProtocolBufferException {
      RateLimitPerRoute message = RateLimitPerRoute.parseFrom(bytes);
      return new GlobalRateLimit.PerRoute(
          VirtualHostLimits.valueOf(in.known("vh_rate_limits", message.getVhRateLimits()).name()),
          RateLimitCodec.embedded(in, message.getRateLimitsList()),
          in.text(message.getDomain()));
    }

    @Override
    public Message encode(GlobalRateLimit.PerRoute settings) {
      return RateLimitPerRoute.newBuilder()
          .setVhRateLimits(
              RateLimitPerRoute.VhRateLimitsOptions.valueOf(settings.virtualHost().name()))
          .addAllRateLimits(RateLimitCodec.embedded(settings.own()))
          .setDomain(settings.domain())
          .build();
    }
  }
}
