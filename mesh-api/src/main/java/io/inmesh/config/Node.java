package io.inmesh.config;

import java.util.Map;

/**
 * Who asks for config. Source: envoy.config.core.v3.Node.
 *
 * @param id unique in the mesh, for instance {@code
 *     sidecar~10.1.2.3~web-1.default~default.svc.cluster.local}
 * @param cluster the service this node is of
 * @param metadata JSON-like values: strings, Double, Boolean, List, Map
 */
public record Node(String id, String cluster, Locality locality, Map<String, Object> metadata) {
  public Node {
    metadata = Map.copyOf(metadata);
  }
}
