package io.inmesh.runtime.inbound;

import io.inmesh.call.Headers;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.net.NettyLoop;
import io.inmesh.runtime.wire.Http1Input;
import io.inmesh.runtime.wire.Http1Parser;
import io.inmesh.runtime.wire.Http1Writer;
import io.inmesh.runtime.wire.WireException;
import io.inmesh.server.ServerRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection: requests one after another, pipelined ones wait. Owner: its loop.
 *
 * <p>While the handler does not read, nothing is read from the socket beyond what one read brings.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http1ServerConnection extends ChannelInboundHandlerAdapter implements ServerConnection {
  private static final int MOST_AHEAD = 64 * 1024;

  /** How much of a request that nobody reads is taken in to keep the connection. */
  private static final long MOST_DISCARDED = 256 * 1024;

  private final ServerSettings settings;
  private final Peer peer;
  private final Channel channel;
  private final Http1Parser parser;
  private final Http1Input input;
  private @Nullable Http1Exchange exchange;
  private boolean headBegun;
  private boolean mustContinue;
  private boolean processing;
  private boolean draining;
  private boolean over;
  private long bodyBytes;

  private final NettyLoop loop;
  private final Timer idle =
      new Timer() {
        @Override
        protected void onTimer() {
          outOfTime();
        }
      };

  Http1ServerConnection(ServerSettings settings, Peer peer, Channel channel, NettyLoop loop) {
    this.loop = loop;
    this.settings = settings;
    this.peer = peer;
    this.channel = channel;
    this.input = new Http1Input(channel);
    this.parser = new Http1Parser(false, settings.maxHeadBytes(), settings.maxFields());
  }

  private void armIdle() {
    arm(settings.times().idle());
  }

  private void arm(Duration time) {
    if (!time.isZero()) {
      loop.arm(idle, loop.nanoTime() + time.toNanos());
    }
  }

  private void outOfTime() {
    if (over) {
      // Our last words are not taken.
      channel.close();
    } else if (headBegun) {
      refuse(408, "the head of a request takes too long");
    } else {
      closeIdle();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    armIdle();
  }

  long stallNanos() {
    return settings.times().stall().toNanos();
  }

  NettyLoop loop() {
    return loop;
  }

  Channel channel() {
    return channel;
  }

  boolean isDraining() {
    return draining;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes) || over) {
      ReferenceCountUtil.release(message);
      return;
    }
    input.add(bytes);
    process();
  }

  /** Reads on, as far as handlers want it. */
  void process() {
    if (processing) {
      return;
    }
    processing = true;
    try {
      while (!over && step()) {
        // Until there is nothing to do.
      }
    } catch (WireException broken) {
      refuse(broken.status(), broken.getMessage());
    } finally {
      processing = false;
      if (over) {
        input.release();
      } else {
        input.releaseIfRead();
      }
    }
  }

  private boolean step() throws WireException {
    Http1Exchange current = exchange;
    if (current != null && current.isRequestEnded()) {
      // The next request waits for this answer.
      input.reading(input.size() < MOST_AHEAD);
      return false;
    }
    if (current != null && mustContinue && current.isDemanded() && !current.isHeadSent()) {
      mustContinue = false;
      channel.writeAndFlush(Http1Writer.continuing(), channel.voidPromise());
    }
    switch (parser.next(input.bytes())) {
      case HEAD:
        head();
        return true;
      case DATA:
        return current != null && data(current);
      case END:
        if (current != null) {
          current.requestEnd(parser.trailers());
          finishIfDone(current);
        }
        return true;
      default:
        if (current == null && !headBegun && input.size() > 0) {
          headBegun = true;
          arm(settings.times().head());
        }
        input.reading(true);
        return false;
    }
  }

  private boolean data(Http1Exchange current) throws WireException {
    if (!current.isDemanded()) {
      input.reading(false);
      return false;
    }
    int length = parser.dataLength();
    bodyBytes += length;
    checkSize(bodyBytes);
    if (current.isDiscarding() && bodyBytes > MOST_DISCARDED && current.isAnswered()) {
      closeAfterWrites();
      return false;
    }
    current.request(input.view(length));
    if (!over) {
      parser.consumed(input.bytes());
    }
    return true;
  }

  private void checkSize(long bytes) throws WireException {
    if (settings.maxBodyBytes() > 0 && bytes > settings.maxBodyBytes()) {
      throw new WireException(413, "a body of more than " + settings.maxBodyBytes() + " bytes");
    }
  }

  private void head() throws WireException {
    checkSize(parser.head().contentLength());
    bodyBytes = 0;
    mustContinue = parser.head().expectsContinue();
    boolean toHead = parser.head().method().equals("HEAD");
    var opened = new Http1Exchange(this, toHead, parser.head().isHttp10(), parser.keepAlive());
    Target target = Target.of(parser.head().method(), parser.head().target(), parser.head().host());
    exchange = opened;
    headBegun = false;
    idle.disarm();
    settings.counters().requests.increment();
    settings.counters().active.increment();
    Headers headers = peer.clientCert().apply(parser.head().headers());
    opened.handle(
        settings,
        new ServerRequest(
            parser.head().method(),
            peer.scheme(),
            target.authority(),
            target.path(),
            headers,
            opened,
            peer.id(),
            peer.remote()));
  }

  /** Whether the rest of the request will be read, so that the connection can stay. */
  boolean canReadRest(Http1Exchange current) {
    return current.isRequestEnded()
        || (!mustContinue && parser.head().contentLength() - bodyBytes <= MOST_DISCARDED);
  }

  void answered(Http1Exchange current) {
    if (!current.isKeepAlive()) {
      settleAndClose(current);
      return;
    }
    if (!current.isRequestEnded()) {
      current.discard();
    }
    finishIfDone(current);
  }

  private void settleAndClose(Http1Exchange current) {
    exchange = null;
    settings.counters().active.decrement();
    if (!current.isRequestEnded()) {
      current.lost("the answer was complete before the request");
    }
    closeAfterWrites();
  }

  private void finishIfDone(Http1Exchange current) {
    if (exchange == current && current.isRequestEnded() && current.isAnswered()) {
      if (!current.isKeepAlive() || draining) {
        settleAndClose(current);
        return;
      }
      exchange = null;
      settings.counters().active.decrement();
      armIdle();
      process();
    }
  }

  /** Closes when all that was written has gone out. */
  private void closeAfterWrites() {
    if (!over) {
      over = true;
      arm(settings.times().stall());
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** A broken or too large request. */
  private void refuse(int status, @Nullable String why) {
    Http1Exchange current = exchange;
    if (current == null || !current.isHeadSent()) {
      channel.write(
          Http1Writer.response(
              channel.alloc(), status, Headers.EMPTY, 0, Http1Writer.Connection.CLOSE),
          channel.voidPromise());
    }
    if (current != null) {
      exchange = null;
      settings.counters().active.decrement();
      current.lost(peer.remote() + ": " + why);
    }
    closeAfterWrites();
  }

  /** An answer broke off: the client must see that it is not whole. */
  void abort() {
    Http1Exchange current = exchange;
    if (current != null) {
      exchange = null;
      settings.counters().active.decrement();
      current.lost("the answer broke off");
    }
    over = true;
    channel.close();
  }

  @Override
  public void drain() {
    draining = true;
  }

  @Override
  public void closeIdle() {
    if (exchange == null && !over) {
      over = true;
      channel.close();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    Http1Exchange current = exchange;
    if (current != null && channel.isWritable()) {
      current.schedule();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    over = true;
    idle.disarm();
    Http1Exchange current = exchange;
    if (current != null) {
      exchange = null;
      settings.counters().active.decrement();
      current.lost(peer.remote() + " closed the connection");
    }
    if (!processing) {
      input.release();
    }
  }
}
