package io.inmesh.xds.ads;

import io.inmesh.config.Resource.Key;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Resources that live only for a time unless the plane prolongs it. Owner: the config loop. */
final class Expiries {
  private final EventLoop loop;
  private final Consumer<Key> expired;
  private final Map<Key, Expiry> timers = new HashMap<>();

  private final class Expiry extends Timer {
    private final Key key;

    Expiry(Key key) {
      this.key = key;
    }

    @Override
    protected void onTimer() {
      timers.remove(key);
      expired.accept(key);
    }
  }

  Expiries(EventLoop loop, Consumer<Key> expired) {
    this.loop = loop;
    this.expired = expired;
  }

  /** Sets how long a resource lives from now; 0 for ever. */
  void set(Key key, long nanos) {
    if (nanos > 0) {
      loop.arm(timers.computeIfAbsent(key, Expiry::new), loop.nanoTime() + nanos);
    } else if (!timers.isEmpty()) {
      Expiry timer = timers.remove(key);
      if (timer != null) {
        timer.disarm();
      }
    }
  }

  void clear() {
    timers.values().forEach(Timer::disarm);
    timers.clear();
  }
}
