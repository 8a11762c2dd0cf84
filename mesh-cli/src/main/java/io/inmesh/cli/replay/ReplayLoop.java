package io.inmesh.cli.replay;

import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.loop.TimerQueue;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** A loop whose time jumps to the next timer, and whose draws follow from a seed. */
final class ReplayLoop implements EventLoop {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final TimerQueue timers = new TimerQueue();
  private SplittableRandom random;
  private long now = 1;

  ReplayLoop(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** From here on the draws depend on nothing that was before. */
  void seed(long seed) {
    random = new SplittableRandom(seed);
  }

  @Override
  public boolean inLoop() {
    return true;
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

  /** Runs what waits, but lets no time pass. */
  void settle() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** Lets time pass until a condition holds, or the time is over. */
  void runUntil(BooleanSupplier done, long patienceNanos) {
    long end = now + patienceNanos;
    settle();
    while (!done.getAsBoolean() && timers.firstAt() <= end) {
      now = Math.max(now, timers.firstAt());
      timers.fireFirst();
      settle();
    }
  }
}
