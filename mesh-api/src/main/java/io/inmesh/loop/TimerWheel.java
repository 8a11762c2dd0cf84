package io.inmesh.loop;

import org.jspecify.annotations.Nullable;

/**
 * Timers in a hierarchy of wheels: adding, moving and removing cost the same however many wait, and
 * allocate nothing. The resolution is 2^20 ns, about a millisecond; a timer fires up to that much
 * late, never early. Owner: its loop, which calls {@link #advance} when {@link #nextAt} has come.
 */
public final class TimerWheel extends Timers {
  private static final int TICK_SHIFT = 20;
  private static final int SLOT_BITS = 6;
  private static final int SLOTS = 1 << SLOT_BITS;

  /** 64^7 ticks are more than a hundred years, and more than a long has nanoseconds. */
  private static final int LEVELS = 8;

  private final long origin;
  private final Slot[] slots = new Slot[LEVELS * SLOTS];
  private final long[] occupied = new long[LEVELS];

  /** The last tick whose timers have fired. */
  private long elapsed;

  private int size;

  /** A wheel that starts at the time {@code now}, of any origin. */
  public TimerWheel(long now) {
    origin = now;
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot();
    }
  }

  /** Adds a timer, or moves it. A time that has passed comes with the next tick. */
  @Override
  public void add(Timer timer, long at) {
    timer.disarm();
    timer.at = at;
    timer.queue = this;
    size++;
    place(timer);
  }

  private void place(Timer timer) {
    long tick = Math.max(tickAfter(timer.at), elapsed + 1);
    long differing = (tick ^ elapsed) | (SLOTS - 1);
    int level = (63 - Long.numberOfLeadingZeros(differing)) / SLOT_BITS;
    int slot = (int) (tick >>> (level * SLOT_BITS)) & (SLOTS - 1);
    occupied[level] |= 1L << slot;
    slots[level * SLOTS + slot].append(timer);
  }

  /** The first tick that is not before {@code at}. */
  private long tickAfter(long at) {
    long since = at - origin;
    return since <= 0 ? 0 : ((since - 1) >>> TICK_SHIFT) + 1;
  }

  @Override
  void remove(Timer timer) {
    unlink(timer);
    size--;
  }

  @SuppressWarnings("NullAway") // An armed timer has neighbours: the slot closes the ring.
  private static void unlink(Timer timer) {
    timer.prev.next = timer.next;
    timer.next.prev = timer.prev;
    timer.prev = null;
    timer.next = null;
    timer.queue = null;
  }

  /**
   * When {@link #advance} has something to do, at the latest; {@link Long#MAX_VALUE} when no timer
   * waits.
   */
  public long nextAt() {
    if (size == 0) {
      return Long.MAX_VALUE;
    }
    long tick = nextTick();
    return tick == Long.MAX_VALUE ? tick : origin + (tick << TICK_SHIFT);
  }

  /** The next tick at which a slot falls due, to be fired or to be spread over the level below. */
  private long nextTick() {
    for (int level = 0; level < LEVELS; level++) {
      int shift = level * SLOT_BITS;
      int current = (int) (elapsed >>> shift) & (SLOTS - 1);
      // The slots at or before the current one are behind us: they have been emptied.
      long ahead = current == SLOTS - 1 ? 0 : occupied[level] & (-2L << current);
      if (ahead != 0) {
        long slot = Long.numberOfTrailingZeros(ahead);
        return ((elapsed >>> shift >>> SLOT_BITS << SLOT_BITS) | slot) << shift;
      }
    }
    return Long.MAX_VALUE;
  }

  /** Fires all timers that are due at {@code now}, tick by tick. */
  public void advance(long now) {
    long until = (now - origin) >> TICK_SHIFT;
    while (size > 0) {
      long tick = nextTick();
      if (tick > until) {
        break;
      }
      elapsed = tick;
      spread(tick);
      fire(tick);
    }
    elapsed = Math.max(elapsed, Math.min(until, nextTick() - 1));
  }

  /** Moves the timers of the higher slots that begin with this tick down. */
  private void spread(long tick) {
    for (int level = LEVELS - 1; level > 0; level--) {
      if ((tick & ((1L << (level * SLOT_BITS)) - 1)) != 0) {
        continue;
      }
      int slot = (int) (tick >>> (level * SLOT_BITS)) & (SLOTS - 1);
      occupied[level] &= ~(1L << slot);
      Slot from = slots[level * SLOTS + slot];
      for (Timer timer = from.first(); timer != null; timer = from.first()) {
        unlink(timer);
        timer.queue = this;
        if (tickAfter(timer.at) <= tick) {
          occupied[0] |= 1L << (tick & (SLOTS - 1));
          slots[(int) tick & (SLOTS - 1)].append(timer);
        } else {
          place(timer);
        }
      }
    }
  }

  private void fire(long tick) {
    int slot = (int) tick & (SLOTS - 1);
    Slot due = slots[slot];
    try {
      for (Timer timer = due.first(); timer != null; timer = due.first()) {
        timer.disarm();
        timer.onTimer();
      }
    } finally {
      occupied[0] &= ~(1L << slot);
      // Only if a timer threw: the others of this tick come with the next.
      for (Timer timer = due.first(); timer != null; timer = due.first()) {
        unlink(timer);
        timer.queue = this;
        place(timer);
      }
    }
  }

  /** Whether no timer waits. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** The head of a ring of timers. */
  private static final class Slot extends Timer {
    Slot() {
      prev = this;
      next = this;
    }

    @SuppressWarnings("NullAway") // The ring is never open.
    void append(Timer timer) {
      timer.prev = prev;
      timer.next = this;
      prev.next = timer;
      prev = timer;
    }

    @Nullable Timer first() {
      return next == this ? null : next;
    }

    @Override
    protected void onTimer() {
      throw new IllegalStateException("a slot is not a timer");
    }
  }
}
