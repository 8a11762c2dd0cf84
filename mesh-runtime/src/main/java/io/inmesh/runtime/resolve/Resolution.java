package io.inmesh.runtime.resolve;

import io.inmesh.config.Resource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is served, given what is known. Make before break: a resource keeps its served form until
 * its latest form is complete, all the way down. An update costs what it touches. No I/O, no clock;
 * {@link FullWalk} says the same from scratch. Owner: the config thread.
 */
public final class Resolution {
  private final Map<Resource.Key, Optional<Resource>> known = new HashMap<>();
  private final Map<Resource.Key, Node> nodes = new HashMap<>();
  private final Set<Resource.Key> roots = new HashSet<>();
  private final boolean allListeners;

  private final Dirty dirty = new Dirty();

  private final List<Edge> dropped = new ArrayList<>();
  private Set<Resource.Key> changed = new HashSet<>();

  /** Those whose latest form is not served yet, and an older one is. */
  private final Set<Resource.Key> halfway = new HashSet<>();

  private @Nullable Set<Resource.Key> wanted;
  private int visits;

  /**
   * Nothing is known yet.
   *
   * @param allListeners every listener that the plane sends is a root; else those of {@link #want}
   */
  public Resolution(boolean allListeners) {
    this.allListeners = allListeners;
  }

  private record Edge(Resource.Key from, Resource.Key to) {}

  private static final class Node {
    /** Most have one. */
    Set<Resource.Key> referrers = Set.of();

    Set<Resource.Key> references = Set.of();
    @Nullable Resource served;
    boolean ready;

    void add(Resource.Key referrer) {
      if (referrers.isEmpty()) {
        referrers = Set.of(referrer);
      } else if (!referrers.contains(referrer)) {
        referrers =
            referrers instanceof HashSet<Resource.Key> ? referrers : new HashSet<>(referrers);
        referrers.add(referrer);
      }
    }

    void remove(Resource.Key referrer) {
      if (referrers instanceof HashSet<Resource.Key>) {
        referrers.remove(referrer);
      } else if (referrers.contains(referrer)) {
        referrers = Set.of();
      }
    }
  }

  /** Leaves first: what a resource refers to is settled before it. */
  private static final class Dirty {
    private final Map<Resource.Type, Set<Resource.Key>> byType = new EnumMap<>(Resource.Type.class);

    Dirty() {
      for (Resource.Type type : Resource.Type.values()) {
        byType.put(type, new LinkedHashSet<>());
      }
    }

    void add(Resource.Key key) {
      of(key.type()).add(key);
    }

    boolean remove(Resource.Key key) {
      return of(key.type()).remove(key);
    }

    private Set<Resource.Key> of(Resource.Type type) {
      return Objects.requireNonNull(byType.get(type));
    }

    Resource.@Nullable Key poll() {
      for (Set<Resource.Key> keys : byType.values()) {
        if (!keys.isEmpty()) {
          Resource.Key first = keys.iterator().next();
          keys.remove(first);
          return first;
        }
      }
      return null;
    }
  }

  /** One more root. Answers the keys whose served form is now another. */
  public Set<Resource.Key> want(Resource.Key root) {
    changed = new HashSet<>();
    if (roots.add(root)) {
      node(root);
      settleAll();
      prune();
    }
    return changed;
  }

  /** A root less. Answers the keys whose served form is now another. */
  public Set<Resource.Key> release(Resource.Key root) {
    changed = new HashSet<>();
    if (roots.remove(root)) {
      dropIfUnused(root);
      prune();
    }
    return changed;
  }

  /** Lets go of everything. Answers the keys that were served. */
  public Set<Resource.Key> clear() {
    changed = new HashSet<>();
    nodes.forEach(
        (key, node) -> {
          if (node.served != null) {
            changed.add(key);
          }
        });
    nodes.clear();
    halfway.clear();
    known.clear();
    roots.clear();
    wanted = null;
    return changed;
  }

  /**
   * Takes in an update; an empty value says "does not exist". Answers the keys whose served form is
   * now another.
   */
  public Set<Resource.Key> apply(Map<Resource.Key, Optional<Resource>> update) {
    changed = new HashSet<>();
    visits = 0;
    update.forEach(
        (key, value) -> {
          if (!value.equals(known.get(key))) {
            known.put(key, value);
            dirty.add(key);
          }
        });
    settleAll();
    prune();
    forget(update.keySet());
    return changed;
  }

