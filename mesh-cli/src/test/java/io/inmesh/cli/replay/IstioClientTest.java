package io.inmesh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.cli.replay.IstioCases.Case;
import io.inmesh.cli.replay.IstioCases.Proxy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * On the resources that Istio 1.31 generates, for a sidecar and for gRPC's clients, we decide what
 * a real Envoy 1.40 decided on them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IstioClientTest {
  private final IstioCases cases = new IstioCases();

  IstioClientTest() throws IOException {}

  Stream<Case> cases() {
    return cases.all().stream();
  }

  /** What differs on purpose, or because something is missing; docs/istio.md has the reasons. */
  private static final Set<String> DIFFERENT =
      Set.of(
          // A host is the same with a dot at its end.
          "017-authority client-grpc GET reviews.shop.svc.cluster.local.:9080/",
          // The PROXY protocol is not spoken towards hosts: such clusters are refused.
          "089-dr-proxy-protocol",
          // The caller's own TLS goes where the caller says.
          "045-tcp-tls-routes client GET a.secure.example:443/",
          "095-ext-none-wildcard client GET a.wildtls.example:443/");

  @ParameterizedTest
  @MethodSource("cases")
  void decidesWhatEnvoyDecided(Case given) {
    var found = new ArrayList<String>();
    for (Proxy proxy : given.proxies()) {
      if (!given.outbound(proxy).isEmpty()) {
        found.addAll(IstioJudge.differences(given, proxy, proxy.grpc(), cases.resources(proxy)));
      }
    }
    IstioJudge.verdict(given, found, DIFFERENT);
  }

  /** What was recorded is compared: with another answer, the same call differs. */
  @Test
  void theJudgeSeesADifference() {
    Case given = cases.all().get(0);
    Proxy proxy = given.proxies().get(0);
    Map<String, Object> envoy = Judge.map(given.outbound(proxy).get(0).get("envoy"));
    for (String field : List.of("status", "route", "cluster", "details", "attempts", "body")) {
      Object recorded = envoy.put(field, "another");
      assertThat(IstioJudge.differences(given, proxy, false, cases.resources(proxy)))
          .singleElement()
          .asString()
          .contains(field);
      envoy.put(field, recorded);
    }
    assertThat(IstioJudge.differences(given, proxy, false, cases.resources(proxy))).isEmpty();
  }
}
