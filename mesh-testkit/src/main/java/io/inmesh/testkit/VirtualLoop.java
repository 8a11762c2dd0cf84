package io.inmesh.testkit;

import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.loop.TimerQueue;
import java.time.Duration;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A loop whose time moves only when told. Owner: the thread that made it; others may {@link
 * #execute}.
 */
public final class VirtualLoop implements EventLoop {
  private final Thread owner = Thread.currentThread();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final TimerQueue timers = new TimerQueue();
  private final SplittableRandom random;
  private long now = 1;

  /** A loop with a fixed seed. */
  public VirtualLoop() {
    this(42);
  }

  /** A loop whose draws follow from a seed. */
  public VirtualLoop(long seed) {
    this.random = new SplittableRandom(seed);
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == owner;
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public long random() {
    return random.nextLong();
  }

  @Override
  public void arm(Timer timer, long atNanos) {
    timers.add(timer, atNanos);
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /** Lets time pass: runs tasks, fires the timers that fall due, in order. */
  public void advance(Duration duration) {
    long end = now + duration.toNanos();
    runTasks();
    while (timers.firstAt() <= end) {
      now = Math.max(now, timers.firstAt());
      timers.fireFirst();
      runTasks();
    }
    now = end;
  }

  /** Runs what was handed in, and what that hands in, without letting time pass. */
  public void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** Whether nothing is waiting: a test may end with this, so that nothing was forgotten. */
  public boolean idle() {
    return timers.isEmpty() && tasks.isEmpty();
  }
}
