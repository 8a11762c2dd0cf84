package io.inmesh.runtime.net;

import io.inmesh.config.Address;
import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.config.TransportSocket.UpstreamTls;
import io.inmesh.runtime.tls.ClientTls;
import io.inmesh.runtime.tls.TlsContexts;
import io.inmesh.transport.Transport.PoolSettings;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a pool's connections begin. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Connector {
  private static final WriteBufferWaterMark WATER_MARKS =
      new WriteBufferWaterMark(64 * 1024, 128 * 1024);

  /** Where Istio's gateways pass TLS on by server names (AUTO_PASSTHROUGH). */
  private static final int GATEWAY_PORT = 15443;

  private static final String HTTP_1 = "http/1.1";
  private static final String HTTP_2 = "h2";

  private final Loops loops;
  private final @Nullable InetSocketAddress remote;

  private final @Nullable ClientTls tls;
  private final Http http;
  private volatile boolean http1;
  private volatile int streams;

  Connector(Loops loops, PoolSettings settings, TlsContexts contexts) {
    this.loops = loops;
    this.remote = socketAddress(settings.address());
    this.http = settings.protocol().http();
    this.streams = settings.protocol().http2().maxConcurrentStreams();
    this.http1 = http != Http.HTTP_2 && http != Http.AUTO;
    this.tls =
        settings.socket() instanceof UpstreamTls socket
            ? new ClientTls(
                contexts, socket, settings.hostname(), isGateway(settings.address()), alpn(http))
            : null;
  }

  /** Between networks. Nothing in the resources tells them but Istio's port for them. */
  private static boolean isGateway(Address peer) {
    return peer.port() == GATEWAY_PORT;
  }

  private static List<String> alpn(Http http) {
    return switch (http) {
      case HTTP_2 -> List.of(HTTP_2);
      case AUTO -> List.of(HTTP_2, HTTP_1);
      case HTTP_1, DOWNSTREAM -> List.of(HTTP_1);
    };
  }

  /** TLS, or null for plaintext. */
  @Nullable ClientTls tls() {
    return tls;
  }

  /**
   * Which protocol a connection speaks.
   *
   * @param negotiated what ALPN chose; null if nothing
   * @return whether it is HTTP/2
   */
  boolean chooseHttp2(@Nullable String negotiated) {
    boolean http2 = http == Http.HTTP_2 || (http == Http.AUTO && HTTP_2.equals(negotiated));
    http1 = !http2;
    return http2;
  }

  /** The peer has said how many streams it takes on a connection. */
  void streamsAllowed(int most) {
    streams = most;
  }

  /** How many streams a connection will probably carry at once: the last one told. */
  int expectedStreams() {
    return http1 ? 1 : streams;
  }

  private static @Nullable InetSocketAddress socketAddress(Address address) {
    byte[] ip = NetUtil.createByteArrayFromIpAddressString(address.host());
    if (ip == null || address.port() < 0) {
      return null;
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(ip), address.port());
    } catch (UnknownHostException impossible) {
      throw new IllegalArgumentException(address.toString(), impossible);
    }
  }

  /** Where to; null if the address is no IP address: names are resolved before, by the cluster. */
  @Nullable InetSocketAddress remote() {
    return remote;
  }

  ChannelFuture connect(NettyLoop loop) {
    return new Bootstrap()
        .group(loop.netty())
        .channel(loops.clientChannel())
        .option(ChannelOption.ALLOCATOR, Loops.allocator())
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
        .handler(Quiet.HANDLER)
        .connect(remote);
  }

  /** Stands in the pipeline until a protocol does: failures are heard of by other ways. */
  @ChannelHandler.Sharable
  static final class Quiet extends ChannelInboundHandlerAdapter {
    static final Quiet HANDLER = new Quiet();

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
