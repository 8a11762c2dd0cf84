package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Resource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All resources of a node, by type and name. */
public final class ResourceSet {
  /** No resources. */
  public static final ResourceSet EMPTY = new ResourceSet(Map.of());

  private final Map<Resource.Type, Map<String, Resource>> byType;

  private ResourceSet(Map<Resource.Type, Map<String, Resource>> byType) {
    this.byType = byType;
  }

  /** These resources; of two with the same key the later one counts. */
  static ResourceSet of(Iterable<Resource> resources, ResourceSet previous) {
    var byType = new TreeMap<Resource.Type, Map<String, Resource>>();
    for (Resource resource : resources) {
      Resource before = previous.find(resource.key());
      // What did not change stays the same object, so that finding out is cheap.
      Resource kept = before != null && Places.sameElsewhere(resource, before) ? before : resource;
      byType.computeIfAbsent(resource.type(), type -> new TreeMap<>()).put(resource.name(), kept);
    }
    return new ResourceSet(byType);
  }

  /** The resource, or null. */
  public @Nullable Resource find(Resource.Key key) {
    return of(key.type()).get(key.name());
  }

  /** All of a type, by name. */
  public Map<String, Resource> of(Resource.Type type) {
    return Collections.unmodifiableMap(byType.getOrDefault(type, Map.of()));
  }

  /** All, types in order of dependence, then by name. */
  public List<Resource> all() {
    var all = new ArrayList<Resource>();
    byType.values().forEach(map -> all.addAll(map.values()));
    return all;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ResourceSet set && byType.equals(set.byType);
  }

  @Override
  public int hashCode() {
    return byType.hashCode();
  }

  @Override
  public String toString() {
    var text = new StringBuilder("ResourceSet");
    byType.forEach((type, map) -> text.append(' ').append(type).append(map.keySet()));
    return text.toString();
  }
}
