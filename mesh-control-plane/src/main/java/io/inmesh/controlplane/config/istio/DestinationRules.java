package io.inmesh.controlplane.config.istio;

import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.DestinationRule.Subset;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Reads networking.istio.io DestinationRule. */
final class DestinationRules {
  private DestinationRules() {}

  static void read(ResourceHeader header, MeshBuilder mesh) {
    Fields spec = header.spec();
    String namespace = header.origin().namespace();
    String host = spec.required("host").map(Hosts::wildcard).orElse("");
    TrafficPolicy policy =
        spec.read("trafficPolicy", TrafficPolicies::read).orElse(TrafficPolicy.NONE);
    List<Subset> subsets = spec.list("subsets", DestinationRules::subset);
    var names = new HashSet<String>();
    subsets.stream()
        .map(Subset::name)
        .filter(name -> !names.add(name))
        .forEach(
            name ->
                spec.find("subsets")
                    .ifPresent(v -> v.error("the subset " + name + " stands here twice")));
    Map<String, String> selector =
        spec.read("workloadSelector", DestinationRules::selector).orElse(Map.of());
    var exportTo = Hosts.exportTo(spec, namespace);
    spec.end();
    String qualified = mesh.settings().qualify(host, namespace);
    mesh.add(new DestinationRule(header.origin(), qualified, policy, subsets, exportTo, selector));
  }

  private static Subset subset(Value value) {
    Fields fields = value.fields();
    String name = fields.required("name").map(Value::text).orElse("");
    if (!Hosts.isLabel(name)) {
      value.error("\"" + name + "\" is not a valid name of a subset");
    }
    Map<String, String> labels = Hosts.labels(fields, "labels");
    TrafficPolicy policy =
        fields.read("trafficPolicy", TrafficPolicies::read).orElse(TrafficPolicy.NONE);
    fields.end();
    return new Subset(name, labels, policy);
  }

  private static Map<String, String> selector(Value value) {
    Fields fields = value.fields();
    Map<String, String> labels = Hosts.labels(fields, "matchLabels");
    fields.end();
    return labels;
  }
}
