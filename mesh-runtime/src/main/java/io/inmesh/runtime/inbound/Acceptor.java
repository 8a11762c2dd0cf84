package io.inmesh.runtime.inbound;

import io.inmesh.config.Address;
import io.inmesh.identity.SpiffeId;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.net.NettyLoop;
import io.inmesh.runtime.tls.SecretMissingException;
import io.inmesh.runtime.tls.ServerTls;
import io.inmesh.runtime.tls.TlsFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What a new connection goes through before it is known what it speaks: TLS or not, HTTP/1.1 or
 * HTTP/2. One per connection. Owner: its loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Acceptor extends ByteToMessageDecoder {
  private static final System.Logger LOG = System.getLogger("io.inmesh.server");
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int TLS_HANDSHAKE = 22;

  private final ServerSettings settings;
  private final Connections connections;
  private final Address remote;
  private final NettyLoop loop;

  /** A word to the peer, or silence, that has been logged. */
  private boolean refused;

  private boolean tlsDecided;
  private @Nullable Channel channel;

  /** A client that connects and says nothing; a TLS handshake has a time of its own, too. */
  private final Timer silence =
      new Timer() {
        @Override
        protected void onTimer() {
          if (channel != null) {
            channel.close();
          }
        }
      };

  Acceptor(ServerSettings settings, Connections connections, Channel channel, NettyLoop loop) {
    this.loop = loop;
    this.settings = settings;
    this.connections = connections;
    var from = (InetSocketAddress) channel.remoteAddress();
    this.remote = new Address(from.getAddress().getHostAddress(), from.getPort());
    settings.listener().onAccepted(remote);
    channel.closeFuture().addListener(closed -> settings.listener().onClosed(remote));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    channel = context.channel();
    if (!settings.idleTimeout().isZero()) {
      loop.arm(silence, loop.nanoTime() + settings.idleTimeout().toNanos());
    }
    if (settings.mode() == TlsMode.STRICT) {
      tlsDecided = true;
      secure(context);
    } else if (settings.mode() == TlsMode.PLAINTEXT) {
      tlsDecided = true;
    }
  }

  private void secure(ChannelHandlerContext context) {
    ServerTls tls = settings.tls();
    try {
      if (tls == null) {
        throw new SSLException("no TLS here");
      }
      SslHandler handler = tls.begin(context.alloc());
      context.pipeline().addBefore(context.name(), null, handler);
      handler
          .handshakeFuture()
          .addListener(
              done -> {
                if (done.isSuccess()) {
                  secured(context, handler);
                } else {
                  refuse(context, TlsFailure.reason(done.cause(), null));
                }
              });
    } catch (SecretMissingException | SSLException notYet) {
      refuse(context, String.valueOf(notYet.getMessage()));
      context.close();
    }
  }

  private void secured(ChannelHandlerContext context, SslHandler handler) {
    try {
      var leaf = (X509Certificate) handler.engine().getSession().getPeerCertificates()[0];
      Optional<SpiffeId> id = SpiffeId.of(leaf);
      if (id.isEmpty()) {
        refuse(context, "the peer has no single SPIFFE identity");
        context.close();
        return;
      }
      settings.listener().onSecured(remote, leaf);
      speak(context, "h2".equals(handler.applicationProtocol()), new Peer(remote, id, "https"));
    } catch (SSLPeerUnverifiedException impossible) {
      refuse(context, "the peer presented no certificate");
      context.close();
    }
  }

  private void refuse(ChannelHandlerContext context, String reason) {
    if (!refused) {
      refused = true;
      settings.counters().refused.increment();
      LOG.log(
          Level.WARNING,
          "refused {0} at {1}: {2}",
          remote,
          context.channel().localAddress(),
          reason);
      settings.listener().onRefused(remote, reason);
    }
  }

  /** Only without TLS: what the first bytes are. */
  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    int first = in.getUnsignedByte(in.readerIndex());
    if (!tlsDecided) {
      tlsDecided = true;
      if (first == TLS_HANDSHAKE) {
        secure(context);
        // What came belongs to the handler before us now.
        ByteBuf hello = in.readRetainedSlice(in.readableBytes());
        ChannelHandlerContext tls = context.pipeline().context(SslHandler.class);
        if (tls == null) {
          hello.release();
        } else {
          ((SslHandler) tls.handler()).channelRead(tls, hello);
          ((SslHandler) tls.handler()).channelReadComplete(tls);
        }
        return;
      }
    }
    if (context.pipeline().get(SslHandler.class) != null) {
      // Application data cannot come before the handshake has ended and we are gone.
      in.skipBytes(in.readableBytes());
      return;
    }
    int known = Math.min(in.readableBytes(), PREFACE.length);
    for (int i = 0; i < known; i++) {
      if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
        speak(context, false, new Peer(remote, Optional.empty(), "http"));
        return;
      }
    }
    if (known == PREFACE.length) {
      speak(context, true, new Peer(remote, Optional.empty(), "http"));
    }
  }

  private void speak(ChannelHandlerContext context, boolean http2, Peer peer) {
    Channel channel = context.channel();
    if (http2) {
      var connection = new Http2ServerConnection(settings, peer, channel, loop);
      connection.begin();
      connections.established(channel, connection);
      channel.pipeline().remove(this);
      return;
    }
    var connection = new Http1ServerConnection(settings, peer, channel, loop);
    channel.pipeline().addLast(connection);
    connections.established(channel, connection);
    // What has been read and not been taken goes on to the connection.
    channel.pipeline().remove(this);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    silence.disarm();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
