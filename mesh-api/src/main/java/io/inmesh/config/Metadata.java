package io.inmesh.config;

import java.util.HashMap;
import java.util.Map;

/**
 * Metadata of a resource: JSON-like values (String, Double, Boolean, List, Map, {@link #NULL}) by
 * namespace and key. Source: envoy.config.core.v3.Metadata, filter_metadata.
 */
public record Metadata(Map<String, Map<String, Object>> byNamespace) {
  /** No metadata. */
  public static final Metadata EMPTY = new Metadata(Map.of());

  /** JSON's null. */
  public static final Object NULL = Null.NULL;

  /** The namespace of the load balancer. */
  public static final String LB = "envoy.lb";

  /** The namespace by which a transport socket is chosen. */
  public static final String TRANSPORT_SOCKET_MATCH = "envoy.transport_socket_match";

  /** The namespace of our own control plane. */
  public static final String INMESH = "io.inmesh";

  public Metadata {
    byNamespace = Map.copyOf(byNamespace);
  }

  /** The values of a namespace; empty if there are none. */
  public Map<String, Object> in(String namespace) {
    return byNamespace.getOrDefault(namespace, Map.of());
  }

  /** The same with these values in a namespace, in the place of those there; none to clear it. */
  public Metadata with(String namespace, Map<String, Object> values) {
    var all = new HashMap<>(byNamespace);
    if (values.isEmpty()) {
      all.remove(namespace);
    } else {
      all.put(namespace, Map.copyOf(values));
    }
    return new Metadata(all);
  }

  /** The same with the place in the control plane's files that it comes from. */
  public Metadata withSource(String source) {
    var all = new HashMap<>(byNamespace);
    var own = new HashMap<>(in(INMESH));
    own.put("source", source);
    all.put(INMESH, Map.copyOf(own));
    return new Metadata(all);
  }

  /** That place as {@code file:line}; "" if it is not told. */
  public String source() {
    return in(INMESH).get("source") instanceof String source ? source : "";
  }

  private enum Null {
    NULL;

    @Override
    public String toString() {
      return "null";
    }
  }
}
