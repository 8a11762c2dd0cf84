package io.inmesh.controlplane.config.istio;

import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.VirtualService;
import io.inmesh.controlplane.config.model.VirtualService.Delegate;
import io.inmesh.controlplane.config.model.VirtualService.HttpRoute;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.HashSet;
import java.util.List;

/** Reads networking.istio.io VirtualService. */
final class VirtualServices {
  private VirtualServices() {}

  static void read(ResourceHeader header, MeshBuilder mesh) {
    Fields spec = header.spec();
    String namespace = header.origin().namespace();
    List<String> gateways = spec.list("gateways", VirtualServices::gateway);
    boolean inMesh = gateways.isEmpty() || gateways.contains("mesh");
    List<String> hosts =
        spec.find("hosts").map(Value::items).orElse(List.of()).stream()
            .map(host -> host(host, inMesh, mesh, namespace))
            .toList();
    if (new HashSet<>(hosts).size() < hosts.size()) {
      spec.owner().error("a host stands in hosts twice");
    }
    var routes = new HttpRoutes(mesh.settings(), namespace);
    List<HttpRoute> http = spec.list("http", routes::read);
    if (hosts.isEmpty() && !gateways.isEmpty()) {
      spec.owner().error("without hosts, it is for others to delegate to, and has no gateways");
    }
    boolean delegates = http.stream().anyMatch(route -> route.target() instanceof Delegate);
    if (hosts.isEmpty() && delegates) {
      spec.owner().error("without hosts, it is for others to delegate to, and cannot delegate");
    }
    if (spec.present("http", "tcp", "tls").isEmpty()) {
      spec.owner().error("http, tcp or tls is missing");
    }
    spec.inapplicable("TCP and TLS routes are not supported yet", "tcp", "tls");
    var exportTo = Hosts.exportTo(spec, namespace);
    spec.end();
    mesh.add(new VirtualService(header.origin(), hosts, inMesh, http, exportTo));
  }

  private static String host(Value value, boolean inMesh, MeshBuilder mesh, String namespace) {
    String host = Hosts.wildcard(value);
    if (host.equals("*") && inMesh) {
      value.error("* is only allowed at a gateway, not within the mesh");
    }
    return mesh.settings().qualify(host, namespace);
  }

  private static String gateway(Value value) {
    String name = value.text();
    if (name.isEmpty() || !List.of(name.split("/", -1)).stream().allMatch(Hosts::isDnsName)) {
      value.error("\"" + name + "\" is not a gateway");
    }
    return name;
  }
}
