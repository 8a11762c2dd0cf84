package io.inmesh.runtime.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Exception.StreamException;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import org.jspecify.annotations.Nullable;

/** Netty's HTTP/2 connection without a channel per stream, with its guards against floods. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
public final class Http2Codec extends Http2ConnectionHandler {
  private static final int MOST_UNREAD_ANSWERS = 1000;
  private static final int MOST_RESETS = 1000;
  private static final int RESET_SECONDS = 10;

  private final Owner owner;
  private final int connectionWindow;
  private @Nullable ChannelHandlerContext context;

  /** Who uses the connection. */
  public interface Owner {
    /** The channel is closed; the streams are closed after this. */
    void inactive();

    /** The connection broke. */
    void failed(Throwable cause);

    /** The peer broke the protocol, on one stream (0 for the connection); it will be closed. */
    void broken(int streamId, String reason);
  }

  private Http2Codec(
      Owner owner,
      int connectionWindow,
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings) {
    super(decoder, encoder, settings, true, true);
    this.owner = owner;
    this.connectionWindow = connectionWindow;
  }

  /** What a connection needs. */
  public record Setup(
      boolean server,
      Http2Settings settings,
      int connectionWindow,
      Http2FrameListener frames,
      Http2Connection.Listener streams,
      Http2RemoteFlowController.Listener writability) {}

  /** A new connection, to be put into a pipeline. */
  public static Http2Codec of(Setup setup, Owner owner) {
    Http2Codec codec = new Builder(owner, setup).build();
    codec.connection().addListener(setup.streams());
    codec.encoder().flowController().listener(setup.writability());
    return codec;
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<Http2Codec, Builder> {
    private final Owner owner;
    private final int connectionWindow;

    Builder(Owner owner, Setup setup) {
      this.owner = owner;
      this.connectionWindow = setup.connectionWindow();
      connection(connection(setup.server()));
      initialSettings(setup.settings());
      frameListener(setup.frames());
      validateHeaders(true);
      // In the table of either side such values would only push out those that recur.
      headerSensitivityDetector((name, value) -> Http2Fields.isUnique(name));
      // As Envoy: answers to pings, settings and resets that the peer does not read.
      encoderEnforceMaxQueuedControlFrames(MOST_UNREAD_ANSWERS);
      if (setup.server()) {
        // Clients with short deadlines give up many a request, but not thousands in a second.
        decoderEnforceMaxRstFramesPerWindow(MOST_RESETS, RESET_SECONDS);
      }
      // The setting is advice (RFC 9113, 6.5.2): the peer answers 431 itself.
      encoderIgnoreMaxHeaderListSize(true);
    }

    /** Streams are equal: priorities are gone (RFC 9113, 5.3), and a tree of them is dear. */
    private static Http2Connection connection(boolean server) {
      var connection = new DefaultHttp2Connection(server);
      var shares = new UniformStreamByteDistributor(connection);
      connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, shares));
      return connection;
    }

    @Override
    protected Http2Codec build() {
      return super.build();
    }

    @Override
    protected Http2Codec build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      return new Http2Codec(owner, connectionWindow, decoder, encoder, settings);
    }
  }

  /** Its place in the pipeline. */
  public ChannelHandlerContext context() {
    ChannelHandlerContext in = context;
    if (in == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return in;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext in) throws Exception {
    context = in;
    super.handlerAdded(in);
    int more = connectionWindow - decoder().flowController().initialWindowSize();
    if (more > 0) {
      decoder().flowController().incrementWindowSize(connection().connectionStream(), more);
      in.flush();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext in) throws Exception {
    owner.inactive();
    super.channelInactive(in);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext in, Throwable cause) throws Exception {
    if (http2Cause(cause) != null) {
      super.exceptionCaught(in, cause);
    } else {
      owner.failed(cause);
      in.close();
    }
  }

  private static @Nullable Http2Exception http2Cause(Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof Http2Exception found) {
        return found;
      }
    }
    return null;
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext in, boolean outbound, Throwable cause, StreamException error) {
    // What cannot be written any more is no fault of the peer.
    if (!outbound) {
      owner.broken(error.streamId(), String.valueOf(error.getMessage()));
    }
    super.onStreamError(in, outbound, cause, error);
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext in, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
    if (outbound || error == null) {
      // A write failed, or our own code: the peer has kept to the protocol.
      owner.failed(cause);
    } else {
      owner.broken(0, String.valueOf(error.getMessage()));
    }
    super.onConnectionError(in, outbound, cause, error);
  }
}
