package io.inmesh.xds.ads;

import io.inmesh.config.Resource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/** One value for each type of resource. */
public final class PerType<V> {
  private final Map<Resource.Type, V> values = new EnumMap<>(Resource.Type.class);

  /** Values made for their types. */
  public PerType(Function<Resource.Type, V> maker) {
    for (Resource.Type type : Resource.Type.values()) {
      values.put(type, maker.apply(type));
    }
  }

  /** The value of a type. */
  public V of(Resource.Type type) {
    return Objects.requireNonNull(values.get(type));
  }

  /** Does something with each value, in the order of the types. */
  public void forEach(Consumer<V> action) {
    values.values().forEach(action);
  }
}
