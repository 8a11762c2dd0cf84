package io.inmesh.cli.replay;

import io.inmesh.call.Headers;
import io.inmesh.cli.load.DaemonThreads;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The scripted backends of a recording, listening on the loopback interface: plain HTTP/1.1, apart
 * from all code of the product. Threads of their own. Each request says by {@link #CASE} which case
 * it belongs to, as when it was recorded.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty reports what fails.
final class LiveBackends implements AutoCloseable {
  /** The header that names the case; not part of what is compared. */
  static final String CASE = "x-case";

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DaemonThreads("replay-backends"), NioIoHandler.newFactory());
  private final Map<String, List<Seen>> seen = new HashMap<>();
  private long arrivals;

  /**
   * Listens for an endpoint.
   *
   * @param port 0 for any
   * @return the port
   */
  int listen(int port, String cluster, String endpoint) {
    Channel listener =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connection.pipeline().addLast(new Connection(cluster, endpoint));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .syncUninterruptibly()
            .channel();
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** What belongs to a case and has arrived so far. */
  synchronized List<Seen> seen(String name) {
    return List.copyOf(seen.getOrDefault(name, List.of()));
  }

  /** Notes a request; how many of its case were here before, without mirrored ones. */
  private synchronized int arrived(String name, Seen request) {
    List<Seen> before = seen.computeIfAbsent(name, absent -> new ArrayList<>());
    int attempts = (int) before.stream().filter(each -> !each.isMirror()).count();
    before.add(request);
    arrivals++;
    return attempts;
  }

  /** Waits until nothing has arrived for a while: nobody awaits mirrored requests. */
  synchronized void awaitQuiet(long millis) throws InterruptedException {
    long before;
    do {
      before = arrivals;
      wait(millis);
    } while (before != arrivals);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** One connection. Owner: its loop. */
  private final class Connection extends SimpleChannelInboundHandler<ByteBuf> {
    private static final String END = "\r\n\r\n";
    private static final String LAST_CHUNK = "0\r\n\r\n";

    private final String cluster;
    private final String endpoint;
    private final StringBuilder unread = new StringBuilder();

    Connection(String cluster, String endpoint) {
      this.cluster = cluster;
      this.endpoint = endpoint;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      unread.append(bytes.toString(StandardCharsets.ISO_8859_1));
      for (int head = unread.indexOf(END); head >= 0; head = unread.indexOf(END)) {
        String[] lines = unread.substring(0, head).split("\r\n", -1);
        Headers headers = headers(lines);
        int end = end(head + END.length(), headers);
        if (end < 0 || end > unread.length()) {
          return;
        }
        unread.delete(0, end);
        serve(context, lines[0].split(" ", 3), headers);
      }
    }

    private int end(int body, Headers headers) {
      if (headers.contains("transfer-encoding")) {
        int last = unread.indexOf(LAST_CHUNK, body);
        return last < 0 ? -1 : last + LAST_CHUNK.length();
      }
      String length = headers.get("content-length");
      return body + (length == null ? 0 : Integer.parseInt(length));
    }

    private static Headers headers(String[] lines) {
      var headers = new Headers();
      for (int i = 1; i < lines.length; i++) {
        int colon = lines[i].indexOf(':');
        headers.add(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
      }
      return headers;
    }

    private void serve(ChannelHandlerContext context, String[] line, Headers headers) {
      String host = headers.get("host");
      String name = headers.get(CASE);
      headers.remove("host");
      headers.remove(CASE);
      var request =
          new Seen(cluster, endpoint, line[0], line[1], host == null ? "" : host, headers);
      int attempt = arrived(name == null ? "" : name, request);
      Script script = Script.of(request.isMirror() ? Headers.EMPTY : headers, attempt);
      Runnable answer = () -> answer(context, line[0], script);
      if (script.delayMillis() == 0) {
        answer.run();
      } else {
        context.executor().schedule(answer, script.delayMillis(), TimeUnit.MILLISECONDS);
      }
    }

    private void answer(ChannelHandlerContext context, String method, Script script) {
      if (script.close()) {
        if (script.abrupt()) {
          context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        context.close();
        return;
      }
      var text = new StringBuilder("HTTP/1.1 ").append(script.status()).append(" X\r\n");
      Headers head = script.head(cluster);
      for (int i = 0; i < head.size(); i++) {
        text.append(head.name(i)).append(": ").append(head.value(i)).append("\r\n");
      }
      text.append("\r\n").append(method.equals("HEAD") ? "" : script.body(cluster));
      context.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
