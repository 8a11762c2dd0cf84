package io.inmesh.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.Buffer;
import io.inmesh.proto.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import java.util.Optional;

/** The buffer filter. */
final class BufferCodec implements ExtensionCodec<Buffer> {
  @Override
  public String type() {
    return Buffer.TYPE;
  }

  @Override
  public Class<Buffer> settings() {
    return Buffer.class;
  }

  @Override
  public Buffer decode(Decoding in, ByteString bytes) throws InvalidProtocolBufferException {
    return buffer(
        in, io.inmesh.proto.envoy.extensions.filters.http.buffer.v3.Buffer.parseFrom(bytes));
  }

  @Override
  public void checkForRoute(Decoding in, Buffer settings) {
    throw in.refuse("routes have settings of type " + Buffer.PerRoute.TYPE);
  }

  private static Buffer buffer(
      Decoding in, io.inmesh.proto.envoy.extensions.filters.http.buffer.v3.Buffer message) {
    if (message.getMaxRequestBytes().getValue() == 0) {
      throw in.refuse("max_request_bytes", "must be greater than 0");
    }
    return new Buffer(Integer.toUnsignedLong(message.getMaxRequestBytes().getValue()));
  }

  @Override
  public Message encode(Buffer settings) {
    return message(settings);
  }

  private static io.inmesh.proto.envoy.extensions.filters.http.buffer.v3.Buffer message(
      Buffer settings) {
    return io.inmesh.proto.envoy.extensions.filters.http.buffer.v3.Buffer.newBuilder()
        .setMaxRequestBytes(UInt32Value.of((int) settings.maxBytes()))
        .build();
  }

  /** What routes say about it. */
  static final class PerRoute implements ExtensionCodec<Buffer.PerRoute> {
    @Override
    public String type() {
      return Buffer.PerRoute.TYPE;
    }

    @Override
    public Class<Buffer.PerRoute> settings() {
      return Buffer.PerRoute.class;
    }

    @Override
    public Buffer.PerRoute decode(Decoding in, ByteString bytes)
        throws InvalidProtocolBufferException {
      BufferPerRoute message = BufferPerRoute.parseFrom(bytes);
      if (message.getDisabled()) {
        return new Buffer.PerRoute(Optional.empty());
      }
      if (!message.hasBuffer()) {
        throw in.refuse("buffer or disabled must be given");
      }
      return new Buffer.PerRoute(
          Optional.of(in.inside("buffer", message.getBuffer(), BufferCodec::buffer)));
    }

    @Override
    public Message encode(Buffer.PerRoute settings) {
      var message = BufferPerRoute.newBuilder();
      settings
          .buffer()
          .ifPresentOrElse(
              buffer -> message.setBuffer(BufferCodec.message(buffer)),
              () -> message.setDisabled(true));
      return message.build();
    }
  }
}
