package io.inmesh.runtime.net;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.tls.ClientTls;
import io.inmesh.runtime.tls.ClientTls.Handshake;
import io.inmesh.runtime.tls.SecretMissingException;
import io.inmesh.runtime.tls.TlsFailure;
import io.inmesh.transport.Stream.Closed;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A connection on its way: TCP, TLS, the first words of the protocol; the timer is the time for all
 * of it. Owner: its loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Connecting extends Timer {
  private final LoopPool pool;
  private @Nullable Channel channel;
  private @Nullable Handshake handshake;
  private boolean over;

  Connecting(LoopPool pool) {
    this.pool = pool;
  }

  /** How many requests it will probably be able to take at once. */
  int expectedStreams() {
    int ours = pool.settings().protocol().http2().maxConcurrentStreams();
    return Math.max(1, Math.min(pool.connector().expectedStreams(), ours));
  }

  void start() {
    if (pool.connector().remote() == null) {
      fail(Closed.CONNECT_FAILURE, "not an IP address");
      return;
    }
    Duration timeout = pool.settings().connectTimeout();
    if (!timeout.isZero()) {
      pool.loop().arm(this, pool.loop().nanoTime() + timeout.toNanos());
    }
    ChannelFuture connected = pool.connector().connect(pool.loop());
    channel = connected.channel();
    pool.transport().add(connected.channel());
    connected.addListener(done -> tcp(connected));
  }

  private void tcp(ChannelFuture connected) {
    if (over) {
      connected.channel().close();
      return;
    }
    if (!connected.isSuccess()) {
      report(Closed.CONNECT_FAILURE, "delayed connect error: " + words(connected.cause()));
      return;
    }
    ClientTls tls = pool.connector().tls();
    if (tls == null) {
      speak(connected.channel(), null);
      return;
    }
    try {
      Handshake begun = tls.begin(connected.channel().alloc());
      handshake = begun;
      connected.channel().pipeline().addFirst(begun.handler());
      begun
          .handler()
          .handshakeFuture()
          .addListener(done -> secured(connected.channel(), begun, done.cause()));
    } catch (SecretMissingException | SSLException notYet) {
      fail(Closed.CONNECT_FAILURE, reason(notYet));
    }
  }

  private void secured(Channel secure, Handshake by, @Nullable Throwable failure) {
    if (over) {
      return;
    }
    if (failure != null) {
      fail(Closed.CONNECT_FAILURE, "TLS: " + TlsFailure.reason(failure, by.own()));
      return;
    }
    speak(secure, by.handler().applicationProtocol());
  }

  private void speak(Channel open, @Nullable String negotiated) {
    open.pipeline().remove(Connector.Quiet.HANDLER);
    if (pool.connector().chooseHttp2(negotiated)) {
      // It reports back when the peer has spoken.
      new Http2ClientConnection(pool, open, this).begin();
    } else {
      established(new Http1Connection(pool, open));
    }
  }

  /** Our certificate in the handshake, or null. */
  @Nullable KeyMaterial own() {
    return handshake == null ? null : handshake.own();
  }

  /** The protocol's beginning failed. */
  void failed(String why) {
    fail(Closed.CONNECT_FAILURE, why);
  }

  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }

  /** What the system says, as in Envoy's details: without the address and the system call. */
  private static String words(Throwable cause) {
    String message = reason(cause);
    int call = message.indexOf("): ");
    String words = call < 0 ? message : message.substring(call + 3);
    int address = words.indexOf(": ");
    return address < 0 ? words : words.substring(0, address);
  }

  /** It works. */
  void established(Link link) {
    if (over) {
      link.channel.close();
      return;
    }
    over = true;
    disarm();
    if (handshake != null) {
      link.secured(handshake);
    }
    pool.connected(this, link);
  }

  @Override
  protected void onTimer() {
    fail(
        Closed.CONNECT_TIMEOUT,
        "no connection within " + pool.settings().connectTimeout().toMillis() + " ms");
  }

  private void fail(Closed how, String why) {
    report(how, pool.settings().address() + ": " + why);
  }

  private void report(Closed how, String why) {
    if (!over) {
      end();
      pool.failed(this, how, why);
    }
  }

  /** Nobody waits for it any more. */
  void abandon() {
    if (!over) {
      end();
      pool.abandoned(this);
    }
  }

  private void end() {
    over = true;
    disarm();
    if (channel != null) {
      channel.close();
    }
  }
}
