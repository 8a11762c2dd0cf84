package io.inmesh.config;

import java.util.Map;
import java.util.Set;

/**
 * Values that replace what config says under their keys. Source: RTDS,
 * envoy.service.runtime.v3.Runtime.
 *
 * @param values by key; keys of nested structs are joined by dots. A value is a string, a boolean,
 *     a number, or a {@link FractionalPercent}
 */
public record RuntimeLayer(String name, Map<String, Object> values) implements Resource {
  public RuntimeLayer {
    values = Map.copyOf(values);
  }

  @Override
  public Type type() {
    return Type.RUNTIME;
  }

  @Override
  public Set<Key> references() {
    return Set.of();
  }
}
