package io.inmesh.runtime.inbound;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Closes so that the peer hears our last words: a socket that is closed with bytes unread sends a
 * reset, which takes away what the peer has not read yet, a TLS alert or a 413. So first only our
 * side ends; what still comes is dropped, for a second at most. Owner: a connection's loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class LingeringClose extends ChannelDuplexHandler {
  private static final long MOST_SECONDS = 1;

  private boolean closing;
  private boolean peerEnded;

  /** From now on it closes at once. */
  void atOnce(ChannelHandlerContext context) {
    closing = true;
    peerEnded = true;
    context.close();
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (closing || peerEnded || !context.channel().isActive()) {
      context.close(promise);
      return;
    }
    closing = true;
    context.channel().config().setAutoRead(true);
    ((DuplexChannel) context.channel())
        .shutdownOutput()
        .addListener(
            ended -> {
              if (!ended.isSuccess()) {
                context.close();
              }
            });
    context.executor().schedule(() -> context.close(), MOST_SECONDS, TimeUnit.SECONDS);
    context.channel().closeFuture().addListener(closed -> promise.trySuccess());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
    } else {
      context.fireChannelRead(message);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    peerEnded = true;
    context.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      peerEnded = true;
    }
    context.fireUserEventTriggered(event);
  }
}
