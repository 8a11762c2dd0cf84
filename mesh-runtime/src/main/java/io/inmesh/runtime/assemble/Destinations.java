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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The destinations that calls have asked for, bounded in number and in time. Looked up from any
 * thread; changed on the config thread.
 */
final class Destinations {
  private static final int MOST = 10_000;
  private static final Duration SWEEP = Duration.ofSeconds(10);

  /** How long an answer of "no", or none, is kept. */
  private static final Duration NEGATIVE = Duration.ofSeconds(30);

  /** How long a destination stays that nobody calls. */
  private static final Duration IDLE = Duration.ofMinutes(10);

  private final Map<String, Destination> byName = new ConcurrentHashMap<>();
  private final Map<Resource.Key, List<Destination>> byListener = new HashMap<>();
  private final Dialer dialer;
  private final EventLoop loop;
  private final Sweep sweep = new Sweep();
  private @Nullable Sweeping sweeping;

  /** Lets go of what is not used any more. */
  interface Sweeping {
    /** The listeners used since the last sweep. */
    Set<String> used();

    /** These are no longer asked for. */
    void release(List<Resource.Key> listeners);
  }

  Destinations(Dialer dialer, EventLoop loop) {
    this.dialer = dialer;
    this.loop = loop;
  }

  private final class Sweep extends Timer {
    @Override
    protected void onTimer() {
      sweep();
    }
  }

  /** On the config thread. */
  void start(Sweeping by) {
    sweeping = by;
    loop.arm(sweep, loop.nanoTime() + SWEEP.toNanos());
  }

  /** On the config thread. */
  void stop() {
    sweep.disarm();
    byName.clear();
    byListener.clear();
  }

  @Nullable Destination find(String name) {
    return byName.get(name);
  }

  /** On the config thread: a new entry, or the one there is; null if there are too many. */
  @Nullable Destination add(String name, boolean pinned) {
    Destination known = byName.get(name);
    if (known == null && byName.size() < MOST) {
      known = new Destination(name, dialer.listeners(name));
      known.usedAt = loop.nanoTime();
      byName.put(name, known);
      for (Resource.Key key : known.listeners()) {
        byListener.computeIfAbsent(key, absent -> new ArrayList<>()).add(known);
      }
    }
    if (known != null) {
      known.pinned |= pinned;
    }
    return known;
  }

  /** On the config thread: looks again at those that these resources concern. */
  void update(Set<Resource.Key> changed, Resolution resolution) {
    for (Resource.Key key : changed) {
      List<Destination> concerned =
          key.type() == Resource.Type.LISTENER ? byListener.get(key) : null;
      if (concerned != null) {
        List.copyOf(concerned).forEach(destination -> update(destination, resolution));
      }
    }
  }

  void update(Destination destination, Resolution resolution) {
    Destination.State next = state(destination.listeners(), resolution);
    if (next != destination.state()) {
      destination.update(next);
    }
  }

  private static Destination.State state(List<Resource.Key> listeners, Resolution resolution) {
    boolean present = false;
    boolean absent = !listeners.isEmpty();
    for (Resource.Key key : listeners) {
      if (resolution.served(key) != null) {
        return Destination.State.SERVED;
      }
      present |= resolution.isPresent(key);
      absent &= resolution.isAbsent(key);
    }
    if (present) {
      return Destination.State.INCOMPLETE;
    }
    return absent ? Destination.State.ABSENT : Destination.State.UNKNOWN;
  }

  /** Answers the listeners that no other destination needs. */
  private List<Resource.Key> remove(Destination destination) {
    byName.remove(destination.name());
    var unused = new ArrayList<Resource.Key>();
    for (Resource.Key key : destination.listeners()) {
      List<Destination> others = byListener.getOrDefault(key, List.of());
      others.remove(destination);
      if (others.isEmpty()) {
        byListener.remove(key);
        unused.add(key);
      }
    }
    return unused;
  }

  private void sweep() {
    long now = loop.nanoTime();
    Sweeping by = sweeping;
    if (by == null) {
      return;
    }
    Set<String> used = by.used();
    for (Destination destination : List.copyOf(byName.values())) {
      if (destination.listeners().stream().anyMatch(key -> used.contains(key.name()))) {
        destination.usedAt = now;
      }
      boolean served = destination.state() == Destination.State.SERVED;
      Duration patience = served ? IDLE : NEGATIVE;
      if (!destination.pinned && now - destination.usedAt >= patience.toNanos()) {
        by.release(remove(destination));
      }
    }
    loop.arm(sweep, now + SWEEP.toNanos());
  }
}
