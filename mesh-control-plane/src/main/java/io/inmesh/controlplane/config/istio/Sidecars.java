package io.inmesh.controlplane.config.istio;

import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.Sidecar;
import io.inmesh.controlplane.config.model.Sidecar.Egress;
import io.inmesh.controlplane.config.model.Sidecar.Import;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.List;
import java.util.Map;

/** Reads networking.istio.io Sidecar. */
final class Sidecars {
  /** Whether destinations outside the mesh may be called. */
  enum OutboundMode {
    ALLOW_ANY,
    REGISTRY_ONLY
  }

  private Sidecars() {}

  static void read(ResourceHeader header, MeshBuilder mesh) {
    Fields spec = header.spec();
    Map<String, String> labels =
        spec.read(
                "workloadSelector",
                value -> {
                  Fields fields = value.fields();
                  Map<String, String> selected = Hosts.labels(fields, "labels");
                  fields.end();
                  return selected;
                })
            .orElse(Map.of());
    List<Egress> egress = spec.list("egress", Sidecars::egress);
    var registryOnly = spec.read("outboundTrafficPolicy", Sidecars::registryOnly);
    spec.inapplicable("applications take their calls themselves", "ingress");
    spec.inapplicable("connections that come in are not limited", "inboundConnectionPool");
    spec.end();
    mesh.add(new Sidecar(header.origin(), labels, egress, registryOnly));
  }

  /** Of an outboundTrafficPolicy. */
  static boolean registryOnly(Value value) {
    Fields fields = value.fields();
    OutboundMode mode =
        fields
            .read("mode", v -> v.choice(OutboundMode.class, OutboundMode::name))
            .orElse(OutboundMode.ALLOW_ANY);
    fields.inapplicable("calls do not leave by a gateway", "egressProxy");
    fields.end();
    return mode == OutboundMode.REGISTRY_ONLY;
  }

  private static Egress egress(Value value) {
    Fields fields = value.fields();
    List<Import> imports = fields.list("hosts", Sidecars::imported);
    if (imports.isEmpty()) {
      value.error("has no hosts");
    }
    int port =
        fields
            .read(
                "port",
                one -> {
                  Fields parts = one.fields();
                  int number = parts.integer("number", 0, 1, 65535);
                  parts.ignore("protocol", "name", "targetPort");
                  parts.end();
                  return number;
                })
            .orElse(0);
    fields.inapplicable("calls are made by name", "bind");
    fields.ignore("captureMode");
    fields.end();
    return new Egress(port, imports);
  }

  /** {@code NAMESPACE/HOST}, both possibly with wildcards. */
  private static Import imported(Value value) {
    String text = value.text();
    int slash = text.indexOf('/');
    String namespace = slash < 0 ? "" : text.substring(0, slash);
    String name = text.substring(slash + 1);
    boolean place = List.of("*", ".", "~").contains(namespace) || Hosts.isName(namespace);
    boolean host =
        name.equals("*") || Hosts.isDnsName(name.startsWith("*.") ? name.substring(2) : name);
    if (!place || !host) {
      value.error("must be NAMESPACE/HOST, not \"" + text + "\"");
    }
    return new Import(namespace, name.toLowerCase(java.util.Locale.ROOT));
  }
}
