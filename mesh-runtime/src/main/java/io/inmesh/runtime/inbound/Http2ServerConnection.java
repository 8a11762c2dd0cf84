package io.inmesh.runtime.inbound;

import io.inmesh.call.Headers;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.net.NettyLoop;
import io.inmesh.runtime.wire.Http2Codec;
import io.inmesh.runtime.wire.Http2Fields;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 connection as a server. Owner: its loop. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http2ServerConnection implements ServerConnection, Http2Codec.Owner {
  private static final int MAX_STREAMS = 1024;
  private static final int STREAM_WINDOW = 256 * 1024;
  private static final int CONNECTION_WINDOW = 1024 * 1024;
  private static final long DRAIN_PING = 0x64726169;

  private final ServerSettings settings;
  private final Peer peer;
  private final Channel channel;
  private final NettyLoop loop;
  private final Http2Codec codec;
  private final Http2Connection connection;
  private final Http2Connection.PropertyKey key;
  private final Runnable flush = this::flushNow;
  private final Timer idle =
      new Timer() {
        @Override
        protected void onTimer() {
          closeIdle();
        }
      };
  private boolean flushScheduled;
  private boolean draining;
  private boolean lastWordSaid;
  private int active;
  private String failure = "";

  Http2ServerConnection(ServerSettings settings, Peer peer, Channel channel, NettyLoop loop) {
    this.settings = settings;
    this.peer = peer;
    this.channel = channel;
    this.loop = loop;
    var initial =
        new Http2Settings()
            .maxConcurrentStreams(MAX_STREAMS)
            .initialWindowSize(STREAM_WINDOW)
            .maxHeaderListSize(settings.maxHeadBytes());
    this.codec =
        Http2Codec.of(
            new Http2Codec.Setup(
                true,
                initial,
                CONNECTION_WINDOW,
                new Frames(),
                new Streams(),
                this::writabilityChanged),
            this);
    this.connection = codec.connection();
    this.key = connection.newKey();
  }

  void begin() {
    armIdle();
    channel.pipeline().addLast(codec);
  }

  EventLoop eventLoop() {
    return channel.eventLoop();
  }

  private void armIdle() {
    if (!settings.idleTimeout().isZero()) {
      loop.arm(idle, loop.nanoTime() + settings.idleTimeout().toNanos());
    }
  }

  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext context, int id, Http2Headers fields, int padding, boolean end) {
      request(id, fields, end);
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
      request(id, fields, end);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean end) {
      Http2Exchange exchange = exchange(id);
      return padding + (exchange == null ? data.readableBytes() : exchange.data(data, end));
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int id, long code) {
      Http2Exchange exchange = exchange(id);
      if (exchange != null) {
        exchange.lost(peer.remote() + " reset the stream: code " + code);
      }
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) {
      if (draining && data == DRAIN_PING) {
        sayLastWord();
      }
    }
  }

  private @Nullable Http2Exchange exchange(int id) {
    Http2Stream stream = connection.stream(id);
    return stream == null ? null : stream.getProperty(key);
  }

  private void request(int id, Http2Headers fields, boolean end) {
    Http2Stream stream = connection.stream(id);
    if (stream == null) {
      return;
    }
    Http2Exchange known = stream.getProperty(key);
    if (known != null) {
      if (end) {
        known.end(Http2Fields.read(fields));
      }
      return;
    }
    String method = String.valueOf(fields.method());
    var exchange = new Http2Exchange(this, stream, method.equals("HEAD"));
    stream.setProperty(key, exchange);
    active++;
    idle.disarm();
    settings.counters().requests.increment();
    settings.counters().active.increment();
    Headers headers = Http2Fields.read(fields);
    CharSequence path = fields.path();
    CharSequence authority = fields.authority();
    String host = headers.get("host");
    if (headers.size() > settings.maxFields()) {
      answer(exchange, 431);
      return;
    }
    if (path == null || method.equals("CONNECT") || (authority == null && host == null)) {
      answer(exchange, 400);
      return;
    }
    String length = headers.get("content-length");
    if (length != null && settings.maxBodyBytes() > 0 && isTooLarge(parse(length))) {
      answer(exchange, 413);
      return;
    }
    headers.remove("host");
    if (end) {
      exchange.end(Headers.EMPTY);
    }
    exchange.handle(
        settings.handler(),
        new ServerRequest(
            method,
            peer.scheme(),
            authority == null ? String.valueOf(host) : authority.toString(),
            path.toString(),
            Requests.clean(headers),
            exchange,
            peer.id(),
            peer.remote()));
  }

  private static long parse(String length) {
    try {
      return Long.parseLong(length);
    } catch (NumberFormatException checkedBefore) {
      return Long.MAX_VALUE;
    }
  }

  private static void answer(Http2Exchange exchange, int status) {
    exchange.answer(new ServerResponse(status, Headers.EMPTY, Optional.empty()));
  }

  boolean isTooLarge(long bytes) {
    return settings.maxBodyBytes() > 0 && bytes > settings.maxBodyBytes();
  }

  void tooLarge(Http2Exchange exchange) {
    if (exchange.isHeadSent()) {
      exchange.onFailure(new IllegalStateException("the request is too large"));
    } else {
      answer(exchange, 413);
    }
  }

  void headers(Http2Stream stream, Http2Headers head, boolean end) {
    ChannelHandlerContext context = codec.context();
    ChannelFuture written =
        codec.encoder().writeHeaders(context, stream.id(), head, 0, end, context.newPromise());
    if (end) {
      stopRequestAfter(written, stream);
    }
  }

  void data(Http2Stream stream, ByteBuffer chunk) {
    ChannelHandlerContext context = codec.context();
    codec
        .encoder()
        .writeData(
            context, stream.id(), Unpooled.wrappedBuffer(chunk), 0, false, context.newPromise());
  }

  void end(Http2Stream stream, Headers trailers) {
    if (trailers.size() > 0) {
      headers(stream, Http2Fields.trailers(trailers), true);
      return;
    }
    ChannelHandlerContext context = codec.context();
    stopRequestAfter(
        codec
            .encoder()
            .writeData(context, stream.id(), Unpooled.EMPTY_BUFFER, 0, true, context.newPromise()),
        stream);
  }

  /** RFC 9113, 8.1: after a whole answer the client is told to stop sending, without an error. */
  private void stopRequestAfter(ChannelFuture written, Http2Stream stream) {
    if (stream.state() == Http2Stream.State.OPEN) {
      written.addListener(
          done -> {
            if (done.isSuccess() && stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
              reset(stream, Http2Error.NO_ERROR);
            }
          });
    }
  }

  private void reset(Http2Stream stream, Http2Error code) {
    ChannelHandlerContext context = codec.context();
    codec.resetStream(context, stream.id(), code.code(), context.newPromise());
    flush();
  }

  void abort(Http2Stream stream) {
    reset(stream, Http2Error.INTERNAL_ERROR);
  }

  boolean isWritable(Http2Stream stream) {
    return codec.encoder().flowController().isWritable(stream);
  }

  void consumed(Http2Stream stream, int bytes) {
    try {
      if (codec.decoder().flowController().consumeBytes(stream, bytes)) {
        flushSoon();
      }
    } catch (Http2Exception broken) {
      failed(broken);
      channel.close();
    }
  }

  void flush() {
    channel.flush();
  }

  private void flushSoon() {
    if (!flushScheduled) {
      flushScheduled = true;
      loop.execute(flush);
    }
  }

  private void flushNow() {
    flushScheduled = false;
    channel.flush();
  }

  private void writabilityChanged(Http2Stream stream) {
    Http2Exchange exchange = stream.getProperty(key);
    if (exchange != null && isWritable(stream)) {
      exchange.schedule();
    }
  }

  private final class Streams extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      Http2Exchange exchange = stream.removeProperty(key);
      if (exchange == null) {
        return;
      }
      active--;
      settings.counters().active.decrement();
      exchange.closed(failure.isEmpty() ? peer.remote() + " closed the stream" : failure);
      if (active == 0) {
        if (lastWordSaid) {
          channel.close();
        } else if (channel.isActive()) {
          armIdle();
        }
      }
    }
  }

  /**
   * Two GOAWAYs (RFC 9113, 6.8): the first lets requests that are on their way come in, the second
   * follows when the client must have seen the first.
   */
  @Override
  public void drain() {
    if (!draining) {
      draining = true;
      goAway(Integer.MAX_VALUE);
      ChannelHandlerContext context = codec.context();
      codec.encoder().writePing(context, false, DRAIN_PING, context.newPromise());
      channel.flush();
    }
  }

  private void sayLastWord() {
    if (!lastWordSaid) {
      lastWordSaid = true;
      goAway(connection.remote().lastStreamCreated());
      channel.flush();
      if (active == 0) {
        channel.close();
      }
    }
  }

  private void goAway(int last) {
    ChannelHandlerContext context = codec.context();
    codec.goAway(
        context, last, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, context.newPromise());
  }

  @Override
  public void closeIdle() {
    if (draining) {
      sayLastWord();
    } else if (active == 0) {
      drain();
    }
  }

  @Override
  public void inactive() {
    idle.disarm();
    if (failure.isEmpty()) {
      failure = peer.remote() + " closed the connection";
    }
  }

  @Override
  public void failed(Throwable cause) {
    failure = peer.remote() + ": " + cause.getMessage();
  }

  @Override
  public void broken(int streamId, String reason) {
    if (streamId == 0) {
      failure = peer.remote() + ": " + reason;
    }
  }
}
