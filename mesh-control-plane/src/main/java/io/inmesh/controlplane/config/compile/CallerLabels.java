package io.inmesh.controlplane.config.compile;

import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import io.inmesh.controlplane.config.model.VirtualService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;

/**
 * The labels of nodes that make a difference for what they get. Others would make a view of its
 * own, compiled for itself, of every node.
 */
public final class CallerLabels {
  private final Set<String> outbound = new HashSet<>();

  /** What only listeners depend on that take calls at an address. */
  private final Set<String> inbound = new HashSet<>();

  /** Of a mesh. */
  public CallerLabels(MeshModel model) {
    for (VirtualService service : model.virtualServices()) {
      service
          .http()
          .forEach(
              route ->
                  route.matches().forEach(match -> outbound.addAll(match.sourceLabels().keySet())));
    }
    for (DestinationRule rule : model.destinationRules()) {
      outbound.addAll(rule.workloadSelector().keySet());
      rule.policies().forEach(this::failover);
    }
    model.sidecars().forEach(one -> outbound.addAll(one.labels().keySet()));
    var security = model.security();
    security.peers().forEach(one -> inbound.addAll(one.target().labels().keySet()));
    security.requests().forEach(one -> inbound.addAll(one.target().labels().keySet()));
    security.authorization().forEach(one -> inbound.addAll(one.target().labels().keySet()));
  }

  private void failover(TrafficPolicy policy) {
    policy
        .loadBalancer()
        .ifPresent(
            balancer ->
                balancer.localities().failoverPriority().stream()
                    .filter(label -> label.indexOf('=') < 0)
                    .forEach(outbound::add));
  }

  /** The view without labels that make no difference. */
  public NodeView narrow(NodeView view) {
    var labels = new HashMap<>(view.labels());
    labels
        .keySet()
        .removeIf(
            name ->
                !outbound.contains(name)
                    && !(view.flavour() == Flavour.BOUND && inbound.contains(name)));
    return labels.size() == view.labels().size()
        ? view
        : new NodeView(view.flavour(), view.namespace(), labels, view.locality(), view.bound());
  }
}
