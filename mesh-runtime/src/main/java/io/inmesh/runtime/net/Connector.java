package io.inmesh.runtime.net;

import io.inmesh.config.Address;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** How a pool's connections begin. */
final class Connector {
  private static final WriteBufferWaterMark WATER_MARKS =
      new WriteBufferWaterMark(64 * 1024, 128 * 1024);

  private final Loops loops;
  private final @Nullable InetSocketAddress remote;

  Connector(Loops loops, Address address) {
    this.loops = loops;
    this.remote = socketAddress(address);
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
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
        .handler(Nothing.HANDLER)
        .connect(remote);
  }

  @ChannelHandler.Sharable
  private static final class Nothing extends ChannelInboundHandlerAdapter {
    static final Nothing HANDLER = new Nothing();
  }
}
