package io.inmesh.loop;

/** A place where timers wait. Owner: its loop. */
public abstract class Timers {
  /** Adds a timer, or moves it. */
  public abstract void add(Timer timer, long at);

  /** Takes an armed timer out. */
  abstract void remove(Timer timer);
}
