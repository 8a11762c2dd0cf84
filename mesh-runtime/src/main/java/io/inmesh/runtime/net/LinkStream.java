package io.inmesh.runtime.net;

import io.inmesh.transport.Stream;

/**
 * What the streams of both protocols share: demand from the reader, and leave to write for the
 * writer. Owner: its loop.
 */
abstract class LinkStream implements Stream, Runnable {
  /** How often a writer is let go on before the loop looks at its sockets again. */
  private static final int MOST_ROUNDS = 8;

  /** Chunks that may be written before the connection is looked at again. */
  private static final int GRANT = 4;

  final Stream.Handler handler;
  final NettyLoop loop;

  /** No callback follows. */
  boolean closed;

  /** The request's head is written. */
  boolean headSent;

  /** The request's end is written. */
  boolean endSent;

  private int demand;
  private int granted;
  private boolean granting;
  private boolean scheduled;

  LinkStream(Stream.Handler handler, NettyLoop loop) {
    this.handler = handler;
    this.loop = loop;
  }

  /** Whether the connection takes more bytes without queueing them. */
  abstract boolean isWritable();

  abstract void flush();

  /** What is to be done when the reader can take more. */
  abstract void demanded();

  @Override
  public final void demand(int chunks) {
    demand = demand + chunks < 0 ? Integer.MAX_VALUE : demand + chunks;
    if (!closed) {
      demanded();
    }
  }

  /** Whether the reader can take another chunk. */
  final boolean isDemanded() {
    return demand > 0;
  }

  /** A chunk is passed on. */
  final void passed() {
    if (demand != Integer.MAX_VALUE) {
      demand--;
    }
  }

  /** The head is written and a body follows: lets the writer go on, not before it has returned. */
  final void bodyFollows() {
    headSent = true;
    schedule();
  }

  /** A chunk is written. */
  final void chunkWritten() {
    granted = Math.max(0, granted - 1);
    if (!granting) {
      flush();
      if (granted == 0) {
        schedule();
      }
    }
  }

  /** The end is written. */
  final void endWritten() {
    endSent = true;
    if (!granting) {
      flush();
    }
  }

  /** Lets the writer go on, in a task of its own. */
  final void schedule() {
    if (!scheduled) {
      scheduled = true;
      loop.execute(this);
    }
  }

  @Override
  public final void run() {
    scheduled = false;
    grant();
  }

  /**
   * The connection may have room: lets the writer go on. All it writes meanwhile goes out at once.
   */
  private void grant() {
    if (granting || closed || endSent || !headSent) {
      return;
    }
    granting = true;
    try {
      for (int round = 0; granted == 0 && !closed && !endSent && isWritable(); round++) {
        if (round == MOST_ROUNDS) {
          // A peer that takes all at once must not keep us from reading what it says.
          scheduled = true;
          loop.afterReading(this);
          return;
        }
        granted = GRANT;
        handler.onWritable(GRANT);
        // Only what has gone to the connection fills it.
        flush();
      }
    } finally {
      granting = false;
      flush();
    }
  }
}
