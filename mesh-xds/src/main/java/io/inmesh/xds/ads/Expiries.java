package io.inmesh.xds.ads;

import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Resources that live only for a time unless the plane prolongs it. Owner: the config loop. */
final class Expiries {
  private final EventLoop loop;
  private final Consumer<Resource.Key> expired;
  private final Map<Resource.Key, Expiry> timers = new HashMap<>();

  private final class Expiry extends Timer {
    private final Resource.Key key;

    Expiry(Resource.Key key) {
      this.key = key;
    }

    @Override
    protected void onTimer() {
      timers.remove(key);
      expired.accept(key);
    }
  }

  Expiries(EventLoop loop, Consumer<Resource.Key> expired) {
    this.loop = loop;
    this.expired = expired;
  }

  /** Sets how long a resource lives from now; 0 for ever. */
  void set(Resource.Key key, long nanos) {
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
