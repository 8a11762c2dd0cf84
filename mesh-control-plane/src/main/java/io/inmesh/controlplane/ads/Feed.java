package io.inmesh.controlplane.ads;

import io.inmesh.config.Resource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one stream wants of one type, has got of it, and is still to get. Owner: the server's loop.
 */
final class Feed {
  final Resource.Type type;

  /** The names that were asked for, without the wildcard. */
  final Set<String> names = new LinkedHashSet<>();

  /** What the client has, or was sent. */
  final Map<String, String> versions = new HashMap<>();

  /** Names whose resource is to be sent, unless the client has it. */
  final Set<String> due = new LinkedHashSet<>();

  /** Those of them that were asked for just now, and wait for nothing. */
  final Set<String> asked = new LinkedHashSet<>();

  /** Names that the client has, and must lose. */
  final Set<String> gone = new LinkedHashSet<>();

  /** Names that were asked for and do not exist. */
  final Set<String> unknown = new LinkedHashSet<>();

  /** Names that the client had from an earlier stream. */
  final Set<String> held = new LinkedHashSet<>();

  /** Names that stand for all resources whose names begin so. */
  final Set<String> collections = new LinkedHashSet<>();

  /** What a virtual host is called that was asked for by an alias. */
  final Map<String, String> aliases = new HashMap<>();

  boolean wildcard;
  boolean started;

  /** An answer is due even if there is nothing in it. */
  boolean answerDue;

  /** The last nonce. */
  String nonce = "";

  /** Whether it has not been answered. */
  boolean inFlight;

  String sentRevision = "";
  String acceptedRevision = "";
  String rejection = "";

  Feed(Resource.Type type) {
    this.type = type;
  }

  boolean wants(String name) {
    return wildcard
        || names.contains(name)
        || (!collections.isEmpty()
            && collections.contains(new Resource.Key(type, name).collection().name()));
  }

  boolean isPending() {
    return inFlight || !due.isEmpty();
  }

  /** Looks at a name anew: the config has changed, or it was asked for. */
  void look(String name, ServedConfig config, boolean justAsked) {
    @Nullable ServedResource now = config.asked(type, name);
    if (now != null) {
      gone.remove(name);
      unknown.remove(name);
      due.add(name);
      if (justAsked) {
        asked.add(name);
      }
    } else {
      due.remove(name);
      asked.remove(name);
      if (versions.containsKey(name)) {
        gone.add(name);
      } else if (justAsked) {
        unknown.add(name);
      }
    }
  }

  /** A name is no longer wanted. */
  void drop(String name) {
    versions.remove(name);
    due.remove(name);
    asked.remove(name);
    gone.remove(name);
    unknown.remove(name);
    held.remove(name);
  }

  /** Notes what is sent. */
  void sent(ServedResource resource) {
    sent(resource.key().name(), resource);
  }

  /** Notes what is sent under a name that was asked for. */
  void sent(String name, ServedResource resource) {
    versions.put(name, resource.version());
    due.remove(name);
    asked.remove(name);
  }

  /** Whether the client has just this. */
  boolean has(ServedResource resource) {
    return has(resource.key().name(), resource);
  }

  /** The same under a name that was asked for. */
  boolean has(String name, ServedResource resource) {
    return resource.version().equals(versions.get(name))
        && resource.key().name().equals(aliases.getOrDefault(name, name));
  }
}
