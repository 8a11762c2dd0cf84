package io.inmesh.benchmarks.backend;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The server that all clients call, one event loop in a JVM of its own. Argument: a directory with
 * the server's key.pem, cert-chain.pem and root-cert.pem. Binds four ports of each kind and prints
 * {@code ready http1=PORTS http1-tls=PORTS http2=PORTS http2-tls=PORTS}.
 */
public final class Backend {
  private static final int PORTS = 4;
  private static final int STREAMS = 1024;
  private static final int WINDOW = 1 << 20;

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  private Backend() {}

  /** Serves until it is killed. */
  public static void main(String[] arguments) throws Exception {
    var backend = new Backend();
    var directory = new File(arguments[0]);
    System.out.println(
        "ready http1="
            + backend.bind(null, false)
            + " http1-tls="
            + backend.bind(tls(directory, "http/1.1"), false)
            + " http2="
            + backend.bind(null, true)
            + " http2-tls="
            + backend.bind(tls(directory, "h2"), true));
    System.out.flush();
    new CountDownLatch(1).await();
  }

  private static SslContext tls(File directory, String protocol) throws SSLException {
    return SslContextBuilder.forServer(
            new File(directory, "cert-chain.pem"), new File(directory, "key.pem"))
        .sslProvider(SslProvider.OPENSSL_REFCNT)
        .trustManager(new File(directory, "root-cert.pem"))
        .clientAuth(ClientAuth.REQUIRE)
        .protocols("TLSv1.3")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                protocol))
        .build();
  }

  private String bind(@Nullable SslContext tls, boolean http2) throws InterruptedException {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < PORTS; i++) {
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
                      serve(channel, tls, http2);
                    }
                  })
              .bind("127.0.0.1", 0)
              .sync()
              .channel();
      ports.add(((InetSocketAddress) listening.localAddress()).getPort());
    }
    return ports.stream().map(String::valueOf).collect(Collectors.joining(","));
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
}
