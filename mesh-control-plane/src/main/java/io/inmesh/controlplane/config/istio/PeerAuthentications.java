package io.inmesh.controlplane.config.istio;

import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.PeerAuthentication;
import io.inmesh.controlplane.config.model.PeerAuthentication.Mode;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.HashMap;
import java.util.Map;

/** Reads security.istio.io PeerAuthentication. */
final class PeerAuthentications {
  private PeerAuthentications() {}

  static void read(ResourceHeader header, MeshBuilder mesh) {
    Fields spec = header.spec();
    var target = Targets.read(header);
    Mode mode = spec.read("mtls", PeerAuthentications::mode).orElse(Mode.UNSET);
    Map<Integer, Mode> ports = new HashMap<>();
    spec.find("portLevelMtls")
        .ifPresent(
            levels ->
                levels
                    .entries()
                    .forEach((port, value) -> ports.put(port(port, value), mode(value))));
    if (!ports.isEmpty() && target.isPresent() && target.get().labels().isEmpty()) {
      spec.owner().error("ports have modes of their own only where a selector names the workload");
    }
    spec.end();
    target.ifPresent(to -> mesh.add(new PeerAuthentication(header.origin(), to, mode, ports)));
  }

  private static int port(String text, Value value) {
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
    if (port < 1 || port > 65535) {
      value.error("\"" + text + "\" is not a port");
    }
    return port;
  }

  private static Mode mode(Value value) {
    Fields fields = value.fields();
    Mode mode = fields.read("mode", v -> v.choice(Mode.class, Mode::name)).orElse(Mode.UNSET);
    fields.end();
    return mode;
  }
}
