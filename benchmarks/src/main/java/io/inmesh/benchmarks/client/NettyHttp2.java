package io.inmesh.benchmarks.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The floor of HTTP/2: Netty's frame codec, one connection an endpoint and loop, a unary exchange
 * as gRPC makes it: 16 bytes there, 1 KB and trailers back. Words as of {@link NettyHttp1}.
 */
final class NettyHttp2 implements Client.Asynchronous {
  private static final AsciiString METHOD = AsciiString.cached("POST");
  private static final AsciiString SCHEME = AsciiString.cached("http");
  private static final AsciiString AUTHORITY = AsciiString.cached("backend");
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final AsciiString TE = AsciiString.cached("te");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");
  private static final int MESSAGE = 16;

  private final NettyLoops<Loop> loops;
  private final List<InetSocketAddress> endpoints;
  private final AsciiString path;
  private final int expected;
  private final @Nullable SslContext tls;

  NettyHttp2(Target target) throws Exception {
    endpoints = target.endpoints();
    path = AsciiString.of(target.path());
    expected = target.bytes() + UnaryMessage.PREFIX;
    tls = target.words().containsKey("tls") ? NettyTls.context(target, "h2") : null;
    loops = new NettyLoops<>(target.number("loops", 1), Loop::new);
  }

  @Override
  public void call(Done done) {
    loops.run(loop -> loop.call(done));
  }

  @Override
  public void close() {
    loops.close();
  }

  private final class Loop {
    private final List<Connection> connections = new ArrayList<>();
    private int next;

    Loop(EventLoop loop) throws InterruptedException {
      for (InetSocketAddress endpoint : endpoints) {
        connections.add(connect(loop, endpoint));
      }
    }

    private Connection connect(EventLoop loop, InetSocketAddress endpoint)
        throws InterruptedException {
      var connection = new Connection();
      new Bootstrap()
          .group(loop)
          .channel(EpollSocketChannel.class)
          .option(ChannelOption.TCP_NODELAY, true)
          .handler(
              new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                  if (tls != null) {
                    channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                  }
                  channel.pipeline().addLast(codec(), connection);
                }
              })
          .connect(endpoint)
          .sync();
      if (!connection.ready.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no settings from " + endpoint);
      }
      return connection;
    }

    void call(Done done) {
      int endpoint = next;
      next = endpoint + 1 == connections.size() ? 0 : endpoint + 1;
      connections.get(endpoint).send(done);
    }
  }

  private static Http2FrameCodec codec() {
    var settings = Http2Settings.defaultSettings().pushEnabled(false).initialWindowSize(1 << 20);
    return Http2FrameCodecBuilder.forClient()
        .validateHeaders(false)
        .initialSettings(settings)
        .build();
  }

  private static final class Exchange {
    private final Done done;
    private int bytes;

    Exchange(Done done) {
      this.done = done;
    }
  }

  private final class Connection extends Http2ChannelDuplexHandler {
    private final Map<Http2FrameStream, Exchange> exchanges = new HashMap<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private @Nullable ChannelHandlerContext context;
    private boolean reading;

    @Override
    protected void handlerAdded0(ChannelHandlerContext added) {
      context = added;
    }

    void send(Done done) {
      ChannelHandlerContext to = context;
      if (to == null) {
        done.done(false);
        return;
      }
      Http2FrameStream stream = newStream();
      exchanges.put(stream, new Exchange(done));
      Http2Headers headers =
          new DefaultHttp2Headers(false, 8)
              .method(METHOD)
              .scheme(SCHEME)
              .authority(AUTHORITY)
              .path(path)
              .set(CONTENT_TYPE, GRPC)
              .set(TE, TRAILERS);
      to.write(new DefaultHttp2HeadersFrame(headers, false).stream(stream));
      ByteBuf body = to.alloc().ioBuffer(UnaryMessage.PREFIX + MESSAGE);
      body.writeByte(0).writeInt(MESSAGE).writeZero(MESSAGE);
      to.write(new DefaultHttp2DataFrame(body, true).stream(stream));
      if (!reading) {
        to.flush();
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
      reading = true;
      if (message instanceof Http2DataFrame data) {
        Exchange exchange = exchanges.get(data.stream());
        if (exchange != null) {
          exchange.bytes += data.content().readableBytes();
        }
        int credit = data.initialFlowControlledBytes();
        data.release();
        from.write(new DefaultHttp2WindowUpdateFrame(credit).stream(data.stream()));
        endIf(data.isEndStream(), data.stream());
      } else if (message instanceof Http2HeadersFrame headers) {
        endIf(headers.isEndStream(), headers.stream());
      } else {
        ready.countDown();
        ReferenceCountUtil.release(message);
      }
    }

    private void endIf(boolean last, @Nullable Http2FrameStream stream) {
      Exchange exchange = last ? exchanges.remove(stream) : null;
      if (exchange != null) {
        exchange.done.done(exchange.bytes == expected);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) {
      reading = false;
      from.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
      List<Exchange> broken = List.copyOf(exchanges.values());
      exchanges.clear();
      broken.forEach(exchange -> exchange.done.done(false));
    }
  }
}
