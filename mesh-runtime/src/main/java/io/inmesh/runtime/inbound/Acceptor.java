package io.inmesh.runtime.inbound;

import io.inmesh.config.Address;
import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.config.TransportSocket.RawBuffer;
import io.inmesh.identity.SpiffeId;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.downstream.Downstream.Certificates;
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
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
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

  /** What is known so far; used where somebody judges. */
  private Downstream known;

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
    var to = (InetSocketAddress) channel.localAddress();
    var local = new Address(to.getAddress().getHostAddress(), to.getPort());
    this.known = new Downstream(local, remote, false, "", List.of(), null, Optional.empty());
    settings.listener().onAccepted(remote);
    channel.closeFuture().addListener(closed -> settings.listener().onClosed(remote));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    channel = context.channel();
    if (!settings.times().idle().isZero()) {
      loop.arm(silence, loop.nanoTime() + settings.times().idle().toNanos());
    }
    if (settings.guard() != null) {
      return;
    }
    if (settings.mode() == TlsMode.STRICT) {
      tlsDecided = true;
      secure(context, settings.tls());
    } else if (settings.mode() == TlsMode.PLAINTEXT) {
      tlsDecided = true;
    }
  }

  private void secure(ChannelHandlerContext context, @Nullable ServerTls tls) {
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
    boolean http2 = "h2".equals(handler.applicationProtocol());
    try {
      var leaf = (X509Certificate) handler.engine().getSession().getPeerCertificates()[0];
      Optional<SpiffeId> id = SpiffeId.of(leaf);
      if (settings.guard() == null && id.isEmpty()) {
        refuse(context, "the peer has no single SPIFFE identity");
        context.close();
        return;
      }
      settings.listener().onSecured(remote, leaf);
      known = known.with(new Certificates(own(handler), null)).proved(leaf);
      speak(context, http2, new Peer(remote, id, "https"), handler.engine().getSession());
    } catch (SSLPeerUnverifiedException none) {
      if (settings.guard() != null) {
        // The chain does not ask for one.
        known = known.with(new Certificates(own(handler), null));
        speak(context, http2, new Peer(remote, Optional.empty(), "https"), null);
        return;
      }
      refuse(context, "the peer presented no certificate");
      context.close();
    }
  }

  private static @Nullable X509Certificate own(SslHandler handler) {
    Certificate[] own = handler.engine().getSession().getLocalCertificates();
    return own == null || own.length == 0 ? null : (X509Certificate) own[0];
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
    if (!tlsDecided && first == TLS_HANDSHAKE) {
      beginTls(context, in);
      return;
    }
    tlsDecided = true;
    if (context.pipeline().get(SslHandler.class) != null) {
      // Application data cannot come before the handshake has ended and we are gone.
      in.skipBytes(in.readableBytes());
      return;
    }
    int read = Math.min(in.readableBytes(), PREFACE.length);
    for (int i = 0; i < read; i++) {
      if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
        speak(context, false, new Peer(remote, Optional.empty(), "http"), null);
        return;
      }
    }
    if (read == PREFACE.length) {
      speak(context, true, new Peer(remote, Optional.empty(), "http"), null);
    }
  }

  private void beginTls(ChannelHandlerContext context, ByteBuf in) throws Exception {
    ServerTls tls = settings.tls();
    ServerSettings.Guard guard = settings.guard();
    if (guard != null) {
      ClientHello hello = ClientHello.peek(in);
      if (hello == null) {
        return;
      }
      tls = chosen(context, guard, hello);
      if (tls == null) {
        in.skipBytes(in.readableBytes());
        return;
      }
    }
    tlsDecided = true;
    secure(context, tls);
    // What came belongs to the handler before us now.
    ByteBuf handshake = in.readRetainedSlice(in.readableBytes());
    ChannelHandlerContext before = context.pipeline().context(SslHandler.class);
    if (before == null) {
      handshake.release();
    } else {
      ((SslHandler) before.handler()).channelRead(before, handshake);
      ((SslHandler) before.handler()).channelReadComplete(before);
    }
  }

  /** How the chain that takes a connection over TLS protects it; null if it was refused. */
  private @Nullable ServerTls chosen(
      ChannelHandlerContext context, ServerSettings.Guard guard, ClientHello hello) {
    known =
        new Downstream(
            known.local(),
            remote,
            true,
            hello.serverName(),
            hello.protocols(),
            null,
            Optional.empty());
    if (guard.listener().socket(known) instanceof DownstreamTls socket) {
      return new ServerTls(guard.contexts(), socket);
    }
    tlsDecided = true;
    refuse(context, "no filter chain takes TLS for \"" + hello.serverName() + "\" here");
    context.close();
    return null;
  }

  /** Whether a chain takes a connection without TLS. */
  private boolean isTaken(ChannelHandlerContext context, ServerSettings.Guard guard, boolean h2) {
    known =
        new Downstream(
            known.local(),
            remote,
            false,
            "",
            List.of(h2 ? "h2c" : "http/1.1"),
            null,
            Optional.empty());
    boolean taken = guard.listener().socket(known) instanceof RawBuffer;
    if (!taken) {
      refuse(context, "no filter chain takes plaintext here");
      context.close();
    }
    return taken;
  }

  private void speak(
      ChannelHandlerContext context, boolean http2, Peer unheard, @Nullable SSLSession proof) {
    ServerSettings.Guard guard = settings.guard();
    ServerSettings judged = settings;
    if (guard != null) {
      if (!known.tls() && !isTaken(context, guard, http2)) {
        return;
      }
      judged = settings.handledBy(guard.listener().before(settings.handler(), known, loop));
    }
    ClientCertHeader telling =
        guard == null ? settings.clientCert() : guard.listener().clientCert(known);
    Peer peer = unheard.told(ForwardedClientCert.of(telling, proof));
    Channel channel = context.channel();
    if (http2) {
      var connection = new Http2ServerConnection(judged, peer, channel, loop);
      connection.begin();
      connections.established(channel, connection);
      channel.pipeline().remove(this);
      return;
    }
    var connection = new Http1ServerConnection(judged, peer, channel, loop);
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
