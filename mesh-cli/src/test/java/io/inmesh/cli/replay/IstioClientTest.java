package io.inmesh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.cli.replay.IstioCases.Case;
import io.inmesh.cli.replay.IstioCases.Proxy;
import io.inmesh.config.Resource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * On the resources that Istio 1.31 generates, for a sidecar and for gRPC's clients, we decide what a
 * real Envoy 1.40 decided on them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IstioClientTest {
  private final IstioCases cases = new IstioCases();

  IstioClientTest() throws IOException {}

  Stream<Case> cases() {
    return cases.all().stream();
  }

  /**
   * What differs on purpose, or because something is missing: the PROXY protocol towards hosts is
   * not spoken, so that such clusters are refused; HTTPS of the caller goes to the host that it
   * names, also where Istio passes it elsewhere by its server name (TLS routes).
   */
  private static final Set<String> DIFFERENT =
      Set.of("089-dr-proxy-protocol", "045-tcp-tls-routes client GET a.secure.example:443/",
          "095-ext-none-wildcard client GET a.wildtls.example:443/");

  @ParameterizedTest
  @MethodSource("cases")
  void decidesWhatEnvoyDecided(Case given) {
    var found = new ArrayList<String>();
    for (Proxy proxy : given.proxies()) {
      List<Map<String, Object>> calls = given.outbound(proxy);
      if (calls.isEmpty()) {
        continue;
      }
      List<Resource> resources = cases.resources(proxy);
      var judge = new IstioJudge(resources);
      try (var world = new IstioWorld(proxy, proxy.grpc(), resources)) {
        for (Map<String, Object> call : calls) {
          String destination = destination(proxy, call);
          judge
              .differences(
                  IstioJudge.wanted(proxy, call), seed -> world.call(destination, call, seed))
              .forEach(text -> found.add(given + " " + proxy.name() + " " + call.get("name") + ": " + text));
        }
      }
    }
    List<String> known = DIFFERENT.stream().filter(one -> one.startsWith(given.toString())).toList();
    assertThat(found.stream().filter(one -> known.stream().noneMatch(one::startsWith))).isEmpty();
    assertThat(known).allSatisfy(one -> assertThat(found).anyMatch(text -> text.startsWith(one)));
  }

  /** Where the recording client connected to. */
  private static String destination(Proxy proxy, Map<String, Object> call) {
    String host = IstioWorld.host(call);
    String bare = host.contains(":") ? host.substring(0, host.lastIndexOf(':')) : host;
    String to = proxy.grpc() ? bare : call.getOrDefault("address", bare).toString();
    return to + ":" + ((Number) call.get("port")).intValue();
  }
}
