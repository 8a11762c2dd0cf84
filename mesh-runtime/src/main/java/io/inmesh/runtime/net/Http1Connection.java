package io.inmesh.runtime.net;

import io.inmesh.call.Headers;
import io.inmesh.runtime.tls.TlsFailure;
import io.inmesh.runtime.wire.Http1Input;
import io.inmesh.runtime.wire.Http1Parser;
import io.inmesh.runtime.wire.WireException;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Stream.Closed;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection: one exchange at a time, never pipelined. Owner: its loop.
 *
 * <p>While the reader cannot take more, nothing is read from the socket; at most what one read
 * brought waits here.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http1Connection extends Link {
  private static final int MAX_HEAD = 64 * 1024;
  private static final int MAX_FIELDS = 1000;

  private final Http1Parser parser = new Http1Parser(true, MAX_HEAD, MAX_FIELDS);
  private final Http1Input input;
  private @Nullable Http1Stream stream;
  private boolean processing;
  private boolean inputEnded;
  private boolean anythingReceived;
  private String failure = "";
  private @Nullable Closed how;

  Http1Connection(LoopPool pool, Channel channel) {
    super(pool, channel);
    input = new Http1Input(channel);
    channel.pipeline().addLast(new Input());
  }

  private final class Input extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof ByteBuf bytes) {
        received(bytes);
      } else {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      Http1Stream current = stream;
      if (current != null && channel.isWritable()) {
        current.schedule();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      caught(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      inactive();
    }
  }

  @Override
  int capacity() {
    return 1;
  }

  @Override
  void start(Stream.Handler handler) {
    var opened = new Http1Stream(this, handler);
    stream = opened;
    handler.onOpen(opened);
  }

  /** Whether a write has succeeded or failed when the flush returns. */
  boolean writesAtOnce() {
    return pool.transport().loops().writesAtOnce();
  }

  void expect(boolean toHead) {
    parser.expectResponse(toHead);
  }

  private void received(ByteBuf bytes) {
    anythingReceived = true;
    if (stream == null) {
      bytes.release();
      // Nobody asked: an answer to nothing, or the rest of one.
      channel.close();
      return;
    }
    input.add(bytes);
    process();
  }

  /** Passes on what has arrived, as far as the reader wants it. */
  void process() {
    if (processing) {
      return;
    }
    processing = true;
    try {
      Http1Stream current = stream;
      while (current != null && step(current)) {
        current = stream;
      }
    } catch (WireException broken) {
      fail(Closed.PROTOCOL_ERROR, String.valueOf(broken.getMessage()));
    } finally {
      processing = false;
      if (stream == null) {
        input.release();
      } else {
        input.releaseIfRead();
      }
    }
  }

  /** One event; false when there is nothing to do before more bytes or more demand come. */
  private boolean step(Http1Stream current) throws WireException {
    switch (parser.next(input.bytes())) {
      case INFORMATIONAL:
        current.heard(parser.head().status());
        return true;
      case HEAD:
        current.heard(parser.head().status());
        current.handler.onHead(parser.head().status(), parser.head().headers());
        return true;
      case DATA:
        if (!current.isDemanded()) {
          input.reading(false);
          return false;
        }
        current.passed();
        current.handler.onData(input.view(parser.dataLength()));
        if (!current.isClosed()) {
          parser.consumed(input.bytes());
        }
        return true;
      case END:
        complete(current);
        return true;
      case MORE:
      default:
        return more();
    }
  }

  private boolean more() {
    if (!inputEnded) {
      input.reading(true);
      return false;
    }
    Http1Stream current = stream;
    if (current != null) {
      if (parser.endsWithConnection()) {
        complete(current);
      } else {
        broken(current);
      }
    }
    return false;
  }

  private void complete(Http1Stream current) {
    Headers trailers = parser.trailers();
    if (trailers.size() > 0) {
      current.handler.onTrailers(trailers);
      if (current.isClosed()) {
        return;
      }
    }
    boolean reusable =
        parser.keepAlive() && current.endSent && input.size() == 0 && channel.isActive();
    current.close();
    stream = null;
    input.reading(true);
    if (!reusable) {
      retire("the peer closes it, or the exchange was left half-way");
    }
    // First the connection is given back, so that a call made in the callback finds it.
    ended();
    current.handler.onClose(Closed.COMPLETE, "");
  }

  /** The peer has closed, or the connection broke. */
  private void inactive() {
    inputEnded = true;
    gone();
    process();
    if (stream == null) {
      input.release();
    }
  }

  private void broken(Http1Stream current) {
    Closed closed = how;
    if (closed == null) {
      closed = current.isSent() ? Closed.TERMINATED : Closed.REFUSED;
    }
    String reason =
        failure.isEmpty() ? pool.settings().address() + " closed the connection" : failure;
    close(current, closed, reason);
  }

  private void close(Http1Stream current, Closed closed, String reason) {
    current.close();
    stream = null;
    ended();
    current.handler.onClose(closed, reason);
  }

  private void caught(Throwable cause) {
    if (failure.isEmpty()) {
      // In TLS 1.3 the client is done before the server has looked at its certificate. What was
      // sent meanwhile, the server has not read.
      boolean refused = !anythingReceived && TlsFailure.refusedUs(cause);
      how = refused ? Closed.CONNECT_FAILURE : null;
      failure = pool.settings().address() + ": " + TlsFailure.reason(cause, own());
    }
    channel.close();
  }

  private void fail(Closed closed, String why) {
    Http1Stream current = stream;
    failure = pool.settings().address() + ": " + why;
    if (current != null) {
      retire(why);
      close(current, closed, failure);
    }
    channel.close();
  }

  /** Our own side broke the exchange: the peer must not take the rest for another request. */
  void broken(String why) {
    how = Closed.TERMINATED;
    failure = why;
    channel.close();
  }

  void reset() {
    Http1Stream current = stream;
    if (current != null) {
      current.close();
      stream = null;
      retire("an exchange was given up");
      ended();
    }
    channel.close();
  }

  @Override
  void finish() {
    channel.close();
  }
}
