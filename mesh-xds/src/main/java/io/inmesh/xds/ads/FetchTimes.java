package io.inmesh.xds.ads;

import io.inmesh.config.Resource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How long answers are awaited, where the resource that refers to them says so. Owner: the config
 * loop.
 */
final class FetchTimes {
  private final Map<Resource.Key, Duration> times = new HashMap<>();
  private final long usual;

  /**
   * Nothing is said.
   *
   * @param usual nanoseconds for all others; zero for ever
   */
  FetchTimes(long usual) {
    this.usual = usual;
  }

  /** Takes over what a resource says. */
  void note(Resource resource) {
    Map<Resource.Key, Duration> said = resource.fetchTimeouts();
    if (times.isEmpty() && said.isEmpty()) {
      return;
    }
    for (Resource.Key key : resource.references()) {
      Duration time = said.get(key);
      if (time == null) {
        times.remove(key);
      } else {
        times.put(key, time);
      }
    }
  }

  /** Nothing else is needed any more. */
  void keep(Set<Resource.Key> names) {
    if (!times.isEmpty()) {
      times.keySet().retainAll(names);
    }
  }

  /** In nanoseconds; zero for ever. */
  long of(Resource.Type type, String name) {
    Duration time = times.isEmpty() ? null : times.get(new Resource.Key(type, name));
    return time == null ? usual : time.toNanos();
  }
}
