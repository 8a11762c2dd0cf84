package io.inmesh.xds.ads;

import io.inmesh.config.Resource;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is wanted of one type, and what is known of it. Owner: the config loop. */
final class Subscription {
  /** So many resources of a type are taken from a plane, whatever it sends. */
  private static final int MOST = 100_000;

  /** And so many bytes of their messages. */
  private static final long MOST_BYTES = 256L << 20;

  private final Resource.Type type;
  private final Map<String, Held> held = new LinkedHashMap<>();
  private final Map<Fingerprint, String> byBytes = new HashMap<>();
  private final Set<String> absent = new HashSet<>();

  /** Names that were answered with something unusable. */
  private final Set<String> refused = new HashSet<>();

  /** Of all that is held. */
  private long bytes;

  private Set<String> names = Set.of();
  private boolean wildcard;

  /** Names that are needed only until what replaces them is complete. */
  private Set<String> leaving = Set.of();

  /** Names that the last request left out, so that no answer says anything of them. */
  private Set<String> omitted = Set.of();

  /** Recalled from an earlier run; the plane has not spoken about them. */
  private final Set<String> unconfirmed = new LinkedHashSet<>();

  /** The version of the last response that was accepted whole; state-of-the-world. */
  private String version = "";

  /** Of the last response. */
  private String revision = "";

  private boolean answered;
  private final Groups groups;

  Subscription(Resource.Type type) {
    this.type = type;
    this.groups = new Groups(type);
  }

  Groups groups() {
    return groups;
  }

  /**
   * What is other by now of collections and aliases.
   *
   * @param said whether the plane has said what they hold, be it nothing
   */
  Map<Resource.Key, Optional<Resource>> regrouped(boolean said) {
    Map<Resource.Key, Optional<Resource>> changes = groups.changes(held.keySet(), said);
    changes.forEach(
        (key, group) -> {
          if (group.isEmpty()) {
            absent(key.name());
          } else {
            known(key.name());
          }
        });
    return changes;
  }

  /** The names that a plane is to be asked for, without the wildcard. */
  Set<String> asked() {
    return groups.asked(names);
  }

  Resource.Type type() {
    return type;
  }

  /** The names wanted, without the wildcard. */
  Set<String> names() {
    return names;
  }

  boolean wildcard() {
    return wildcard;
  }

  boolean isEmpty() {
    return names.isEmpty() && !wildcard;
  }

  boolean wants(String name) {
    return wildcard || names.contains(name) || groups.covers(name);
  }

  /**
   * Takes the names wanted now, perhaps with the wildcard, and forgets what is no longer wanted.
   * Tells whether anything changed.
   */
  boolean want(Set<String> wanted, Consumer<Resource.Key> forgotten) {
    boolean all = wanted.contains(Resource.Key.ANY);
    var only = new LinkedHashSet<>(wanted);
    only.remove(Resource.Key.ANY);
    if (all == wildcard && only.equals(names)) {
      return false;
    }
    names = Collections.unmodifiableSet(only);
    wildcard = all;
    groups.want(only);
    if (!all) {
      held.keySet().stream()
          .filter(name -> !wants(name))
          .toList()
          .forEach(
              name -> {
                remove(name);
                forgotten.accept(new Resource.Key(type, name));
              });
    }
    absent.retainAll(only);
    refused.retainAll(only);
    return true;
  }

  /** Takes the names that are on their way out; tells whether these are others than before. */
  boolean leave(Set<String> names) {
    boolean changed = !leaving.equals(names);
    leaving = names;
    return changed;
  }

  Set<String> leaving() {
    return leaving;
  }

  void omit(Set<String> names) {
    omitted = names;
  }

  Set<String> omitted() {
    return omitted;
  }

  Map<String, Held> held() {
    return Collections.unmodifiableMap(held);
  }

  @Nullable Held held(String name) {
    return held.get(name);
  }

  /** The resource that came in just these bytes; null if there is none. */
  @Nullable Held held(String name, Fingerprint bytes) {
    String found = name.isEmpty() ? byBytes.get(bytes) : name;
    Held known = found == null ? null : held.get(found);
    return known != null && known.bytes().equals(bytes) ? known : null;
  }

  /** Whether one more resource of that size, perhaps in the place of an older one, is too much. */
  boolean isFullFor(Held resource) {
    Held before = held.get(resource.resource().name());
    long known = before == null ? 0 : before.bytes().length();
    return bytes - known + resource.bytes().length() > MOST_BYTES
        || (before == null && held.size() >= MOST);
  }

  void put(Held resource) {
    String name = resource.resource().name();
    Held before = held.put(name, resource);
    bytes += resource.bytes().length();
    if (before != null) {
      bytes -= before.bytes().length();
      byBytes.remove(before.bytes());
    }
    byBytes.put(resource.bytes(), name);
    groups.put(name, names.contains(name));
    absent.remove(name);
    refused.remove(name);
  }

  @Nullable Held remove(String name) {
    Held before = held.remove(name);
    if (before != null) {
      bytes -= before.bytes().length();
      byBytes.remove(before.bytes());
    }
    unconfirmed.remove(name);
    groups.remove(name);
    return before;
  }

  /** Notes that the plane has answered, but not with anything that can be used. */
  void refused(String name) {
    if (names.contains(name)) {
      refused.add(name);
    }
  }

  /** Notes that the plane does not know a name; false if that is nothing new. */
  boolean absent(String name) {
    return absent.add(name);
  }

  /** The plane knows a name that it did not know, or had answered badly. */
  void known(String name) {
    absent.remove(name);
    refused.remove(name);
  }

  /** Names of which nothing is known, not even that they do not exist. */
  Set<String> unanswered() {
    var open = new LinkedHashSet<String>();
    for (String name : names) {
      if (!held.containsKey(name)
          && !absent.contains(name)
          && !refused.contains(name)
          && !groups.hasTold(name)) {
        open.add(name);
      }
    }
    return open;
  }

  String version() {
    return version;
  }

  void version(String accepted) {
    version = accepted;
  }

  String revision() {
    return revision;
  }

  void revision(String of) {
    revision = of;
  }

  /** Whether the plane has answered since the session began. */
  boolean answered() {
    return answered;
  }

  /** The plane answers: what was recalled and is not taken back now is confirmed by that. */
  Set<String> confirm() {
    answered = true;
    if (unconfirmed.isEmpty()) {
      return Set.of();
    }
    Set<String> confirmed = new LinkedHashSet<>(unconfirmed);
    unconfirmed.clear();
    return confirmed;
  }

  /** Takes a resource up again that an earlier run accepted. */
  void recall(Held resource) {
    put(resource);
    unconfirmed.add(resource.resource().name());
  }
}
