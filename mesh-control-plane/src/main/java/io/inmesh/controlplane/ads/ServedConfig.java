package io.inmesh.controlplane.ads;

import io.inmesh.config.Resource;
import io.inmesh.xds.ads.PerType;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All config of one node, or of all nodes that get the same; what a node has for itself lies over
 * what it shares. Immutable.
 */
public final class ServedConfig {
  /** Nothing. */
  public static final ServedConfig EMPTY = new ServedConfig("", true, List.of());

  private final @Nullable ServedConfig shared;
  private final String revision;
  private final boolean settled;
  private final PerType<Map<String, ServedResource>> byType;

  /** What this was made of, if of another, and the names that differ. */
  private final WeakReference<ServedConfig> origin;

  private final PerType<Set<String>> changed;
  private final Strangers strangers;

  /** Makes listeners that a config does not have, and that are asked for by name. */
  public interface Strangers {
    /** All stay unknown. */
    Strangers UNKNOWN = name -> null;

    /** The listener; null if it stays unknown. */
    @Nullable ServedResource listener(String name);
  }

  /** Made when first needed, on the server's loop. */
  private @Nullable HostAliases aliases;

  /**
   * A config.
   *
   * @param revision the name of this state; goes into {@code version_info}
   * @param settled false as long as instances may not have had the time to come back after a
   *     restart of the control plane: nodes that had config before keep it until then
   */
  public ServedConfig(String revision, boolean settled, Collection<ServedResource> resources) {
    this(null, revision, settled, resources);
  }

  private ServedConfig(
      @Nullable ServedConfig shared,
      String revision,
      boolean settled,
      Collection<ServedResource> resources) {
    this.shared = shared;
    this.revision = revision;
    this.settled = settled;
    this.byType = new PerType<>(type -> new LinkedHashMap<>());
    this.origin = new WeakReference<>(null);
    this.changed = new PerType<>(type -> Set.of());
    this.strangers = Strangers.UNKNOWN;
    for (ServedResource resource : resources) {
      Resource.Key key = resource.key();
      if (byType.of(key.type()).put(key.name(), resource) != null) {
        throw new IllegalArgumentException("twice in one config: " + key);
      }
    }
  }

  private ServedConfig(
      String revision, boolean settled, ServedConfig before, Changed changes, Strangers strangers) {
    this.strangers = strangers;
    this.shared = before.shared;
    this.revision = revision;
    this.settled = settled;
    this.byType = new PerType<>(type -> changes.apply(type, before.byType.of(type)));
    this.origin = new WeakReference<>(before);
    this.changed = new PerType<>(type -> changes.of(type).keySet());
  }

  /** Changes by type and name; null for what is gone. */
  private record Changed(Map<Resource.Type, Map<String, @Nullable ServedResource>> byType) {
    Map<String, @Nullable ServedResource> of(Resource.Type type) {
      return byType.getOrDefault(type, Map.of());
    }

    /** What no change touches is shared. */
    Map<String, ServedResource> apply(Resource.Type type, Map<String, ServedResource> resources) {
      if (of(type).isEmpty()) {
        return resources;
      }
      Map<String, ServedResource> next = new LinkedHashMap<>(resources);
      of(type)
          .forEach(
              (name, resource) -> {
                if (resource == null) {
                  next.remove(name);
                } else {
                  next.put(name, resource);
                }
              });
      return next;
    }
  }

  /**
   * The next config, at the cost of what is other.
   *
   * @param changes what is new or other, and what is gone, by an empty value
   */
  public ServedConfig next(
      String nextRevision,
      boolean nextSettled,
      Map<Resource.Key, Optional<ServedResource>> changes) {
    return next(nextRevision, nextSettled, changes, strangers);
  }

  /** The same, with other listeners for what is not known. */
  public ServedConfig next(
      String nextRevision,
      boolean nextSettled,
      Map<Resource.Key, Optional<ServedResource>> changes,
      Strangers nextStrangers) {
    var byType =
        new EnumMap<Resource.Type, Map<String, @Nullable ServedResource>>(Resource.Type.class);
    changes.forEach(
        (key, resource) ->
            byType
                .computeIfAbsent(key.type(), type -> new LinkedHashMap<>())
                .put(key.name(), resource.orElse(null)));
    return new ServedConfig(nextRevision, nextSettled, this, new Changed(byType), nextStrangers);
  }

  /** The name of this state. */
  public String revision() {
    return revision;
  }

  /** Whether what it leaves out is gone. */
  public boolean settled() {
    return settled;
  }

  /** The same, with what one node has for itself. Costs what is added. */
  public ServedConfig with(Collection<ServedResource> own) {
    return own.isEmpty() ? this : new ServedConfig(this, revision, settled, own);
  }

  /** What it has in common with others, if it has anything for itself; else itself. */
  ServedConfig common() {
    return shared == null ? this : shared;
  }

  /** All resources of a type, by name. */
  public Map<String, ServedResource> of(Resource.Type type) {
    Map<String, ServedResource> own = byType.of(type);
    if (shared == null || own.isEmpty()) {
      return shared == null ? Collections.unmodifiableMap(own) : shared.of(type);
    }
    var all = new LinkedHashMap<>(shared.of(type));
    all.putAll(own);
    return all;
  }

  @Nullable ServedResource find(Resource.Type type, String name) {
    ServedResource own = byType.of(type).get(name);
    if (own == null && shared != null) {
      return shared.find(type, name);
    }
    return own == null && type == Resource.Type.LISTENER && !name.equals(Resource.Key.ANY)
        ? strangers.listener(name)
        : own;
  }

  /** The same by a name that was asked for: for virtual hosts that may be one of a domain. */
  @Nullable ServedResource asked(Resource.Type type, String name) {
    ServedResource named = find(type, name);
    if (named != null || type != Resource.Type.VIRTUAL_HOST) {
      return named;
    }
    HostAliases known = aliases;
    if (known == null) {
      known = new HostAliases(of(type).values());
      aliases = known;
    }
    return known.find(name);
  }

  /**
   * The names of a type that are new, other, or gone compared with an older config, without what
   * either shares.
   */
  Set<String> changed(Resource.Type type, ServedConfig older) {
    if (origin.refersTo(older)) {
      return changed.of(type);
    }
    Map<String, ServedResource> before = older.byType.of(type);
    Map<String, ServedResource> now = byType.of(type);
    return Stream.concat(
            now.values().stream().filter(resource -> !same(resource, before)),
            before.values().stream().filter(old -> !now.containsKey(old.key().name())))
        .map(resource -> resource.key().name())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** What a node has for itself that is new, other, or gone. */
  Set<String> changedOwn(Resource.Type type, ServedConfig older) {
    if (shared == null && older.shared == null) {
      return Set.of();
    }
    ServedConfig now = shared == null ? EMPTY : this;
    return now.changed(type, older.shared == null ? EMPTY : older);
  }

  private static boolean same(ServedResource resource, Map<String, ServedResource> before) {
    ServedResource old = before.get(resource.key().name());
    return old == resource || (old != null && old.version().equals(resource.version()));
  }
}
