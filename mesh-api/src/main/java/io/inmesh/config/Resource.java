package io.inmesh.config;

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
        RuntimeLayer {
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
