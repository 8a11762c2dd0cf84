package io.inmesh.benchmarks.backend;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Listens on loopback and answers every request; one event loop for all its ports. */
public final class AnsweringServer implements AutoCloseable {
  private static final int STREAMS = 1024;
  private static final int WINDOW = 1 << 20;

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  /** A server without ports. */
  public AnsweringServer() {}

  /**
   * Listens on one more port.
   *
   * @param onRead runs whenever bytes arrive there
   * @return the port
   */
  public int bind(@Nullable SslContext tls, boolean http2, Runnable onRead)
      throws InterruptedException {
    Channel listening =
        new ServerBootstrap()
            .group(loops)
            .channel(EpollServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_BACKLOG, STREAMS)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Notice(onRead));
                    serve(channel, tls, http2);
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  private static void serve(Channel channel, @Nullable SslContext tls, boolean http2) {
    if (tls != null) {
      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
    }
    if (http2) {
      var settings =
          Http2Settings.defaultSettings().maxConcurrentStreams(STREAMS).initialWindowSize(WINDOW);
      channel
          .pipeline()
          .addLast(
              Http2FrameCodecBuilder.forServer()
                  .validateHeaders(false)
                  .initialSettings(settings)
                  .build(),
              new Http2Answers());
    } else {
      channel.pipeline().addLast(new Http1Answers());
    }
  }

  private static final class Notice extends ChannelInboundHandlerAdapter {
    private final Runnable onRead;

    Notice(Runnable onRead) {
      this.onRead = onRead;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      onRead.run();
      context.fireChannelRead(message);
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // The process does not wait for it.
  public void close() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
