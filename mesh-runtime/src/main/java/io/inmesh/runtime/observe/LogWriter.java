package io.inmesh.runtime.observe;

import io.inmesh.call.LogSink;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.LongAdder;

/** Brings lines from the loops to a sink, on a thread of its own. Safe for use by many threads. */
final class LogWriter implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.inmesh.observe");
  private static final String END = "";

  private final LogSink sink;
  private final BlockingQueue<String> lines;
  private final LongAdder dropped = new LongAdder();
  private volatile boolean closed;

  /** Starts its thread. */
  LogWriter(LogSink sink, int most, ThreadFactory threads) {
    this.sink = sink;
    this.lines = new ArrayBlockingQueue<>(most);
    threads.newThread(this::run).start();
  }

  /** Never blocks: a line that finds no room is dropped. */
  void offer(String line) {
    if (closed || !lines.offer(line)) {
      dropped.increment();
    }
  }

  long dropped() {
    return dropped.sum();
  }

  private void run() {
    var batch = new ArrayList<String>();
    try {
      for (boolean more = true; more; batch.clear()) {
        batch.add(lines.take());
        lines.drainTo(batch);
        more = !batch.remove(END);
        write(batch);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    } finally {
      try {
        sink.close();
      } catch (IOException | RuntimeException broken) {
        LOG.log(Level.WARNING, "the access log could not be closed", broken);
      }
    }
  }

  private void write(Iterable<String> batch) {
    for (String line : batch) {
      try {
        sink.write(line);
      } catch (IOException | RuntimeException broken) {
        dropped.increment();
        LOG.log(Level.WARNING, "a line of the access log is lost", broken);
      }
    }
    try {
      sink.flush();
    } catch (IOException | RuntimeException broken) {
      LOG.log(Level.WARNING, "the access log could not be flushed", broken);
    }
  }

  /** What waits is still written. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (!lines.offer(END)) {
        lines.poll();
        dropped.increment();
        lines.add(END);
      }
    }
  }
}
