package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Address;
import io.inmesh.config.Node;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a node serves, as far as its inbound listener depends on it.
 *
 * @param service that it says it is of; empty if it does not
 * @param address that callers use; its port is the workload's
 */
public record ServerView(
    Flavour flavour,
    String namespace,
    String service,
    Map<String, String> labels,
    Address address) {
  public ServerView {
    labels = Map.copyOf(labels);
  }

  /**
   * Of a node's metadata {@code INMESH_REGISTRATION} and {@code LABELS}; empty if it does not
   * serve.
   */
  public static Optional<ServerView> of(Node node, Flavour flavour) {
    if (!(node.metadata().get("INMESH_REGISTRATION") instanceof Map<?, ?> registration)) {
      return Optional.empty();
    }
    int port = NodeView.port(registration.get("port"), 0);
    if (port == 0) {
      return Optional.empty();
    }
    String host = NodeView.text(registration.get("address"), NodeView.LOOPBACK);
    NodeView view = NodeView.of(node, flavour);
    return Optional.of(
        new ServerView(
            flavour,
            view.namespace(),
            NodeView.text(registration.get("service"), ""),
            new HashMap<>(view.labels()),
            new Address(host, port)));
  }
}
