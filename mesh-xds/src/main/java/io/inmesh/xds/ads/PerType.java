package io.inmesh.xds.ads;

import io.inmesh.config.Resource.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** One value for each type. */
final class PerType<V> {
  private final List<V> values = new ArrayList<>();

  PerType(Function<Type, V> maker) {
    for (Type type : Type.values()) {
      values.add(maker.apply(type));
    }
  }

  V of(Type type) {
    return values.get(type.ordinal());
  }

  void forEach(Consumer<V> action) {
    values.forEach(action);
  }
}
