package io.inmesh.controlplane.config.istio;

import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.problem.Problems;
import io.inmesh.controlplane.config.yaml.Names;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Reads resources of Istio and of Kubernetes. */
public final class IstioResources {
  private static final Set<String> VERSIONS = Set.of("v1", "v1beta1", "v1alpha3");
  private static final String NETWORKING = "networking.istio.io/";
  private static final String SECURITY = "security.istio.io/";
  private static final Map<String, BiConsumer<ResourceHeader, MeshBuilder>> READERS =
      Map.of(
          "VirtualService", VirtualServices::read,
          "DestinationRule", DestinationRules::read,
          "ServiceEntry", ServiceEntries::read,
          "WorkloadEntry", WorkloadEntries::read,
          "Sidecar", Sidecars::read);

  private static final Map<String, BiConsumer<ResourceHeader, MeshBuilder>> SECURITY_READERS =
      Map.of(
          "AuthorizationPolicy", AuthorizationPolicies::read,
          "PeerAuthentication", PeerAuthentications::read,
          "RequestAuthentication", RequestAuthentications::read);

  private static final Set<String> INAPPLICABLE =
      Set.of(
          "Gateway",
          "EnvoyFilter",
          "ProxyConfig",
          "Telemetry",
          "TrafficExtension",
          "WasmPlugin",
          "WorkloadGroup",
          "HTTPRoute",
          "GRPCRoute",
          "TCPRoute",
          "TLSRoute",
          "UDPRoute",
          "GatewayClass",
          "ReferenceGrant",
          "Service",
          "Deployment");

  private IstioResources() {}

  /** Reads a document; what is wrong goes to its problems. */
  public static void read(Value document, MeshBuilder mesh) {
    var top = document.fields();
    String kind = top.text("kind", "");
    String version = top.text("apiVersion", "");
    document.document().name(kind);
    String group = version.startsWith(SECURITY) ? SECURITY : NETWORKING;
    if (version.equals("v1") && MeshConfigs.is(document)) {
      MeshConfigs.read(document, mesh);
      return;
    }
    var reader = (group.equals(SECURITY) ? SECURITY_READERS : READERS).get(kind);
    if (reader != null && version.startsWith(group)) {
      if (!VERSIONS.contains(version.substring(group.length()))) {
        top.owner().error("the apiVersion " + version + " of " + kind + " is not known");
      }
      ResourceHeader.read(document, mesh).ifPresent(header -> reader.accept(header, mesh));
    } else if (INAPPLICABLE.contains(kind) || (reader == null && isKubernetes(kind, version))) {
      document.warn("is not applied: " + kind + " means nothing here yet");
    } else {
      unknown(document, kind, version);
    }
  }

  /** Puts the rules of others where they were delegated to, once everything is read. */
  public static void delegate(MeshBuilder mesh, Problems problems) {
    mesh.replaceVirtualServices(new Delegation(mesh.virtualServices(), problems).resolved());
  }

  /** Its own kinds often stand in the same files. */
  private static boolean isKubernetes(String kind, String version) {
    String group = version.substring(0, Math.max(0, version.indexOf('/')));
    return !kind.isEmpty()
        && (version.equals("v1")
            || group.endsWith(".k8s.io")
            || List.of("apps", "batch", "autoscaling", "policy").contains(group));
  }

  private static void unknown(Value document, String kind, String version) {
    List<String> known = new ArrayList<>(READERS.keySet());
    known.addAll(SECURITY_READERS.keySet());
    String guess = Names.didYouMean(kind, known);
    document.error(
        kind.isEmpty()
            ? "kind and apiVersion are missing"
            : "unknown kind " + kind + " of apiVersion " + version + guess);
  }
}
