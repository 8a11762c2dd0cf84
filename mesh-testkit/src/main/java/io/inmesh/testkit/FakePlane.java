package io.inmesh.testkit;

import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.LoadSource;
import io.inmesh.plane.PlaneContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A plane in memory: sends what is wanted, when it is there. Says nothing of what it does not have,
 * unless told to. Owner: the config loop.
 */
public final class FakePlane implements ConfigPlane {
  private final Map<Resource.Key, Resource> store = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private @Nullable PlaneContext context;
  private Set<Resource.Key> wanted = Set.of();
  private boolean deniesUnknown;
  private boolean closed;
  private int revision;

  @Override
  public Session open(PlaneContext given) {
    context = given;
    nodes.add(given.node());
    return new Opened();
  }

  private PlaneContext context() {
    if (context == null) {
      throw new IllegalStateException("not opened");
    }
    return context;
  }

  private final class Opened implements Session {
    @Override
    public void want(Set<Resource.Key> names) {
      var fresh = new HashSet<>(names);
      fresh.removeAll(wanted);
      wanted = names;
      context().configLoop().execute(() -> send(fresh));
    }

    @Override
    public void node(Node node) {
      nodes.add(node);
    }

    @Override
    public Status status() {
      return new Status(!closed, "fake", "");
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private boolean wants(Resource.Key key) {
    return wanted.contains(key) || wanted.contains(new Resource.Key(key.type(), Resource.Key.ANY));
  }

  private void send(Set<Resource.Key> names) {
    var update = new HashMap<Resource.Key, Optional<Resource>>();
    for (Resource.Key key : names) {
      if (key.name().equals(Resource.Key.ANY)) {
        store.values().stream()
            .filter(resource -> resource.type() == key.type())
            .forEach(resource -> update.put(resource.key(), Optional.of(resource)));
      } else if (wants(key) && (store.containsKey(key) || deniesUnknown)) {
        update.put(key, Optional.ofNullable(store.get(key)));
      }
    }
    if (!update.isEmpty()) {
      context().events().changed(update, Integer.toString(++revision));
    }
  }

  /** Adds or replaces resources and sends those that are wanted, in one response. */
  public void put(Resource... resources) {
    var names = new HashSet<Resource.Key>();
    for (Resource resource : resources) {
      store.put(resource.key(), resource);
      if (wants(resource.key())) {
        names.add(resource.key());
      }
    }
    send(names);
  }

  /** Says that there is no such resource, or no longer. */
  public void absent(Resource.Key key) {
    store.remove(key);
    context().events().changed(Map.of(key, Optional.empty()), Integer.toString(++revision));
  }

  /** Refuses a resource, as a codec would. */
  public void reject(Resource.Type type, String name, String reason) {
    context().events().rejected(new Rejection(type, name, reason));
  }

  /** What the process counts. */
  public LoadSource loads() {
    return context().loads();
  }

  /** The connection is made or lost. */
  public void connected(boolean now) {
    context().events().status(new Status(now, "fake", now ? "" : "lost"));
  }

  /** Takes resources back, in one response. */
  public void remove(Resource.Key... keys) {
    var update = new HashMap<Resource.Key, Optional<Resource>>();
    for (Resource.Key key : keys) {
      store.remove(key);
      update.put(key, Optional.empty());
    }
    context().events().changed(update, Integer.toString(++revision));
  }

  /** From now on, says of names it does not have that they do not exist. */
  public void denyUnknown() {
    deniesUnknown = true;
  }

  /** What is wanted now. */
  public Set<Resource.Key> wanted() {
    return wanted;
  }

  /** What the process said of itself, in order. */
  public List<Node> nodes() {
    return nodes;
  }

  /** Whether the session was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** The revision sent last. */
  public String revision() {
    return Integer.toString(revision);
  }
}
