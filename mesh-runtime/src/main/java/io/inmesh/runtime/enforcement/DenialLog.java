package io.inmesh.runtime.enforcement;

import io.inmesh.server.SecurityEvent;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes denials to the log: so many a minute, and how many more there were, so that callers cannot
 * fill a disk. Safe for use by many loops.
 */
final class DenialLog {
  private static final System.Logger LOG = System.getLogger("io.inmesh.security");
  private static final int LINES = 200;
  private static final long WINDOW = Duration.ofMinutes(1).toNanos();

  private final AtomicLong start = new AtomicLong();
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicLong left = new AtomicLong();

  /** At a time by the loop's clock. */
  void denied(SecurityEvent event, long now) {
    long from = start.get();
    if (now - from >= WINDOW && start.compareAndSet(from, now)) {
      written.set(0);
      long more = left.getAndSet(0);
      if (more > 0) {
        LOG.log(Level.WARNING, "{0} more requests were denied", Long.toString(more));
      }
    }
    if (written.get() >= LINES || written.incrementAndGet() > LINES) {
      left.incrementAndGet();
      return;
    }
    LOG.log(
        Level.WARNING,
        "denied {0} {1} of {2} at {3} with {4}: {5}",
        event.method(),
        event.path(),
        event.peer().map(Object::toString).orElse("somebody without identity"),
        event.remote(),
        Integer.toString(event.status()),
        event.rule());
  }
}
