package io.inmesh.runtime.net;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.tls.ClientTls;
import io.inmesh.runtime.tls.ClientTls.Handshake;
import io.inmesh.transport.Stream;
import io.netty.channel.Channel;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An established connection in a pool, whatever it speaks. Owner: its loop.
 *
 * <p>It retires when it must not take new streams: told so by the peer, old, its certificate near
 * its end, its pool drained. A retired connection closes when its last stream has ended.
 */
abstract class Link {
  final LoopPool pool;
  final Channel channel;

  /** Where it stands in the pool's list. */
  int place = -1;

  /** Whether it stands among the pool's connections that can take a stream. */
  boolean ready;

  private final Timer idle =
      new Timer() {
        @Override
        protected void onTimer() {
          retire("idle");
        }
      };
  private final Timer oldAge =
      new Timer() {
        @Override
        protected void onTimer() {
          retire("it has reached its longest duration");
        }
      };

  private final Timer ageing =
      new Timer() {
        @Override
        protected void onTimer() {
          aged = true;
          secretsChanged();
        }
      };

  private @Nullable Handshake tls;

  /** Whether less than a fifth of our certificate's life is left. */
  private boolean aged;

  private boolean retired;
  private boolean gone;
  private int active;
  private int served;

  Link(LoopPool pool, Channel channel) {
    this.pool = pool;
    this.channel = channel;
  }

  /** How many streams it can take now. */
  final int free() {
    return retired || gone ? 0 : capacity() - active;
  }

  /** How many streams may be open at once. */
  abstract int capacity();

  /** Whether the peer wants no streams for now. */
  final boolean isPaused() {
    return !retired && !gone && capacity() == 0;
  }

  /** Opens a stream; only if {@link #free}. */
  final void open(Stream.Handler handler) {
    active++;
    served++;
    idle.disarm();
    pool.streamOpened();
    int most = pool.settings().protocol().maxRequestsPerConnection();
    if (most > 0 && served >= most) {
      retired = true;
    }
    start(handler);
  }

  abstract void start(Stream.Handler handler);

  /** The last stream has ended: says good-bye if the protocol can, and closes. */
  abstract void finish();

  /** It works now; called once. */
  final void established() {
    armIdle();
    long longest = pool.settings().protocol().maxConnectionDuration().toNanos();
    if (longest > 0) {
      pool.loop().arm(oldAge, pool.loop().nanoTime() + longest);
    }
  }

  /** It stands on these secrets. */
  final void secured(Handshake by) {
    tls = by;
    KeyMaterial own = by.own();
    if (own != null) {
      Duration life = Duration.between(own.receivedAt(), own.notAfter());
      Instant old = own.notAfter().minus(life.dividedBy(5));
      Duration wait = Duration.between(pool.transport().clock().instant(), old);
      pool.loop().arm(ageing, pool.loop().nanoTime() + Math.max(0, wait.toNanos()));
    }
  }

  /**
   * Retires if we believe others now, or if our certificate is near its end and there is a newer
   * one. As long as there is none, another connection would be no better.
   */
  final void secretsChanged() {
    ClientTls current = pool.connector().tls();
    if (tls == null || current == null) {
      return;
    }
    if (tls.trust() != current.trust()) {
      retire("the trusted authorities have changed");
    } else if (aged && tls.own() != current.certificate()) {
      retire("its certificate is near its end");
    }
  }

  /** Our certificate on this connection, or null. */
  final @Nullable KeyMaterial own() {
    return tls == null ? null : tls.own();
  }

  private void armIdle() {
    Duration timeout = pool.settings().protocol().idleTimeout();
    if (!timeout.isZero()) {
      pool.loop().arm(idle, pool.loop().nanoTime() + timeout.toNanos());
    }
  }

  /** A stream has ended; the connection may have room for another. */
  final void ended() {
    active--;
    pool.streamEnded();
    if (gone) {
      return;
    }
    if (active == 0) {
      if (retired) {
        finish();
        return;
      }
      armIdle();
    }
    if (!retired) {
      pool.hasRoom(this);
    }
  }

  /** No new streams from now on. */
  final void retire(String why) {
    if (!retired) {
      retired = true;
      pool.retired(this, why);
    }
    if (active == 0 && !gone) {
      finish();
    }
  }

  /** The channel is closed. */
  final void gone() {
    if (!gone) {
      gone = true;
      idle.disarm();
      oldAge.disarm();
      ageing.disarm();
      pool.closed(this);
    }
  }
}
