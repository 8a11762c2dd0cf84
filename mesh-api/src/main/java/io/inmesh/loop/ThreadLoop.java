package io.inmesh.loop;

import java.lang.System.Logger.Level;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A loop without sockets, for work that has its own thread: folding config, serving it. A task that
 * throws is logged, and the loop goes on.
 */
public final class ThreadLoop implements EventLoop, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.inmesh.loop");

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final TimerQueue timers = new TimerQueue();
  private final LongSupplier clock;
  private final SplittableRandom random;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Starts the loop's thread.
   *
   * @param clock monotonic nanoseconds, such as {@code System::nanoTime}
   */
  public ThreadLoop(ThreadFactory threads, LongSupplier clock, long seed) {
    this.clock = clock;
    this.random = new SplittableRandom(seed);
    this.thread = threads.newThread(this::run);
    thread.start();
  }

  private void run() {
    while (!closed) {
      try {
        turn();
      } catch (RuntimeException | Error broken) {
        report(broken);
      }
    }
  }

  /** Without this thread its owner stands still for good, so that not even an error may end it. */
  private void report(Throwable broken) {
    try {
      LOG.log(Level.ERROR, "a task of " + thread.getName() + " failed", broken);
    } catch (RuntimeException | Error unheard) {
      // Nobody can be told.
      return;
    }
  }

  private void turn() {
    long now = clock.getAsLong();
    while (timers.firstAt() <= now) {
      timers.fireFirst();
    }
    try {
      Runnable task =
          timers.isEmpty()
              ? tasks.take()
              : tasks.poll(timers.firstAt() - clock.getAsLong(), TimeUnit.NANOSECONDS);
      if (task != null) {
        task.run();
      }
    } catch (InterruptedException stop) {
      closed = true;
    }
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public long nanoTime() {
    return clock.getAsLong();
  }

  @Override
  public long random() {
    return random.nextLong();
  }

  @Override
  public void arm(Timer timer, long atNanos) {
    if (!inLoop()) {
      throw new IllegalStateException("not on " + thread.getName());
    }
    timers.add(timer, atNanos);
  }

  /** Hands a task in; after {@link #close} it is dropped. */
  @Override
  public void execute(Runnable task) {
    if (!closed) {
      tasks.add(task);
    }
  }

  /** Ends the thread after the task that runs now. Tasks and timers that wait are dropped. */
  @Override
  public void close() {
    closed = true;
    tasks.add(() -> {});
  }
}
