package io.inmesh.runtime.net;

import io.inmesh.call.Headers;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.tls.TlsFailure;
import io.inmesh.runtime.wire.Http2Codec;
import io.inmesh.runtime.wire.Http2Fields;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Stream.Closed;
import io.inmesh.transport.Stream.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection as a client. Owner: its loop. It works once the peer's settings are here.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http2ClientConnection extends Link implements Http2Codec.Owner {
  private static final long MAX_FIELDS_BYTES = 64 * 1024;

  private final Connecting connecting;
  private final Http2Codec codec;
  private final Http2Connection connection;
  private final Http2Connection.PropertyKey key;
  private final List<Http2ClientStream> unsent = new ArrayList<>();
  private final Runnable flush = this::flushNow;
  private boolean established;
  private boolean flushScheduled;
  private boolean awaitingPong;
  private String failure = "";
  private @Nullable Closed failed;
  private final Timer keepAlive =
      new Timer() {
        @Override
        protected void onTimer() {
          ping();
        }
      };

  Http2ClientConnection(LoopPool pool, Channel channel, Connecting connecting) {
    super(pool, channel);
    this.connecting = connecting;
    ProtocolOptions.Http2 options = pool.settings().protocol().http2();
    var settings =
        new Http2Settings()
            .pushEnabled(false)
            .initialWindowSize(options.initialStreamWindow())
            .maxHeaderListSize(MAX_FIELDS_BYTES);
    this.codec =
        Http2Codec.of(
            new Http2Codec.Setup(
                false,
                settings,
                options.initialConnectionWindow(),
                new Frames(),
                new Streams(),
                this::writabilityChanged),
            this);
    this.connection = codec.connection();
    this.key = connection.newKey();
  }

  /** Says the first words. */
  void begin() {
    channel.pipeline().addLast(codec);
  }

  @Override
  int capacity() {
    int ours = pool.settings().protocol().http2().maxConcurrentStreams();
    return Math.min(connection.local().maxActiveStreams(), ours);
  }

  @Override
  void start(Stream.Handler handler) {
    var stream = new Http2ClientStream(this, handler);
    unsent.add(stream);
    handler.onOpen(stream);
  }

  void neverSent(Http2ClientStream stream) {
    unsent.remove(stream);
  }

  /** Sends a head; null if the connection cannot any more, then the stream will be closed. */
  @Nullable Http2Stream head(
      Http2ClientStream stream,
      RequestHead head,
      Headers headers,
      long contentLength,
      boolean end) {
    if (!channel.isActive()) {
      return null;
    }
    int id = connection.local().incrementAndGetNextStreamId();
    ChannelHandlerContext context = codec.context();
    ChannelFuture written =
        codec
            .encoder()
            .writeHeaders(
                context,
                id,
                Http2Fields.request(head, headers, contentLength),
                0,
                end,
                context.newPromise());
    Http2Stream opened = connection.stream(id);
    if (opened == null) {
      String why = written.cause() == null ? "no stream" : written.cause().getMessage();
      unsent.remove(stream);
      retire("it has no further streams");
      pool.loop()
          .execute(() -> stream.closed(Closed.REFUSED, pool.settings().address() + ": " + why));
      return null;
    }
    unsent.remove(stream);
    opened.setProperty(key, stream);
    return opened;
  }

  void data(Http2Stream stream, ByteBuffer chunk, boolean end) {
    ChannelHandlerContext context = codec.context();
    codec
        .encoder()
        .writeData(
            context, stream.id(), Unpooled.wrappedBuffer(chunk), 0, end, context.newPromise());
  }

  void end(Http2Stream stream, Headers trailers) {
    ChannelHandlerContext context = codec.context();
    if (trailers.size() == 0) {
      codec
          .encoder()
          .writeData(context, stream.id(), Unpooled.EMPTY_BUFFER, 0, true, context.newPromise());
    } else {
      codec
          .encoder()
          .writeHeaders(
              context, stream.id(), Http2Fields.trailers(trailers), 0, true, context.newPromise());
    }
  }

  boolean isWritable(Http2Stream stream) {
    return codec.encoder().flowController().isWritable(stream);
  }

  /** The reader has taken bytes: the peer may send as many again. */
  void consumed(@Nullable Http2Stream stream, int bytes) {
    try {
      if (stream != null && codec.decoder().flowController().consumeBytes(stream, bytes)) {
        flushSoon();
      }
    } catch (Http2Exception broken) {
      failed(broken);
      channel.close();
    }
  }

  /**
   * Ends a stream before its time.
   *
   * @param given up by the caller; otherwise the response is whole and the request is not
   */
  void reset(@Nullable Http2Stream stream, boolean given) {
    if (stream != null) {
      resetStream(stream.id(), given ? Http2Error.CANCEL : Http2Error.NO_ERROR);
    }
  }

  private void resetStream(int id, Http2Error code) {
    ChannelHandlerContext context = codec.context();
    codec.resetStream(context, id, code.code(), context.newPromise());
    flushSoon();
  }

  /** Flushes once for all that is written in this turn of the loop. */
  void flushSoon() {
    if (!flushScheduled) {
      flushScheduled = true;
      pool.loop().execute(flush);
    }
  }

  private void flushNow() {
    flushScheduled = false;
    channel.flush();
  }

  private void writabilityChanged(Http2Stream stream) {
    Http2ClientStream mine = stream.getProperty(key);
    if (mine != null && isWritable(stream)) {
      mine.schedule();
    }
  }

  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
      if (!established) {
        established = true;
        connecting.established(Http2ClientConnection.this);
        armKeepAlive();
      } else {
        pool.hasRoom(Http2ClientConnection.this);
      }
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context, int id, Http2Headers fields, int padding, boolean end) {
      headers(id, fields, end);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context,
        int id,
        Http2Headers fields,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean end) {
      headers(id, fields, end);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean end) {
      Http2ClientStream mine = mine(id);
      return padding + (mine == null ? data.readableBytes() : mine.data(data, end));
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int id, long code) {
      Http2ClientStream mine = mine(id);
      if (mine != null && !(mine.isHeadReceived() && code == Http2Error.NO_ERROR.code())) {
        mine.how = code == Http2Error.REFUSED_STREAM.code() ? Closed.REFUSED : Closed.RESET;
        mine.reason = pool.settings().address() + " reset the stream: " + name(code);
      }
    }

    @Override
    public void onGoAwayRead(
        ChannelHandlerContext context, int last, long code, ByteBuf debugData) {
      failure = pool.settings().address() + " ended the connection: " + name(code);
      retire("the peer said GOAWAY " + name(code));
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) {
      awaitingPong = false;
      armKeepAlive();
    }
  }

  private static String name(long code) {
    Http2Error known = Http2Error.valueOf(code);
    return known == null ? "code " + code : known.name();
  }

  private @Nullable Http2ClientStream mine(int id) {
    Http2Stream stream = connection.stream(id);
    return stream == null ? null : stream.getProperty(key);
  }

  private void headers(int id, Http2Headers fields, boolean end) {
    Http2ClientStream mine = mine(id);
    if (mine == null) {
      return;
    }
    int status = Http2Fields.status(fields);
    if (!mine.isHeadReceived() && status >= 100 && status < 200) {
      return;
    }
    if (!mine.isHeadReceived() && status == 0) {
      broken(id, "a response without a status");
      resetStream(id, Http2Error.PROTOCOL_ERROR);
      return;
    }
    mine.headers(status, Http2Fields.read(fields), end);
  }

  private final class Streams extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      Http2ClientStream mine = stream.removeProperty(key);
      if (mine == null) {
        return;
      }
      int last = connection.local().lastStreamKnownByPeer();
      if (failed != null) {
        mine.closed(failed, failure);
      } else if (connection.goAwayReceived() && stream.id() > last) {
        mine.closed(Closed.REFUSED, failure);
      } else {
        mine.closed(
            Closed.TERMINATED,
            failure.isEmpty() ? pool.settings().address() + " closed the connection" : failure);
      }
    }
  }

  @Override
  public void inactive() {
    keepAlive.disarm();
    if (!established) {
      connecting.failed(
          failure.isEmpty() ? "closed the connection instead of speaking HTTP/2" : failure);
      return;
    }
    gone();
    for (Http2ClientStream stream : List.copyOf(unsent)) {
      stream.closed(Closed.REFUSED, pool.settings().address() + " closed the connection");
    }
    unsent.clear();
  }

  @Override
  public void failed(Throwable cause) {
    if (failure.isEmpty() || !established) {
      String why = TlsFailure.reason(cause, established ? own() : connecting.own());
      failure = established ? pool.settings().address() + ": " + why : why;
    }
  }

  @Override
  public void broken(int streamId, String reason) {
    String why = pool.settings().address() + ": " + reason;
    if (streamId == 0) {
      failure = established ? why : reason;
      failed = Closed.PROTOCOL_ERROR;
      return;
    }
    Http2ClientStream mine = mine(streamId);
    if (mine != null) {
      mine.how = Closed.PROTOCOL_ERROR;
      mine.reason = why;
    }
  }

  private void armKeepAlive() {
    long interval = pool.settings().protocol().http2().keepAliveInterval().toNanos();
    if (interval > 0) {
      pool.loop().arm(keepAlive, pool.loop().nanoTime() + interval);
    }
  }

  private void ping() {
    if (awaitingPong) {
      failure = pool.settings().address() + " does not answer pings";
      channel.close();
      return;
    }
    awaitingPong = true;
    ChannelHandlerContext context = codec.context();
    codec.encoder().writePing(context, false, 1, context.newPromise());
    channel.flush();
    long timeout = pool.settings().protocol().http2().keepAliveTimeout().toNanos();
    pool.loop().arm(keepAlive, pool.loop().nanoTime() + timeout);
  }

  @Override
  void finish() {
    ChannelHandlerContext context = codec.context();
    codec.goAway(
        context, 0, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, context.newPromise());
    channel.flush();
    channel.close();
  }
}
