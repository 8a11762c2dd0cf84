package io.inmesh.controlplane.ads;

import io.inmesh.config.Resource;
import io.inmesh.xds.ads.PerType;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All config of one node, or of all nodes that get the same. Immutable. */
public final class ServedConfig {
  /** Nothing. */
  public static final ServedConfig EMPTY = new ServedConfig("", true, List.of());

  private final String revision;
  private final boolean settled;
  private final PerType<Map<String, ServedResource>> byType =
      new PerType<>(type -> new LinkedHashMap<>());

  /**
   * A config.
   *
   * @param revision the name of this state; goes into {@code version_info}
   * @param settled false as long as instances may not have had the time to come back after a
   *     restart of the control plane: nodes that had config before keep it until then
   */
  public ServedConfig(String revision, boolean settled, Collection<ServedResource> resources) {
    this.revision = revision;
    this.settled = settled;
    for (ServedResource resource : resources) {
      Resource.Key key = resource.key();
      if (byType.of(key.type()).put(key.name(), resource) != null) {
        throw new IllegalArgumentException("twice in one config: " + key);
      }
    }
  }

  /** The name of this state. */
  public String revision() {
    return revision;
  }

  /** Whether what it leaves out is gone. */
  public boolean settled() {
    return settled;
  }

  /** All resources of a type, by name. */
  public Map<String, ServedResource> of(Resource.Type type) {
    return Collections.unmodifiableMap(byType.of(type));
  }

  @Nullable ServedResource find(Resource.Type type, String name) {
    return byType.of(type).get(name);
  }

  /** The names of a type that are new, other, or gone compared with an older config. */
  Set<String> changed(Resource.Type type, ServedConfig older) {
    Map<String, ServedResource> before = older.byType.of(type);
    Map<String, ServedResource> now = byType.of(type);
    return Stream.concat(
            now.values().stream().filter(resource -> !same(resource, before)),
            before.values().stream().filter(old -> !now.containsKey(old.key().name())))
        .map(resource -> resource.key().name())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean same(ServedResource resource, Map<String, ServedResource> before) {
    ServedResource old = before.get(resource.key().name());
    return old == resource || (old != null && old.version().equals(resource.version()));
  }
}
