package io.inmesh.config;

import java.util.HashSet;
import java.util.Set;

/**
 * Several resources of a type under one name: those of a glob ({@code xdstp://…/*}, or {@code
 * routes/*} of virtual hosts that come on their own), or the one that an alias stands for. Nobody
 * sends it: a plane's session makes it of what it was sent.
 *
 * @param type of its members
 * @param members their names
 */
public record Collection(Resource.Type type, String name, Set<String> members) implements Resource {
  public Collection {
    members = Set.copyOf(members);
  }

  @Override
  public Set<Key> references() {
    var keys = new HashSet<Key>();
    members.forEach(member -> keys.add(new Key(type, member)));
    return keys;
  }
}
