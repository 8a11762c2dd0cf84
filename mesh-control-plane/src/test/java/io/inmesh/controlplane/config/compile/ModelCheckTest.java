package io.inmesh.controlplane.config.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Locality;
import io.inmesh.controlplane.config.model.AuthorizationPolicy;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Action;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Condition;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Rule;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Values;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.model.Protocol;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Workload;
import io.inmesh.controlplane.config.model.WorkloadTarget;
import io.inmesh.controlplane.config.problem.Position;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.controlplane.config.problem.Problems;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What no reader should let pass, and what would stop the distribution if it did. */
final class ModelCheckTest {
  private final MeshBuilder mesh = new MeshBuilder();
  private final Problems problems = new Problems();

  private Origin origin(String kind) {
    var position = new Position("f.yaml", 7, 1, kind + " shop/x", "");
    return new Origin(kind, "shop", "x", position, Long.MAX_VALUE, mesh.nextOrder());
  }

  private List<String> checked() {
    ModelCheck.check(mesh.build(), problems);
    return problems.toList().stream().filter(Problem::isError).map(Problem::toString).toList();
  }

  @Test
  void aPolicyThatCannotBeCompiledIsRefusedWhereItStands() {
    var condition = new Condition("experimental.envoy.filters.x]", Values.of(List.of("v")));
    mesh.add(
        new AuthorizationPolicy(
            origin("AuthorizationPolicy"),
            new WorkloadTarget("shop", Map.of("app", "rare"), ""),
            Action.DENY,
            List.of(new Rule(List.of(), List.of(), List.of(condition))),
            false,
            ""));
    assertThat(checked())
        .singleElement()
        .asString()
        .startsWith("f.yaml:7:1: error: AuthorizationPolicy shop/x: cannot be put into effect: ");
  }

  @Test
  void aServiceThatCannotBeCompiledIsRefused() {
    var workload =
        new Workload(
            "shop",
            "",
            "10.0.0.1",
            8080,
            Map.of(),
            Map.of(),
            Locality.NONE,
            1,
            "not an account",
            true,
            Health.UNKNOWN);
    mesh.add(
        new Service(
            origin("ServiceEntry"),
            "x.shop.svc.cluster.local",
            List.of(new Service.Port(80, "http", Protocol.HTTP, 80)),
            Service.Resolution.STATIC,
            false,
            List.of(),
            List.of(),
            Map.of(),
            List.of(workload),
            Set.of("*"),
            Service.Defaults.ISTIO));
    assertThat(checked())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).contains("cannot be served to nodes"));
  }
}
