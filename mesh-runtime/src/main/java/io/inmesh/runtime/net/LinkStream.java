package io.inmesh.runtime.net;

import io.inmesh.call.Headers;
import io.inmesh.loop.Timer;
import io.inmesh.transport.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the streams of both protocols share: demand from the reader, and leave to write for the
 * writer. Owner: its loop.
 */
abstract class LinkStream implements Stream, Pacer.Writer {
  private static final String EXPECTED = "100-continue";
  private static final long PATIENCE_NANOS = 1_000_000_000;

  final Stream.Handler handler;
  final NettyLoop loop;

  /** The request's head is written. */
  boolean headSent;

  /** The request's end is written. */
  boolean endSent;

  /** Only where a body follows the head. */
  private @Nullable Pacer pacer;

  private @Nullable Timer patience;
  private boolean closed;
  private int demand;

  LinkStream(Stream.Handler handler, NettyLoop loop) {
    this.handler = handler;
    this.loop = loop;
  }

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

  /** RFC 9110, 8.6: a method that usually has a body says that there is none. */
  static long emptyLength(RequestHead head, long otherwise) {
    return switch (head.method()) {
      case "POST", "PUT", "PATCH" -> 0;
      default -> otherwise;
    };
  }

  /**
   * The head is written and a body follows: lets the writer go on at once, so that a short body
   * goes out with its head. With {@code expect: 100-continue} the peer is heard first, but for a
   * second at most (RFC 9110, 10.1.1): there are peers that never say a word.
   */
  final void bodyFollows(Headers headers) {
    headSent = true;
    var writing = new Pacer(this, loop);
    pacer = writing;
    if (!EXPECTED.equalsIgnoreCase(headers.get("expect"))) {
      writing.grant();
      return;
    }
    var waiting =
        new Timer() {
          @Override
          protected void onTimer() {
            patience = null;
            writing.schedule();
          }
        };
    patience = waiting;
    flush();
    loop.arm(waiting, loop.nanoTime() + PATIENCE_NANOS);
  }

  /** A head has come, informational or final: after a refusal the body stays here. */
  final void heard(int status) {
    if (patience != null && (status == 100 || (status >= 200 && status < 400))) {
      loseNoTime();
      schedule();
    }
  }

  private void loseNoTime() {
    if (patience != null) {
      patience.disarm();
      patience = null;
    }
  }

  /** A chunk is written. */
  final void chunkWritten() {
    if (pacer != null) {
      pacer.chunkWritten();
    }
  }

  /** The end is written. */
  final void endWritten() {
    endSent = true;
    if (pacer != null) {
      pacer.endWritten();
    }
  }

  /** Lets the writer go on, if there is one, in a task of its own. */
  public final void schedule() {
    if (pacer != null) {
      pacer.schedule();
    }
  }

  @Override
  public final boolean mayWrite() {
    return !closed && !endSent && headSent && patience == null;
  }

  @Override
  public final void grant(int chunks) {
    handler.onWritable(chunks);
  }

  /** From now on there are no callbacks. */
  final void close() {
    closed = true;
    loseNoTime();
  }

  final boolean isClosed() {
    return closed;
  }
}
