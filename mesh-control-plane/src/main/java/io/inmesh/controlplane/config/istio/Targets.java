package io.inmesh.controlplane.config.istio;

import io.inmesh.controlplane.config.model.WorkloadTarget;
import io.inmesh.controlplane.config.yaml.Fields;
import java.util.Map;
import java.util.Optional;

/** Reads which workloads a policy of security.istio.io is for. */
final class Targets {
  private Targets() {}

  /** Empty for a policy of gateways and waypoints, which is for no workload itself. */
  static Optional<WorkloadTarget> read(ResourceHeader header) {
    Fields spec = header.spec();
    Map<String, String> labels =
        spec.read(
                "selector",
                value -> {
                  Fields fields = value.fields();
                  Map<String, String> matched = Hosts.labels(fields, "matchLabels");
                  fields.end();
                  return matched;
                })
            .orElse(Map.of());
    boolean elsewhere = !spec.present("targetRef", "targetRefs").isEmpty();
    if (elsewhere && spec.has("selector")) {
      spec.owner().error("only one of selector and targetRefs may be set");
    }
    if (elsewhere) {
      spec.owner().warn("is not applied: targetRefs name gateways and waypoints");
      return Optional.empty();
    }
    return Optional.of(new WorkloadTarget(header.origin().namespace(), labels, ""));
  }
}
