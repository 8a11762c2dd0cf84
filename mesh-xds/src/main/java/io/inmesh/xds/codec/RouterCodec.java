package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.Filters;
import io.inmesh.proto.envoy.extensions.filters.http.router.v3.Router;

/** The router. */
final class RouterCodec implements ExtensionCodec<Filters.Router> {
  @Override
  public String type() {
    return Filters.Router.DEFAULT.type();
  }

  @Override
  public Class<Filters.Router> settings() {
    return Filters.Router.class;
  }

  @Override
  public Filters.Router decode(Decoding in, ByteString bytes)
      throws InvalidProtocolBufferException {
    Router message = Router.parseFrom(bytes);
    return new Filters.Router(
        message.getSuppressEnvoyHeaders(),
        message.getRespectExpectedRqTimeout(),
        !message.hasDynamicStats() || message.getDynamicStats().getValue());
  }

  @Override
  public void checkForRoute(Decoding in, Filters.Router settings) {
    throw in.refuse("the router takes no settings of routes");
  }

  @Override
  public Message encode(Filters.Router settings) {
    var message =
        Router.newBuilder()
            .setSuppressEnvoyHeaders(settings.suppressEnvoyHeaders())
            .setRespectExpectedRqTimeout(settings.respectExpectedTimeout());
    if (!settings.dynamicStats()) {
      message.setDynamicStats(BoolValue.of(false));
    }
    return message.build();
  }
}
