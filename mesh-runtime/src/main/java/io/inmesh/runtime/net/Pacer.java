package io.inmesh.runtime.net;

/**
 * Lets the writer of a body go on as the connection has room: a few chunks at a time, and all that
 * is written meanwhile goes out together. Owner: its loop.
 */
public final class Pacer implements Runnable {
  /** How often a writer is let go on before the loop looks at its sockets again. */
  private static final int MOST_ROUNDS = 8;

  /** Chunks that may be written before the connection is looked at again. */
  private static final int GRANT = 4;

  private final Writer writer;
  private final NettyLoop loop;
  private int granted;
  private boolean granting;
  private boolean scheduled;

  /** Who writes the body. */
  public interface Writer {
    /** Whether there is anything to be written. */
    boolean mayWrite();

    /** Whether the connection takes more bytes without queueing them. */
    boolean isWritable();

    /** So many more chunks may be written, now or later. */
    void grant(int chunks);

    /** Sends what is written. */
    void flush();

    /** There is more to be written, and the connection takes nothing. */
    default void blocked() {}

    /** It may take something again. */
    default void unblocked() {}
  }

  /** A writer's. */
  public Pacer(Writer writer, NettyLoop loop) {
    this.writer = writer;
    this.loop = loop;
  }

  /** Lets the writer go on, in a task of its own. */
  public void schedule() {
    if (!scheduled) {
      scheduled = true;
      loop.execute(this);
    }
  }

  /** A chunk is written. */
  public void chunkWritten() {
    granted = Math.max(0, granted - 1);
    if (!granting) {
      writer.flush();
      if (granted == 0) {
        schedule();
      }
    }
  }

  /** The end is written. */
  public void endWritten() {
    if (!granting) {
      writer.flush();
    }
  }

  @Override
  public void run() {
    scheduled = false;
    grant();
  }

  /** Lets the writer go on as far as the connection has room. */
  public void grant() {
    if (granting || !writer.mayWrite()) {
      return;
    }
    writer.unblocked();
    granting = true;
    try {
      for (int round = 0; granted == 0 && writer.mayWrite() && writer.isWritable(); round++) {
        if (round == MOST_ROUNDS) {
          // A peer that takes all at once must not keep us from reading what it says.
          scheduled = true;
          loop.afterReading(this);
          return;
        }
        granted = GRANT;
        writer.grant(GRANT);
        // Only what has gone to the connection fills it.
        writer.flush();
      }
      if (granted == 0 && writer.mayWrite()) {
        writer.blocked();
      }
    } finally {
      granting = false;
      writer.flush();
    }
  }
}
