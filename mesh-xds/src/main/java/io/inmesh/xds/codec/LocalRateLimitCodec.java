package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HeaderMutations.HeaderValue;
import io.inmesh.config.LocalRateLimit;
import io.inmesh.config.LocalRateLimit.Descriptors;
import io.inmesh.config.LocalRateLimit.VirtualHostLimits;
import io.inmesh.config.RateLimit;
import io.inmesh.proto.envoy.config.core.v3.HeaderValueOption;
import io.inmesh.proto.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.inmesh.proto.envoy.extensions.common.ratelimit.v3.VhRateLimitsOptions;
import io.inmesh.proto.envoy.extensions.common.ratelimit.v3.XRateLimitHeadersRFCVersion;
import io.inmesh.proto.envoy.type.v3.TokenBucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The local rate limit filter. */
final class LocalRateLimitCodec implements ExtensionCodec<LocalRateLimit> {
  private static final Duration SHORTEST_FILL = Duration.ofMillis(50);
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int MAX_HEADERS = 10;
  private static final int LAST_STAGE = 10;

  @Override
  public String type() {
    return LocalRateLimit.TYPE;
  }

  @Override
  public Class<LocalRateLimit> settings() {
    return LocalRateLimit.class;
  }

  @Override
  public LocalRateLimit decode(Decoding in, ByteString bytes)
      throws InvalidProtocolBufferException {
    var message =
        io.inmesh.proto.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit.parseFrom(
            bytes);
    in.required("stat_prefix", message.getStatPrefix());
    int status = message.getStatus().getCodeValue();
    return new LocalRateLimit(
        in.inside(
            message.hasTokenBucket(),
            "token_bucket",
            message.getTokenBucket(),
            LocalRateLimitCodec::bucket),
        message.hasFilterEnabled()
            ? in.inside("filter_enabled", message.getFilterEnabled(), RouteMatchCodec::fraction)
            : FractionalPercent.NONE,
        message.hasFilterEnforced()
            ? in.inside("filter_enforced", message.getFilterEnforced(), RouteMatchCodec::fraction)
            : FractionalPercent.NONE,
        status < 400 ? TOO_MANY_REQUESTS : status,
        headers(
            in,
            "request_headers_to_add_when_not_enforced",
            message.getRequestHeadersToAddWhenNotEnforcedList()),
        headers(in, "response_headers_to_add", message.getResponseHeadersToAddList()),
        message.getLocalRateLimitPerDownstreamConnection(),
        message.getEnableXRatelimitHeaders() == XRateLimitHeadersRFCVersion.DRAFT_VERSION_03,
        message.getRateLimitedAsResourceExhausted(),
        new Descriptors(
            in.each("descriptors", message.getDescriptorsList(), LocalRateLimitCodec::descriptor),
            in.number("stage", message.getStage(), 0, LAST_STAGE),
            VirtualHostLimits.valueOf(in.known("vh_rate_limits", message.getVhRateLimits()).name()),
            RateLimitCodec.limits(in, message.getRateLimitsList()),
            !message.hasAlwaysConsumeDefaultTokenBucket()
                || message.getAlwaysConsumeDefaultTokenBucket().getValue()));
  }

  private static LocalRateLimit.Descriptor descriptor(
      Decoding in, LocalRateLimitDescriptor message) {
    if (message.getEntriesCount() == 0 || !message.hasTokenBucket()) {
      throw in.refuse(
          message.getEntriesCount() == 0 ? "entries" : "token_bucket", "must not be empty");
    }
    var entries = new ArrayList<RateLimit.Entry>();
    for (var entry : message.getEntriesList()) {
      if (entry.getValue().isEmpty()) {
        throw in.refuse("entries", "a key without a value is not supported");
      }
      entries.add(
          new RateLimit.Entry(
              in.required("entries.key", entry.getKey()), in.text(entry.getValue())));
    }
    return new LocalRateLimit.Descriptor(
        entries, in.inside("token_bucket", message.getTokenBucket(), LocalRateLimitCodec::bucket));
  }

  private static List<HeaderValue> headers(
      Decoding in, String field, List<HeaderValueOption> messages) {
    if (messages.size() > MAX_HEADERS) {
      throw in.refuse(field, "must have at most " + MAX_HEADERS + " members");
    }
    return HeaderCodec.adds(in, field, messages);
  }

  private static LocalRateLimit.Bucket bucket(Decoding in, TokenBucket message) {
    int perFill = message.hasTokensPerFill() ? message.getTokensPerFill().getValue() : 1;
    if (!message.hasFillInterval()) {
      throw in.refuse("fill_interval", "is missing");
    }
    Duration interval = in.positive("fill_interval", message.getFillInterval());
    if (interval.compareTo(SHORTEST_FILL) < 0) {
      throw in.refuse("fill_interval", "must be at least 50ms");
    }
    return new LocalRateLimit.Bucket(
        in.number("max_tokens", message.getMaxTokens(), 1, Integer.MAX_VALUE),
        in.number("tokens_per_fill", perFill, 1, Integer.MAX_VALUE),
        interval);
  }

  @Override
  public Message encode(LocalRateLimit settings) {
    var message =
        io.inmesh.proto.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit.newBuilder()
            .setStatPrefix("local_rate_limit")
            .setFilterEnabled(RouteMatchCodec.fraction(settings.enabled()))
            .setFilterEnforced(RouteMatchCodec.fraction(settings.enforced()))
            .addAllRequestHeadersToAddWhenNotEnforced(HeaderCodec.adds(settings.requestHeaders()))
            .addAllResponseHeadersToAdd(HeaderCodec.adds(settings.responseHeaders()))
            .setLocalRateLimitPerDownstreamConnection(settings.perConnection())
            .setRateLimitedAsResourceExhausted(settings.resourceExhausted());
    if (settings.rateLimitHeaders()) {
      message.setEnableXRatelimitHeaders(XRateLimitHeadersRFCVersion.DRAFT_VERSION_03);
    }
    if (settings.status() != TOO_MANY_REQUESTS) {
      message.getStatusBuilder().setCodeValue(settings.status());
    }
    settings.bucket().ifPresent(bucket -> message.setTokenBucket(message(bucket)));
    Descriptors descriptors = settings.descriptors();
    for (LocalRateLimit.Descriptor descriptor : descriptors.buckets()) {
      var to = message.addDescriptorsBuilder().setTokenBucket(message(descriptor.bucket()));
      descriptor
          .entries()
          .forEach(entry -> to.addEntriesBuilder().setKey(entry.key()).setValue(entry.value()));
    }
    message
        .setStage(descriptors.stage())
        .setVhRateLimits(VhRateLimitsOptions.valueOf(descriptors.virtualHost().name()))
        .addAllRateLimits(RateLimitCodec.limits(descriptors.own()))
        .setAlwaysConsumeDefaultTokenBucket(BoolValue.of(descriptors.alwaysTakeDefault()));
    return message.build();
  }

  private static TokenBucket message(LocalRateLimit.Bucket bucket) {
    return TokenBucket.newBuilder()
        .setMaxTokens(bucket.size())
        .setTokensPerFill(UInt32Value.of(bucket.perFill()))
        .setFillInterval(Protos.duration(bucket.fillInterval()))
        .build();
  }
}
