package io.inmesh.runtime.assemble;

import io.inmesh.config.Resource;
import io.inmesh.config.RuntimeLayer;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.resolve.Resolution;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Run-time values in layers: the application's own, and those of the plane. */
final class RuntimeLayers {
  private final RuntimeValues base;
  private final List<Resource.Key> keys;
  private RuntimeValues values;

  /** Later layers count more than earlier ones, and all more than {@code base}. */
  RuntimeLayers(RuntimeValues base, List<String> layers) {
    this.base = base;
    this.keys = layers.stream().map(name -> new Resource.Key(Resource.Type.RUNTIME, name)).toList();
    this.values = base;
  }

  List<Resource.Key> keys() {
    return keys;
  }

  RuntimeValues values() {
    return values;
  }

  /** Looks again; whether any value is another now. */
  boolean changed(Resolution resolution) {
    Map<String, Object> all = new HashMap<>(base.byKey());
    for (Resource.Key key : keys) {
      if (resolution.served(key) instanceof RuntimeLayer layer) {
        all.putAll(layer.values());
      }
    }
    RuntimeValues before = values;
    values = new RuntimeValues(all);
    return !values.equals(before);
  }
}