  private void settleAll() {
    for (Resource.Key key = dirty.poll(); key != null; key = dirty.poll()) {
      Node node = nodes.get(key);
      if (node != null) {
        settle(key, node);
      } else if (isNewListener(key)) {
        roots.add(key);
        node(key);
      }
    }
  }

  private boolean isNewListener(Resource.Key key) {
    return allListeners
        && key.type() == Resource.Type.LISTENER
        && known.getOrDefault(key, Optional.empty()).isPresent();
  }

  private Node node(Resource.Key key) {
    Node node = nodes.get(key);
    if (node == null) {
      node = new Node();
      nodes.put(key, node);
      wanted = null;
      settle(key, node);
    }
    return node;
  }

  private void settle(Resource.Key key, Node node) {
    visits++;
    Optional<Resource> latest = known.get(key);
    Set<Resource.Key> wants = latest == null ? Set.of() : references(latest);
    boolean complete = true;
    for (Resource.Key want : wants) {
      Node child = node(want);
      if (dirty.remove(want)) {
        // Of the same type as this one: an aggregate's member.
        settle(want, child);
      }
      child.add(key);
      complete &= child.ready;
    }
    Resource served = complete && latest != null ? latest.orElse(null) : node.served;
    if (served != node.served) {
      node.served = served;
      changed.add(key);
    }
    if (served != null && latest != null && latest.isPresent() && latest.get() != served) {
      halfway.add(key);
    } else {
      halfway.remove(key);
    }
    Set<Resource.Key> watched = latest == null ? Set.of() : watches(latest);
    for (Resource.Key watch : watched) {
      node(watch).add(key);
    }
    Set<Resource.Key> keeps =
        keeps(both(wants, watched), latest == null ? null : latest.orElse(null), served);
    for (Resource.Key old : node.references) {
      if (!keeps.contains(old)) {
        dropped.add(new Edge(key, old));
      }
    }
    node.references = keeps;
    boolean ready = served != null || (latest != null && latest.isEmpty());
    if (ready != node.ready) {
      node.ready = ready;
      node.referrers.forEach(dirty::add);
    }
    if (allListeners && key.type() == Resource.Type.LISTENER && served == null && ready) {
      roots.remove(key);
      dropIfUnused(key);
    }
  }

  /** What the latest form wants, and the served form, if that is another, needs. */
  private static Set<Resource.Key> keeps(
      Set<Resource.Key> wants, @Nullable Resource latest, @Nullable Resource served) {
    if (served == null || latest == served) {
      return Set.copyOf(wants);
    }
    Set<Resource.Key> keeps = new HashSet<>(wants);
    keeps.addAll(served.references());
    keeps.addAll(served.watches());
    return keeps;
  }

  private static Set<Resource.Key> both(Set<Resource.Key> wants, Set<Resource.Key> watched) {
    if (watched.isEmpty()) {
      return wants;
    }
    var both = new HashSet<>(wants);
    both.addAll(watched);
    return both;
  }

  private static Set<Resource.Key> watches(Optional<Resource> resource) {
    return resource.isPresent() ? resource.get().watches() : Set.of();
  }

  private static Set<Resource.Key> references(Optional<Resource> resource) {
    return resource.isPresent() ? resource.get().references() : Set.of();
  }

  /**
   * At the end of a step, so that what one referrer lets go and another takes up is never lost
   * between.
   */
  private void prune() {
    for (int i = 0; i < dropped.size(); i++) {
      Edge edge = dropped.get(i);
      Node from = nodes.get(edge.from);
      Node to = nodes.get(edge.to);
      if (to != null && (from == null || !from.references.contains(edge.to))) {
        to.remove(edge.from);
        dropIfUnused(edge.to);
      }
    }
    dropped.clear();
  }

  private void dropIfUnused(Resource.Key key) {
    Node node = nodes.get(key);
    if (node == null || !node.referrers.isEmpty() || roots.contains(key)) {
      return;
    }
    nodes.remove(key);
    halfway.remove(key);
    known.remove(key);
    wanted = null;
    if (node.served != null) {
      changed.add(key);
    }
    node.references.forEach(child -> dropped.add(new Edge(key, child)));
  }

