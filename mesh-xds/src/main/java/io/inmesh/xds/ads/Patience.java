package io.inmesh.xds.ads;

import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Names of one type that the plane was asked for and has not answered. When its time is up they
 * count as unknown to it. Time runs only while there is a stream. Owner: the config loop.
 */
final class Patience extends Timer {
  private final EventLoop loop;
  private final long nanos;
  private final Consumer<Set<String>> exhausted;

  /** When each name's time is up; asked earlier stands first. */
  private final Map<String, Long> deadlines = new LinkedHashMap<>();

  /** Zero nanoseconds: waits for ever. */
  Patience(EventLoop loop, long nanos, Consumer<Set<String>> exhausted) {
    this.loop = loop;
    this.nanos = nanos;
    this.exhausted = exhausted;
  }

  /** These, and no others, are unanswered now. */
  void waitFor(Set<String> names) {
    if (nanos == 0) {
      return;
    }
    deadlines.keySet().retainAll(names);
    long deadline = loop.nanoTime() + nanos;
    for (String name : names) {
      deadlines.putIfAbsent(name, deadline);
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

  private void rearm() {
    if (deadlines.isEmpty()) {
      disarm();
    } else {
      long first = deadlines.values().iterator().next();
      loop.arm(this, first);
    }
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
      if (entry.getValue() > loop.nanoTime()) {
        break;
      }
      late.add(entry.getKey());
      entries.remove();
    }
    rearm();
    exhausted.accept(late);
  }
}
