package io.inmesh.controlplane.config.istio;

import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.List;

/** Reads networking.istio.io Sidecar as far as to know that it is right; it is not applied. */
final class Sidecars {
  private Sidecars() {}

  static void read(ResourceHeader header, MeshBuilder mesh) {
    Fields spec = header.spec();
    spec.list("egress", Sidecars::egress);
    spec.ignore("workloadSelector", "ingress", "outboundTrafficPolicy", "inboundConnectionPool");
    spec.end();
    spec.owner().warn("is not applied: every node sees all that is exported to it");
  }

  private static List<String> egress(Value value) {
    Fields fields = value.fields();
    List<String> hosts = fields.list("hosts", Sidecars::host);
    if (hosts.isEmpty()) {
      value.error("has no hosts");
    }
    fields.ignore("port", "bind", "captureMode");
    fields.end();
    return hosts;
  }

  /** {@code NAMESPACE/HOST}, both possibly with wildcards. */
  private static String host(Value value) {
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
    return text;
  }
}