  /** Nothing is kept that nobody asked for: the plane sends it again when it is needed. */
  private void forget(Set<Resource.Key> updated) {
    for (Resource.Key key : updated) {
      if (!nodes.containsKey(key)) {
        known.remove(key);
      }
    }
  }

  /** All that is served, in no order. */
  public List<Resource> served() {
    return nodes.values().stream().map(node -> node.served).filter(Objects::nonNull).toList();
  }

  /** The served form, or null. */
  public @Nullable Resource served(Resource.Key key) {
    Node node = nodes.get(key);
    return node == null ? null : node.served;
  }

  /** Whether the plane has said that there is no such resource. */
  public boolean isAbsent(Resource.Key key) {
    Optional<Resource> latest = known.get(key);
    return latest != null && latest.isEmpty();
  }

  /** Whether the plane has said that there is such a resource; it may not be complete yet. */
  public boolean isPresent(Resource.Key key) {
    Optional<Resource> latest = known.get(key);
    return latest != null && latest.isPresent();
  }

  /** How many resources of a type the plane has said to be there. */
  public int present(Resource.Type type) {
    int count = 0;
    for (Map.Entry<Resource.Key, Optional<Resource>> entry : known.entrySet()) {
      count += entry.getKey().type() == type && entry.getValue().isPresent() ? 1 : 0;
    }
    return count;
  }

  /** All that a resource depends on as it is served, itself included. */
  public Set<Resource.Key> below(Resource.Key key) {
    var below = new LinkedHashSet<Resource.Key>();
    var open = new ArrayDeque<>(List.of(key));
    for (Resource.Key next = open.poll(); next != null; next = open.poll()) {
      Resource served = served(next);
      if (served != null && below.add(next)) {
        open.addAll(served.references());
      }
    }
    return below;
  }

  /**
   * What is wanted only because older forms are still served: as soon as the latest forms are
   * complete, nobody needs it any more.
   */
  public Set<Resource.Key> leaving() {
    if (halfway.isEmpty()) {
      return Set.of();
    }
    var leaving = new HashSet<Resource.Key>();
    var open = new ArrayDeque<>(halfway);
    for (Resource.Key next = open.poll(); next != null; next = open.poll()) {
      for (Resource.Key child : Objects.requireNonNull(nodes.get(next)).references) {
        if (!roots.contains(child)
            && !leaving.contains(child)
            && referrers(child).stream().allMatch(up -> leaves(up, child, leaving))) {
          leaving.add(child);
          open.add(child);
        }
      }
    }
    return leaving;
  }

  private boolean leaves(Resource.Key referrer, Resource.Key child, Set<Resource.Key> leaving) {
    return leaving.contains(referrer)
        || (halfway.contains(referrer)
            && !references(Objects.requireNonNull(known.get(referrer))).contains(child)
            && !watches(Objects.requireNonNull(known.get(referrer))).contains(child));
  }

  /** Whether the plane has said what a resource is, or that there is none. */
  public boolean hasHeardOf(Resource.Key key) {
    return known.containsKey(key);
  }

  /** Whether nothing that a root depends on is still awaited. */
  public boolean isSettled() {
    for (Resource.Key root : roots) {
      Node node = nodes.get(root);
      if (node == null || !node.ready) {
        return false;
      }
    }
    return true;
  }

  /** Who depends on it. */
  public Set<Resource.Key> referrers(Resource.Key key) {
    Node node = nodes.get(key);
    return node == null ? Set.of() : Set.copyOf(node.referrers);
  }

  /** All that the plane is to be asked for; the same object until it changes. */
  public Set<Resource.Key> wanted() {
    Set<Resource.Key> names = wanted;
    if (names == null) {
      var all = new HashSet<>(nodes.keySet());
      if (allListeners) {
        all.removeIf(key -> key.type() == Resource.Type.LISTENER);
        all.add(new Resource.Key(Resource.Type.LISTENER, Resource.Key.ANY));
      }
      names = Set.copyOf(all);
      wanted = names;
    }
    return names;
  }

  /** How many resources the last update looked at. */
  public int visits() {
    return visits;
  }
}
