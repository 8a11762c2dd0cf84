package io.inmesh.xds.ads;

import io.inmesh.config.Collection;
import io.inmesh.config.Resource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What stands for resources of one type under other names than theirs: collections by the beginning
 * of a name, and aliases. Owner: the config loop.
 */
final class Groups {
  private final Resource.Type type;

  /** The collections that are wanted. */
  private Set<String> collections = Set.of();

  /** Members that nobody has asked for by name. */
  private final Set<String> found = new HashSet<>();

  /** Names that were asked for, and the resources that they stand for. */
  private final Map<String, String> aliases = new HashMap<>();

  /** What was told of each name. */
  private final Map<String, Collection> told = new HashMap<>();

  Groups(Resource.Type type) {
    this.type = type;
  }

  /** Takes the names that are wanted now. */
  void want(Set<String> names) {
    var wanted = new LinkedHashSet<String>();
    for (String name : names) {
      if (new Resource.Key(type, name).isCollection()) {
        wanted.add(name);
      }
    }
    collections = wanted;
    aliases.keySet().retainAll(names);
    told.keySet().retainAll(names);
    found.removeIf(name -> !covers(name));
  }

  /** Whether a name belongs to a collection that is wanted. */
  boolean covers(String name) {
    return !collections.isEmpty() && collections.contains(collection(name));
  }

  private String collection(String name) {
    return new Resource.Key(type, name).collection().name();
  }

  /** Whether something was told of it as of a group. */
  boolean hasTold(String name) {
    return told.containsKey(name);
  }

  /** Notes a resource that is taken in. */
  void put(String name, boolean askedFor) {
    if (!askedFor && covers(name)) {
      found.add(name);
    }
  }

  void remove(String name) {
    found.remove(name);
  }

  /** A name that was asked for stands for a resource. */
  void alias(String name, String resource) {
    aliases.put(name, resource);
  }

  /** A name stands for nothing. */
  void noAlias(String name) {
    aliases.remove(name);
    told.remove(name);
  }

  /** The names that are to be asked for one by one. */
  Set<String> asked(Set<String> names) {
    if (collections.isEmpty() && found.isEmpty()) {
      return names;
    }
    var asked = new LinkedHashSet<>(names);
    asked.removeAll(found);
    if (type == Resource.Type.VIRTUAL_HOST) {
      // Whoever asks for virtual hosts at all may be sent more of them.
      asked.removeAll(collections);
    }
    return asked;
  }

  /**
   * What is other by now.
   *
   * @param held the names of all resources that are there
   * @param answered whether the plane has said what collections hold, be it nothing
   */
  Map<Resource.Key, Optional<Resource>> changes(Set<String> held, boolean answered) {
    if (collections.isEmpty() && aliases.isEmpty()) {
      return Map.of();
    }
    Map<String, Set<String>> members = new LinkedHashMap<>();
    collections.forEach(name -> members.put(name, new LinkedHashSet<>()));
    for (String name : held) {
      Set<String> of = members.get(collection(name));
      if (of != null) {
        of.add(name);
      }
    }
    var changes = new LinkedHashMap<Resource.Key, Optional<Resource>>();
    members.forEach(
        (name, of) -> {
          boolean known =
              told.containsKey(name) || (answered && type == Resource.Type.VIRTUAL_HOST);
          if (known || !of.isEmpty()) {
            tell(name, of, changes);
          }
        });
    Map.copyOf(aliases)
        .forEach(
            (name, resource) -> {
              if (held.contains(resource)) {
                tell(name, Set.of(resource), changes);
              } else {
                noAlias(name);
                changes.put(new Resource.Key(type, name), Optional.empty());
              }
            });
    return changes;
  }

  private void tell(
      String name, Set<String> members, Map<Resource.Key, Optional<Resource>> changes) {
    var now = new Collection(type, name, members);
    if (!now.equals(told.put(name, now))) {
      changes.put(now.key(), Optional.of(now));
    }
  }
}
