package io.inmesh.runtime.live;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All live parts by owner and value. Owner: the config thread. */
public final class LiveParts {
  private final Map<Key, Part<?>> parts = new HashMap<>();

  /** Owner path and the value that the state depends on. Equal value alone is not identity. */
  record Key(String owner, Object value) {}

  private static final class Part<T> {
    final T it;
    final Consumer<? super T> drain;
    int users;

    Part(T it, Consumer<? super T> drain) {
      this.it = it;
      this.drain = drain;
    }

    void release() {
      drain.accept(it);
    }
  }

  <T> T acquire(Key key, Class<T> type, Supplier<? extends T> make, Consumer<? super T> drain) {
    Part<?> part = parts.get(key);
    if (part == null) {
      part = new Part<T>(make.get(), drain);
      parts.put(key, part);
    }
    part.users++;
    return type.cast(part.it);
  }

  void release(Key key) {
    Part<?> part = parts.get(key);
    if (part != null && --part.users == 0) {
      parts.remove(key);
      part.release();
    }
  }

  /** How many there are; nothing served, none left. */
  public int size() {
    return parts.size();
  }
}
