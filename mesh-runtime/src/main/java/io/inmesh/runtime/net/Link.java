package io.inmesh.runtime.net;

import io.inmesh.loop.Timer;
import io.inmesh.transport.Stream;
import io.netty.channel.Channel;
import java.time.Duration;

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

  /** Retires if it stands on secrets that are no longer in force. */
  void secretsChanged() {}

  final boolean isRetired() {
    return retired;
  }

  /** How many streams are open. */
  final int active() {
    return active;
  }

  /** The channel is closed. */
  final void gone() {
    if (!gone) {
      gone = true;
      idle.disarm();
      oldAge.disarm();
      pool.closed(this);
    }
  }
}
