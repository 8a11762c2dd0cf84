package io.inmesh.controlplane.ads;

import io.inmesh.xds.ads.NodeMessage;

/** Which form of config a node understands. */
public enum NodeKind {
  /** Our own clients: API listeners, found by name. */
  INMESH,
  /** Clients of gRPC's own xDS, and whoever else is unknown: API listeners, found by name. */
  GRPC,
  /** Envoy: listeners that are bound to addresses. */
  ENVOY;

  static NodeKind of(io.inmesh.proto.envoy.config.core.v3.Node node) {
    if (node.getUserAgentName().equals("envoy")) {
      return ENVOY;
    }
    return node.getMetadata().containsFields(NodeMessage.INMESH) ? INMESH : GRPC;
  }
}
