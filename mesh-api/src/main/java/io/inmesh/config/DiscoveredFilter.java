package io.inmesh.config;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of a filter come on their own, by ECDS. Source:
 * envoy.config.core.v3.ExtensionConfigSource.
 *
 * @param name of the {@link ExtensionConfig}: the filter's own
 * @param types the full names of the messages that the settings may be of
 * @param otherwise used while there are none; without it the filter answers every request with 500
 * @param withoutWarming {@code otherwise} is used at once, instead of only when the plane does not
 *     answer in time, or says that there are no settings
 */
public record DiscoveredFilter(
    String name, Set<String> types, Optional<Extension> otherwise, boolean withoutWarming)
    implements Extension {
  public DiscoveredFilter {
    types = Set.copyOf(types);
  }

  @Override
  public String type() {
    return "envoy.config.core.v3.ExtensionConfigSource";
  }

  /** The resource that brings the settings. */
  public Resource.Key key() {
    return new Resource.Key(Resource.Type.EXTENSION, name);
  }

  @Override
  public Set<Resource.Key> references() {
    var keys = new HashSet<Resource.Key>();
    otherwise.ifPresent(settings -> keys.addAll(settings.references()));
    if (!withoutWarming) {
      keys.add(key());
    }
    return keys;
  }

  /** What is asked for and not waited for. */
  Set<Resource.Key> watches() {
    return withoutWarming ? Set.of(key()) : Set.of();
  }
}
