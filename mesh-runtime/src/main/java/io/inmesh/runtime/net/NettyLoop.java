package io.inmesh.runtime.net;

import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.loop.TimerWheel;
import io.netty.util.concurrent.ScheduledFuture;
import java.lang.System.Logger.Level;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A loop of Netty's. Its timers wait in a wheel; Netty itself is asked for one wake-up only, at the
 * time of the next timer. Owner: its thread, except {@link #execute} and {@link #inLoop}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty reports a task that fails.
public final class NettyLoop implements EventLoop {
  private static final System.Logger LOG = System.getLogger("io.inmesh.loop");

  private final io.netty.channel.EventLoop netty;
  private final int index;
  private final LongSupplier nanoClock;
  private final SplittableRandom random;
  private final TimerWheel timers;
  private final Runnable wake = this::wake;

  private @Nullable ScheduledFuture<?> wakeUp;
  private long wakeAt = Long.MAX_VALUE;

  NettyLoop(io.netty.channel.EventLoop netty, int index, LongSupplier nanoClock, long seed) {
    this.netty = netty;
    this.index = index;
    this.nanoClock = nanoClock;
    this.random = new SplittableRandom(seed);
    this.timers = new TimerWheel(nanoClock.getAsLong());
  }

  /** Netty's side of it, for channels. */
  public io.netty.channel.EventLoop netty() {
    return netty;
  }

  /** Its place in {@link Loops#all}. */
  public int index() {
    return index;
  }

  @Override
  public boolean inLoop() {
    return netty.inEventLoop();
  }

  @Override
  public long nanoTime() {
    return nanoClock.getAsLong();
  }

  @Override
  public long random() {
    return random.nextLong();
  }

  /** Hands a task to the loop. Dropped, with a log entry, when the loop has been shut down. */
  @Override
  public void execute(Runnable task) {
    netty.execute(task);
  }

  /** Runs a task after the sockets have been looked at, which {@link #execute} may not wait for. */
  void afterReading(Runnable task) {
    netty.schedule(task, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public void arm(Timer timer, long atNanos) {
    if (!netty.inEventLoop()) {
      throw new IllegalStateException("timers belong to " + this);
    }
    timers.add(timer, atNanos);
    // One tick of slack: the wheel's own time is a little later than what was asked for.
    if (wakeUp == null || atNanos - wakeAt < 0) {
      schedule();
    }
  }

  private void schedule() {
    long next = timers.nextAt();
    if (wakeUp != null) {
      if (wakeAt - next <= 0) {
        return;
      }
      wakeUp.cancel(false);
      wakeUp = null;
    }
    if (next != Long.MAX_VALUE && !netty.isShuttingDown()) {
      wakeAt = next;
      long delay = Math.max(0, next - nanoClock.getAsLong());
      wakeUp = netty.schedule(wake, delay, TimeUnit.NANOSECONDS);
    }
  }

  private void wake() {
    wakeUp = null;
    try {
      timers.advance(nanoClock.getAsLong());
    } catch (RuntimeException failed) {
      LOG.log(Level.ERROR, "a timer failed", failed);
    } finally {
      schedule();
    }
  }

  @Override
  public String toString() {
    return "loop " + index;
  }
}
