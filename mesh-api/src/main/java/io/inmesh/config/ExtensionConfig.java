package io.inmesh.config;

import java.util.Set;

/**
 * Settings of an HTTP filter that come on their own. Source: ECDS,
 * envoy.config.core.v3.TypedExtensionConfig.
 */
public record ExtensionConfig(String name, Extension settings) implements Resource {
  @Override
  public Type type() {
    return Type.EXTENSION;
  }

  @Override
  public Set<Key> references() {
    return settings.references();
  }
}
