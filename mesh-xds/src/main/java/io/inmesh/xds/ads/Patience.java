package io.inmesh.xds.ads;

import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Names of one type that the plane was asked for and has not answered. When its time is up they
 * count as unknown to it. Time runs only while there is a stream. Owner: the config loop.
 */
final class Patience extends Timer {
  private final EventLoop loop;
  private final ToLongFunction<String> nanos;
  private final Consumer<Set<String>> exhausted;

  /** When each name's time is up; asked earlier stands first. */
  private final Map<String, Long> deadlines = new LinkedHashMap<>();

  /** Whether later ones of these are never due sooner; the latest added is due then. */
  private boolean inOrder = true;

  private long latest;

  /**
   * Nothing is awaited.
   *
   * @param nanos how long a name is waited for; zero for ever
   */
  Patience(EventLoop loop, ToLongFunction<String> nanos, Consumer<Set<String>> exhausted) {
    this.loop = loop;
    this.nanos = nanos;
    this.exhausted = exhausted;
  }

  /** These, and no others, are unanswered now. */
  void waitFor(Set<String> names) {
    deadlines.keySet().retainAll(names);
    long now = loop.nanoTime();
    for (String name : names) {
      long time = nanos.applyAsLong(name);
      if (time > 0 && !deadlines.containsKey(name)) {
        add(name, now + time);
      }
    }
    rearm();
  }

  /** These were answered. */
  void answered(Set<String> names) {
    if (!deadlines.isEmpty()) {
      deadlines.keySet().removeAll(names);
      rearm();
    }
  }

  private void add(String name, long deadline) {
    inOrder = deadlines.isEmpty() || (inOrder && deadline >= latest);
    latest = deadline;
    deadlines.put(name, deadline);
  }

  private void rearm() {
    if (deadlines.isEmpty()) {
      disarm();
      return;
    }
    long first = deadlines.values().iterator().next();
    if (!inOrder) {
      for (long deadline : deadlines.values()) {
        first = Math.min(first, deadline);
      }
    }
    loop.arm(this, first);
  }

  void clear() {
    deadlines.clear();
    disarm();
  }

  @Override
  protected void onTimer() {
    Set<String> late = new HashSet<>();
    Iterator<Map.Entry<String, Long>> entries = deadlines.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Long> entry = entries.next();
      if (entry.getValue() <= loop.nanoTime()) {
        late.add(entry.getKey());
        entries.remove();
      } else if (inOrder) {
        break;
      }
    }
    rearm();
    exhausted.accept(late);
  }
}
