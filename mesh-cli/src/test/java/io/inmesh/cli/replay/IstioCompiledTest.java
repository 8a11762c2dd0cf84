package io.inmesh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.cli.replay.IstioCases.Case;
import io.inmesh.cli.replay.IstioCases.Proxy;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.config.ConfigFile;
import io.inmesh.controlplane.config.MeshReader;
import io.inmesh.controlplane.config.compile.Compilation;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.compile.ResourceSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * On what our control plane makes of Istio's YAML, our client decides what a real Envoy 1.40
 * decided on what Istio 1.31 makes of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IstioCompiledTest {
  private final IstioCases cases = new IstioCases();

  IstioCompiledTest() throws IOException {}

  Stream<Case> cases() {
    // Kubernetes' own kinds and those of its Gateway API are not read yet.
    return cases.all().stream().filter(given -> given.kube().isEmpty());
  }

  /** What differs on purpose, or because something is missing; docs/istio.md has the reasons. */
  private static final Set<String> DIFFERENT =
      Set.of(
          // Our listeners have a service's short names and addresses too.
          "017-authority client-grpc",
          // gRPC's clients refuse a whole table for an action that they do not know.
          "039-direct-response client-grpc",
          // Istio gives gRPC's clients no endpoints of hosts that are names.
          "093-ext-dns-rr client-grpc",
          "097-ext-tls-origination client-grpc",
          "099-se-exportto client-grpc",
          "101-outbound-allow-any client-grpc GET api.example",
          // Refused by us, left to the client by Istio.
          "111-egress-registry-only client-grpc",
          // The caller's own TLS goes where the caller says.
          "045-tcp-tls-routes client GET a.secure.example",
          // Calls to hosts that only a wildcard covers pass by, to the same address.
          "095-ext-none-wildcard client GET a.wild.example",
          "095-ext-none-wildcard client GET a.b.wild.example",
          "095-ext-none-wildcard client GET a.wildtls.example",
          // Plain TCP.
          "103-http-tcp-conflict client GET :7000",
          "105-se-autovip client GET :9999");

  @ParameterizedTest
  @MethodSource("cases")
  void decidesWhatEnvoyDecided(Case given) {
    if (given.rejected()) {
      assertThat(read(given).model()).isEmpty();
      return;
    }
    var found = new ArrayList<String>();
    Compilation compilation = compiled(given);
    for (Proxy proxy : given.proxies()) {
      if (!given.outbound(proxy).isEmpty()) {
        found.addAll(
            IstioJudge.differences(given, proxy, true, resources(compilation, given, proxy)));
      }
    }
    IstioJudge.verdict(given, found, DIFFERENT);
  }

  private static MeshReader.Result read(Case given) {
    var files = new ArrayList<ConfigFile>();
    files.add(new ConfigFile("case.yaml", given.config()));
    if (!given.mesh().isEmpty()) {
      String indented = given.mesh().strip().replace("\n", "\n    ");
      files.add(
          new ConfigFile(
              "mesh.yaml",
              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio}\ndata:\n  mesh: |\n    "
                  + indented
                  + "\n"));
    }
    return new MeshReader().read(files);
  }

  private static Compilation compiled(Case given) {
    MeshReader.Result result = read(given);
    return Compilation.of(
        result.model().orElseThrow(() -> new AssertionError(result.problems().toString())),
        List.of());
  }

  private static List<Resource> resources(Compilation compilation, Case given, Proxy proxy) {
    var view =
        new NodeView(
            proxy.grpc() ? Flavour.GRPC : Flavour.API,
            proxy.namespace(),
            proxy.labels(),
            proxy.locality(),
            Optional.empty());
    ResourceSet made = compilation.resources(view);
    var resources = new ArrayList<>(made.all());
    for (Map<String, Object> call : given.outbound(proxy)) {
      String name = IstioJudge.destination(true, call);
      if (made.find(new Resource.Key(Resource.Type.LISTENER, name)) == null) {
        compilation.refusing(view, name).ifPresent(resources::add);
      }
    }
    return resources;
  }
}
