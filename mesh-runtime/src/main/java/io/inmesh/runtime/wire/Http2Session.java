package io.inmesh.runtime.wire;

import io.inmesh.call.Headers;
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
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection, whichever side of it we are: frames go to the exchanges they belong to,
 * windows are given back as bodies are read, and what one turn of the loop writes goes out
 * together. Owner: its loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
public final class Http2Session<E extends Http2Session.Exchange> {
  /** The bytes of a piece that fits into one frame, whatever the peer's settings say. */
  private static final int SHORT = 16 * 1024;

  private final Channel channel;
  private final boolean server;
  private final Owner<E> owner;
  private final Http2Codec codec;
  private final Http2Connection connection;
  private final Http2Connection.PropertyKey key;
  private final Runnable flush = this::flushNow;
  private boolean flushScheduled;

  /** What one side keeps for a stream. */
  public interface Exchange {
    /**
     * A piece of the body.
     *
     * @return how many bytes the reader has taken already
     */
    int data(ByteBuf bytes, boolean end);

    /** There may be room to write. */
    void schedule();
  }

  /** Who has the connection. */
  public interface Owner<E> extends Http2Codec.Owner {
    /**
     * A well-formed block of fields.
     *
     * @param known null for the first of a stream that the peer has opened
     */
    void headers(Http2Stream stream, @Nullable E known, Http2Headers fields, boolean end);

    /** The peer has reset the stream; it will be closed. */
    void reset(E exchange, long code);

    /** The connection is done with the stream. */
    void closed(Http2Stream stream, E exchange);

    /** The peer's settings, the first or others. */
    default void settings() {}

    /** The peer opens no streams any more, or takes none. */
    default void goAway(long code) {}

    /** A ping has been answered. */
    default void pong(long data) {}
  }

  /**
   * One side.
   *
   * @param connectionWindow how much the peer may send on all streams together
   */
  public Http2Session(
      Channel channel, boolean server, Http2Settings initial, int connectionWindow, Owner<E> by) {
    this.channel = channel;
    this.server = server;
    this.owner = by;
    this.codec =
        Http2Codec.of(
            new Http2Codec.Setup(
                server,
                initial,
                connectionWindow,
                new Frames(),
                new Streams(),
                this::writabilityChanged),
            by);
    this.connection = codec.connection();
    this.key = connection.newKey();
  }

  /** Says the first words. */
  public void begin() {
    channel.pipeline().addLast(codec);
  }

  /** Netty's side of it. */
  public Http2Connection connection() {
    return connection;
  }

  /** The exchange of a stream, or null. */
  public @Nullable E exchange(int id) {
    Http2Stream stream = connection.stream(id);
    return stream == null ? null : stream.getProperty(key);
  }

  /** The stream has this exchange from now on. */
  public void bind(Http2Stream stream, E exchange) {
    stream.setProperty(key, exchange);
  }

  // ---- writing: without a flush, but for those that say so ----

  /** Writes a block of fields. */
  public ChannelFuture headers(int id, Http2Headers fields, boolean end) {
    ChannelHandlerContext context = codec.context();
    return codec.encoder().writeHeaders(context, id, fields, 0, end, context.newPromise());
  }

  /**
   * Writes a piece of a body.
   *
   * @param end whether it is the last, and no trailers follow
   */
  public void data(Http2Stream stream, ByteBuffer chunk, boolean end) {
    data(stream, bytes(chunk), end);
  }

  /** What is on the heap is copied before it can be sent: short pieces at once, into one buffer. */
  private ByteBuf bytes(ByteBuffer chunk) {
    int size = chunk.remaining();
    return size > SHORT || chunk.isDirect()
        ? Unpooled.wrappedBuffer(chunk)
        : channel.alloc().directBuffer(size).writeBytes(chunk);
  }

  private ChannelFuture data(Http2Stream stream, ByteBuf bytes, boolean end) {
    ChannelHandlerContext context = codec.context();
    return codec.encoder().writeData(context, stream.id(), bytes, 0, end, context.newPromise());
  }

  /** Ends our half of a stream. */
  public ChannelFuture end(Http2Stream stream, Headers trailers) {
    return trailers.size() > 0
        ? headers(stream.id(), Http2Fields.trailers(trailers), true)
        : data(stream, Unpooled.EMPTY_BUFFER, true);
  }

  /** Ends a stream before its time; flushed soon. */
  public void reset(int id, Http2Error code) {
    ChannelHandlerContext context = codec.context();
    codec.resetStream(context, id, code.code(), context.newPromise());
    flushSoon();
  }

  /** Asks for a sign of life; flushed. */
  public void ping(long data) {
    ChannelHandlerContext context = codec.context();
    codec.encoder().writePing(context, false, data, context.newPromise());
    channel.flush();
  }

  /** Streams of the peer above {@code last} will not be served; flushed. */
  public void goAway(int last) {
    ChannelHandlerContext context = codec.context();
    codec.goAway(
        context, last, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, context.newPromise());
    channel.flush();
  }

  /** Whether the stream takes more bytes without queueing them. */
  public boolean isWritable(Http2Stream stream) {
    return codec.encoder().flowController().isWritable(stream);
  }

  /** The reader has taken bytes: the peer may send as many again. */
  public void consumed(Http2Stream stream, int bytes) {
    try {
      if (codec.decoder().flowController().consumeBytes(stream, bytes)) {
        flushSoon();
      }
    } catch (Http2Exception broken) {
      owner.failed(broken);
      channel.close();
    }
  }

  /** Flushes once for all that is written in this turn of the loop. */
  public void flushSoon() {
    if (!flushScheduled) {
      flushScheduled = true;
      channel.eventLoop().execute(flush);
    }
  }

  private void flushNow() {
    flushScheduled = false;
    channel.flush();
  }

  private void writabilityChanged(Http2Stream stream) {
    E exchange = stream.getProperty(key);
    if (exchange != null && isWritable(stream)) {
      exchange.schedule();
    }
  }

  private void received(int id, Http2Headers fields, boolean end) {
    Http2Stream stream = connection.stream(id);
    if (stream == null) {
      return;
    }
    E known = stream.getProperty(key);
    String malformed = server && known == null ? Http2Fields.malformed(fields) : "";
    if (malformed.isEmpty()) {
      owner.headers(stream, known, fields, end);
    } else {
      owner.broken(id, malformed);
      reset(id, Http2Error.PROTOCOL_ERROR);
    }
  }

  private final class Frames extends Http2FrameAdapter {
    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
      owner.settings();
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context, int id, Http2Headers fields, int padding, boolean end) {
      received(id, fields, end);
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
      received(id, fields, end);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean end) {
      E exchange = exchange(id);
      return padding + (exchange == null ? data.readableBytes() : exchange.data(data, end));
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int id, long code) {
      E exchange = exchange(id);
      if (exchange != null) {
        owner.reset(exchange, code);
      }
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext context, int last, long code, ByteBuf debug) {
      owner.goAway(code);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) {
      owner.pong(data);
    }
  }

  private final class Streams extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      E exchange = stream.removeProperty(key);
      if (exchange != null) {
        owner.closed(stream, exchange);
      }
    }
  }
}
