package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.Fault;
import io.inmesh.config.Fault.Keys;
import io.inmesh.config.FractionalPercent;
import io.inmesh.proto.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.inmesh.proto.envoy.extensions.filters.common.fault.v3.FaultRateLimit;
import io.inmesh.proto.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.inmesh.proto.envoy.extensions.filters.http.fault.v3.HTTPFault;
import java.util.Optional;

/** The fault filter. */
final class FaultCodec implements ExtensionCodec<Fault> {
  @Override
  public String type() {
    return Fault.TYPE;
  }

  @Override
  public Class<Fault> settings() {
    return Fault.class;
  }

  @Override
  public Fault decode(Decoding in, ByteString bytes) throws InvalidProtocolBufferException {
    HTTPFault message = HTTPFault.parseFrom(bytes);
    return new Fault(
        in.inside(message.hasDelay(), "delay", message.getDelay(), FaultCodec::delay),
        in.inside(message.hasAbort(), "abort", message.getAbort(), FaultCodec::abort),
        in.inside(
            message.hasResponseRateLimit(),
            "response_rate_limit",
            message.getResponseRateLimit(),
            FaultCodec::rate),
        in.text(message.getUpstreamCluster()),
        in.each("headers", message.getHeadersList(), MatcherCodec::header),
        FilterChainCodec.texts(in, message.getDownstreamNodesList()),
        message.hasMaxActiveFaults()
            ? Optional.of(Decoding.clamped(message.getMaxActiveFaults().getValue()))
            : Optional.empty(),
        keys(in, message),
        MetadataCodec.struct(in, message.getFilterMetadata()));
  }

  private static Keys keys(Decoding in, HTTPFault message) {
    Keys otherwise = Keys.DEFAULT;
    return new Keys(
        key(in, message.getDelayPercentRuntime(), otherwise.delayShare()),
        key(in, message.getDelayDurationRuntime(), otherwise.delayMillis()),
        key(in, message.getAbortPercentRuntime(), otherwise.abortShare()),
        key(in, message.getAbortHttpStatusRuntime(), otherwise.httpStatus()),
        key(in, message.getAbortGrpcStatusRuntime(), otherwise.grpcStatus()),
        key(in, message.getMaxActiveFaultsRuntime(), otherwise.maxActive()),
        key(in, message.getResponseRateLimitPercentRuntime(), otherwise.rateShare()));
  }

  private static String key(Decoding in, String given, String otherwise) {
    return given.isEmpty() ? otherwise : in.text(given);
  }

  /** Nothing for the keys that Envoy has for all faults. */
  private static void keys(Keys keys, HTTPFault.Builder message) {
    if (!keys.equals(Keys.DEFAULT)) {
      message
          .setDelayPercentRuntime(keys.delayShare())
          .setDelayDurationRuntime(keys.delayMillis())
          .setAbortPercentRuntime(keys.abortShare())
          .setAbortHttpStatusRuntime(keys.httpStatus())
          .setAbortGrpcStatusRuntime(keys.grpcStatus())
          .setMaxActiveFaultsRuntime(keys.maxActive())
          .setResponseRateLimitPercentRuntime(keys.rateShare());
    }
  }

  private static FractionalPercent share(
      Decoding in, io.inmesh.proto.envoy.type.v3.FractionalPercent message) {
    return RouteMatchCodec.percent(in, message, "");
  }

  private static Fault.Delay delay(Decoding in, FaultDelay message) {
    FractionalPercent share = in.inside("percentage", message.getPercentage(), FaultCodec::share);
    switch (message.getFaultDelaySecifierCase()) {
      case FIXED_DELAY:
        return new Fault.Delay(
            Optional.of(in.positive("fixed_delay", message.getFixedDelay())), share);
      case HEADER_DELAY:
        return new Fault.Delay(Optional.empty(), share);
      default:
        throw in.refuse("no delay is given");
    }
  }

  private static Fault.Abort abort(Decoding in, FaultAbort message) {
    FractionalPercent share = in.inside("percentage", message.getPercentage(), FaultCodec::share);
    switch (message.getErrorTypeCase()) {
      case HTTP_STATUS:
        int status = in.number("http_status", message.getHttpStatus(), 200, 599);
        return new Fault.Abort(Optional.of(status), Optional.empty(), share);
      case GRPC_STATUS:
        return new Fault.Abort(
            Optional.empty(), Optional.of(Decoding.clamped(message.getGrpcStatus())), share);
      case HEADER_ABORT:
        return new Fault.Abort(Optional.empty(), Optional.empty(), share);
      default:
        throw in.refuse("no status is given");
    }
  }

  private static Fault.ResponseRate rate(Decoding in, FaultRateLimit message) {
    FractionalPercent share = in.inside("percentage", message.getPercentage(), FaultCodec::share);
    switch (message.getLimitTypeCase()) {
      case FIXED_LIMIT:
        long limit = message.getFixedLimit().getLimitKbps();
        if (limit == 0) {
          throw in.refuse("fixed_limit.limit_kbps", "must be at least 1");
        }
        return new Fault.ResponseRate(Optional.of(limit < 0 ? Long.MAX_VALUE : limit), share);
      case HEADER_LIMIT:
        return new Fault.ResponseRate(Optional.empty(), share);
      default:
        throw in.refuse("no limit is given");
    }
  }

  @Override
  public Message encode(Fault settings) {
    var message =
        HTTPFault.newBuilder()
            .setUpstreamCluster(settings.upstreamCluster())
            .addAllDownstreamNodes(settings.downstreamNodes());
    keys(settings.keys(), message);
    if (!settings.metadata().isEmpty()) {
      message.setFilterMetadata(MetadataCodec.struct(settings.metadata()));
    }
    settings.headers().forEach(header -> message.addHeaders(MatcherCodec.header(header)));
    settings.maxActiveFaults().ifPresent(most -> message.setMaxActiveFaults(UInt32Value.of(most)));
    settings.delay().ifPresent(delay -> message.setDelay(message(delay)));
    settings.abort().ifPresent(abort -> message.setAbort(message(abort)));
    settings.responseRate().ifPresent(rate -> message.setResponseRateLimit(message(rate)));
    return message.build();
  }

  private static FaultDelay message(Fault.Delay delay) {
    var message = FaultDelay.newBuilder().setPercentage(RouteMatchCodec.percent(delay.share()));
    delay
        .fixed()
        .ifPresentOrElse(
            fixed -> message.setFixedDelay(Protos.duration(fixed)),
            () -> message.setHeaderDelay(FaultDelay.HeaderDelay.getDefaultInstance()));
    return message.build();
  }

  private static FaultAbort message(Fault.Abort abort) {
    var message = FaultAbort.newBuilder().setPercentage(RouteMatchCodec.percent(abort.share()));
    if (abort.httpStatus().isPresent()) {
      message.setHttpStatus(abort.httpStatus().get());
    } else if (abort.grpcStatus().isPresent()) {
      message.setGrpcStatus(abort.grpcStatus().get());
    } else {
      message.setHeaderAbort(FaultAbort.HeaderAbort.getDefaultInstance());
    }
    return message.build();
  }

  private static FaultRateLimit message(Fault.ResponseRate rate) {
    var message = FaultRateLimit.newBuilder().setPercentage(RouteMatchCodec.percent(rate.share()));
    rate.kibPerSecond()
        .ifPresentOrElse(
            limit -> message.getFixedLimitBuilder().setLimitKbps(limit),
            () -> message.setHeaderLimit(FaultRateLimit.HeaderLimit.getDefaultInstance()));
    return message.build();
  }
}
