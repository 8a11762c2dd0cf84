package io.inmesh.config;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A named node of the config graph, as xDS delivers it. Equal means that nothing changed. */
public sealed interface Resource
    permits Listener,
        RouteConfiguration,
        Cluster,
        EndpointSet,
        Secret,
        ExtensionConfig,
        RuntimeLayer,
        DiscoveredHost,
        Collection {
  /** Unique within its type. */
  String name();

  /** Its type. */
  Type type();

  /** What must be known before this can be served. */
  Set<Key> references();

  /** What is asked for too, and taken into account once it is there, but not waited for. */
  default Set<Key> watches() {
    return Set.of();
  }

  /**
   * How long an answer is awaited for what it refers to, where that is said; zero for ever. Source:
   * ConfigSource.initial_fetch_timeout.
   */
  default Map<Key, Duration> fetchTimeouts() {
    return Map.of();
  }

  /** Type and name. */
  default Key key() {
    return new Key(type(), name());
  }

  /** In order of dependence: a resource refers only to types before its own. */
  enum Type {
    SECRET("envoy.extensions.transport_sockets.tls.v3.Secret"),
    ENDPOINTS("envoy.config.endpoint.v3.ClusterLoadAssignment"),
    CLUSTER("envoy.config.cluster.v3.Cluster"),
    EXTENSION("envoy.config.core.v3.TypedExtensionConfig"),
    RUNTIME("envoy.service.runtime.v3.Runtime"),
    VIRTUAL_HOST("envoy.config.route.v3.VirtualHost"),
    ROUTES("envoy.config.route.v3.RouteConfiguration"),
    LISTENER("envoy.config.listener.v3.Listener");

    private final String message;

    Type(String message) {
      this.message = message;
    }

    /** The full name of the protobuf message. */
    public String message() {
      return message;
    }

    /** The type URL on the wire. */
    public String url() {
      return "type.googleapis.com/" + message;
    }
  }

  /** Names a resource. */
  record Key(Type type, String name) {
    /** The name that stands for all resources of a type. */
    public static final String ANY = "*";

    /** What the name of a collection ends with, before its context parameters if it has any. */
    private static final String ALL_BELOW = "/*";

    /** All of a type whose names are these and one more step of a path. */
    public static Key below(Type type, String path) {
      return new Key(type, path + ALL_BELOW);
    }

    /** Whether it stands for a {@link Collection} by the beginning of its members' names. */
    public boolean isCollection() {
      return type == Type.VIRTUAL_HOST
          ? name.endsWith(ALL_BELOW)
          : name.startsWith("xdstp:")
              && (name.endsWith(ALL_BELOW) || name.contains(ALL_BELOW + "?"));
    }

    /** The collection that a resource of this name is in: the last step of its path is left out. */
    public Key collection() {
      int end = type == Type.VIRTUAL_HOST ? -1 : name.indexOf('?');
      int path = end < 0 ? name.length() : end;
      int slash = name.lastIndexOf('/', path - 1);
      return new Key(
          type, name.substring(0, slash < 0 ? 0 : slash) + ALL_BELOW + name.substring(path));
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && type == key.type && name.equals(key.name);
    }

    @Override
    public int hashCode() {
      return name.hashCode() * 31 + type.hashCode();
    }
  }
}
