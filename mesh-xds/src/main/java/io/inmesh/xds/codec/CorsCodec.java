package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.Cors;
import io.inmesh.config.FractionalPercent;
import io.inmesh.proto.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import java.util.Optional;

/** The CORS filter. */
final class CorsCodec implements ExtensionCodec<Cors> {
  @Override
  public String type() {
    return Cors.TYPE;
  }

  @Override
  public Class<Cors> settings() {
    return Cors.class;
  }

  @Override
  public Cors decode(Decoding in, ByteString bytes) {
    return new Cors();
  }

  @Override
  public void checkForRoute(Decoding in, Cors settings) {
    throw in.refuse("routes have settings of type " + Cors.Policy.TYPE);
  }

  @Override
  public Message encode(Cors settings) {
    return io.inmesh.proto.envoy.extensions.filters.http.cors.v3.Cors.getDefaultInstance();
  }

  /** What routes say about it. */
  static final class Policy implements ExtensionCodec<Cors.Policy> {
    @Override
    public String type() {
      return Cors.Policy.TYPE;
    }

    @Override
    public Class<Cors.Policy> settings() {
      return Cors.Policy.class;
    }

    @Override
    public Cors.Policy decode(Decoding in, ByteString bytes) throws InvalidProtocolBufferException {
      CorsPolicy message = CorsPolicy.parseFrom(bytes);
      return new Cors.Policy(
          in.each(
              "allow_origin_string_match",
              message.getAllowOriginStringMatchList(),
              MatcherCodec::string),
          in.text(message.getAllowMethods()),
          in.text(message.getAllowHeaders()),
          in.text(message.getExposeHeaders()),
          in.text(message.getMaxAge()),
          optional(message.hasAllowCredentials(), message.getAllowCredentials()),
          message.hasFilterEnabled()
              ? in.inside("filter_enabled", message.getFilterEnabled(), RouteMatchCodec::fraction)
              : FractionalPercent.ALL,
          optional(message.hasAllowPrivateNetworkAccess(), message.getAllowPrivateNetworkAccess()),
          !message.hasForwardNotMatchingPreflights()
              || message.getForwardNotMatchingPreflights().getValue());
    }

    private static Optional<Boolean> optional(boolean has, BoolValue value) {
      return has ? Optional.of(value.getValue()) : Optional.empty();
    }

    @Override
    public Message encode(Cors.Policy policy) {
      var message =
          CorsPolicy.newBuilder()
              .setAllowMethods(policy.methods())
              .setAllowHeaders(policy.headers())
              .setExposeHeaders(policy.exposeHeaders())
              .setMaxAge(policy.maxAge());
      policy
          .origins()
          .forEach(origin -> message.addAllowOriginStringMatch(MatcherCodec.string(origin)));
      policy.credentials().ifPresent(v -> message.setAllowCredentials(BoolValue.of(v)));
      policy.privateNetwork().ifPresent(v -> message.setAllowPrivateNetworkAccess(BoolValue.of(v)));
      if (!policy.enabled().equals(FractionalPercent.ALL)) {
        message.setFilterEnabled(RouteMatchCodec.fraction(policy.enabled()));
      }
      if (!policy.forwardNotMatchingPreflights()) {
        message.setForwardNotMatchingPreflights(BoolValue.of(false));
      }
      return message.build();
    }
  }
}
