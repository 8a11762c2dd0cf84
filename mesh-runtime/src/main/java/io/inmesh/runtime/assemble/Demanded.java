package io.inmesh.runtime.assemble;

import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.resolve.Resolution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The virtual hosts and clusters that calls were held for: bounded in number, and let go some time
 * after the plane has said that there is none. Owner: the config thread.
 */
final class Demanded extends Timer {
  private static final int MOST = 10_000;
  private static final Duration SWEEP = Duration.ofSeconds(10);

  /** How long an answer of "no" is kept. */
  private static final Duration NEGATIVE = Duration.ofSeconds(30);

  private final Map<Resource.Key, Entry> entries = new HashMap<>();
  private final Resolution resolution;
  private final EventLoop loop;
  private final Consumer<Resource.Key> release;

  private static final class Entry {
    final List<Runnable> waiting = new ArrayList<>();

    /** Since when there is none; null if there is, or nothing is known. */
    @Nullable Long absentSince;
  }

  /**
   * Nothing yet.
   *
   * @param release lets a name go that nobody needs any more
   */
  Demanded(Resolution resolution, EventLoop loop, Consumer<Resource.Key> release) {
    this.resolution = resolution;
    this.loop = loop;
    this.release = release;
  }

  /**
   * A call waits for an answer.
   *
   * @return whether the name is to be asked for: it is new
   */
  boolean add(Resource.Key key, Runnable answered) {
    Entry known = entries.get(key);
    if (known == null && entries.size() >= MOST) {
      answered.run();
      return false;
    }
    Entry entry = known == null ? new Entry() : known;
    entry.waiting.add(answered);
    if (known == null) {
      entries.put(key, entry);
      if (!isArmed()) {
        loop.arm(this, loop.nanoTime() + SWEEP.toNanos());
      }
    }
    return known == null;
  }

  /** Looks again at those that are concerned. */
  void update(Iterable<Resource.Key> changed) {
    if (!entries.isEmpty()) {
      changed.forEach(this::update);
    }
  }

  void update(Resource.Key key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return;
    }
    boolean served = resolution.served(key) != null;
    if (served) {
      entry.absentSince = null;
    } else if (!resolution.isAbsent(key)) {
      return;
    } else if (entry.absentSince == null) {
      entry.absentSince = loop.nanoTime();
    }
    List<Runnable> all = List.copyOf(entry.waiting);
    entry.waiting.clear();
    all.forEach(Runnable::run);
  }

  @Override
  protected void onTimer() {
    long now = loop.nanoTime();
    for (Map.Entry<Resource.Key, Entry> each : List.copyOf(entries.entrySet())) {
      Long since = each.getValue().absentSince;
      if (since != null && now - since >= NEGATIVE.toNanos()) {
        entries.remove(each.getKey());
        release.accept(each.getKey());
      }
    }
    if (!entries.isEmpty()) {
      loop.arm(this, now + SWEEP.toNanos());
    }
  }

  /** Lets go of everything: nobody waits any longer. */
  void close() {
    disarm();
    List<Entry> all = List.copyOf(entries.values());
    entries.clear();
    all.forEach(entry -> entry.waiting.forEach(Runnable::run));
  }
}
