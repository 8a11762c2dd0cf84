package io.inmesh.benchmarks.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The floor: Netty's HTTP/1.1 codec without validation, idle connections kept by endpoint, round
 * robin, and nothing else. Words: {@code loops} (1 by default), {@code tls} ({@code boringssl} or
 * {@code jdk}; plaintext if missing).
 */
final class NettyHttp1 implements Client.Asynchronous {
  private static final DefaultHttpHeadersFactory UNCHECKED =
      DefaultHttpHeadersFactory.headersFactory().withValidation(false);

  private final NettyLoops<Loop> loops;
  private final List<InetSocketAddress> endpoints;
  private final String path;
  private final int expected;
  private final @Nullable SslContext tls;

  NettyHttp1(Target target) throws Exception {
    endpoints = target.endpoints();
    path = target.path();
    expected = target.bytes();
    tls = target.words().containsKey("tls") ? NettyTls.context(target, "http/1.1") : null;
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

  /** The connections of one loop. */
  private final class Loop {
    private final Bootstrap bootstrap;
    private final List<ArrayDeque<Connection>> idle = new ArrayList<>();
    private int next;

    Loop(EventLoop loop) {
      bootstrap =
          new Bootstrap()
              .group(loop)
              .channel(EpollSocketChannel.class)
              .option(ChannelOption.TCP_NODELAY, true);
      endpoints.forEach(endpoint -> idle.add(new ArrayDeque<>()));
    }

    void call(Done done) {
      int endpoint = next;
      next = endpoint + 1 == endpoints.size() ? 0 : endpoint + 1;
      Connection connection = idle.get(endpoint).pollLast();
      if (connection == null) {
        connect(endpoint, done);
      } else {
        connection.send(done);
      }
    }

    private void connect(int endpoint, Done done) {
      var connection = new Connection(idle.get(endpoint));
      bootstrap
          .clone()
          .handler(
              new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                  if (tls != null) {
                    channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                  }
                  var decoder = new HttpDecoderConfig().setValidateHeaders(false);
                  channel
                      .pipeline()
                      .addLast(new HttpClientCodec(decoder, false, false), connection);
                }
              })
          .connect(endpoints.get(endpoint))
          .addListener(
              (ChannelFutureListener)
                  connected -> {
                    if (connected.isSuccess()) {
                      connection.send(done);
                    } else {
                      done.done(false);
                    }
                  });
    }
  }

  private final class Connection extends ChannelInboundHandlerAdapter {
    private final ArrayDeque<Connection> idle;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Done waiting;
    private int status;
    private long bytes;

    Connection(ArrayDeque<Connection> idle) {
      this.idle = idle;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
      context = added;
    }

    void send(Done done) {
      ChannelHandlerContext to = context;
      if (to == null) {
        done.done(false);
        return;
      }
      waiting = done;
      bytes = 0;
      var request =
          new DefaultFullHttpRequest(
              HttpVersion.HTTP_1_1,
              HttpMethod.GET,
              path,
              Unpooled.EMPTY_BUFFER,
              UNCHECKED,
              UNCHECKED);
      request.headers().set(HttpHeaderNames.HOST, "backend");
      to.writeAndFlush(request, to.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
      if (message instanceof HttpResponse head) {
        status = head.status().code();
      }
      if (message instanceof HttpContent content) {
        bytes += content.content().readableBytes();
        content.release();
        if (message instanceof LastHttpContent) {
          idle.addLast(this);
          end(status == 200 && bytes == expected);
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
      idle.remove(this);
      end(false);
    }

    private void end(boolean asExpected) {
      Done done = waiting;
      waiting = null;
      if (done != null) {
        done.done(asExpected);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable failure) {
      from.close();
    }
  }
}
