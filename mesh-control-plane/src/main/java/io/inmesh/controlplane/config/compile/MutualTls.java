package io.inmesh.controlplane.config.compile;

import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.PeerAuthentication;
import io.inmesh.controlplane.config.model.PeerAuthentication.Mode;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Workload;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds whether a server demands mutual TLS: what its own policy says of the port, then of the
 * workload, then its namespace's policy, then the mesh's. Of several on one level the oldest holds.
 */
final class MutualTls {
  private final String rootNamespace;
  private final List<PeerAuthentication> policies;
  private final boolean automatic;

  MutualTls(MeshModel model) {
    this.rootNamespace = model.settings().rootNamespace();
    this.automatic = model.config().autoMtls();
    this.policies =
        model.security().peers().stream()
            .sorted(Comparator.comparing(PeerAuthentication::origin))
            .toList();
  }

  /** Of a port of a workload; {@code absent} if nothing is said. */
  Mode of(String namespace, String service, Map<String, String> labels, int port, Mode absent) {
    Optional<PeerAuthentication> own =
        policies.stream()
            .filter(policy -> !policy.target().isWide())
            .filter(policy -> policy.target().namespace().equals(namespace))
            .filter(policy -> policy.target().covers(rootNamespace, namespace, service, labels))
            .findFirst();
    Mode mode = own.map(policy -> policy.ports().getOrDefault(port, Mode.UNSET)).orElse(Mode.UNSET);
    if (mode == Mode.UNSET) {
      mode = own.map(PeerAuthentication::mode).orElse(Mode.UNSET);
    }
    return mode == Mode.UNSET ? of(namespace, absent) : mode;
  }

  /** The workloads, without those that do not take mutual TLS on a port being marked for it. */
  List<Workload> demanded(List<Workload> workloads, Service.Port port) {
    return policies.isEmpty()
        ? workloads
        : workloads.stream()
            .map(one -> isOff(one, one.portFor(port)) ? one.withoutMutualTls() : one)
            .toList();
  }

  private boolean isOff(Workload one, int port) {
    return of(one.namespace(), one.service(), one.labels(), port, Mode.UNSET) == Mode.DISABLE;
  }

  /** Whether a namespace as a whole does without, where no rule asks for it. */
  boolean isOff(String namespace) {
    return !automatic || of(namespace, Mode.UNSET) == Mode.DISABLE;
  }

  /** Of a namespace as a whole; {@code absent} if nothing is said. */
  Mode of(String namespace, Mode absent) {
    Mode mode = wide(namespace);
    if (mode == Mode.UNSET) {
      mode = wide(rootNamespace);
    }
    return mode == Mode.UNSET ? absent : mode;
  }

  private Mode wide(String namespace) {
    return policies.stream()
        .filter(policy -> policy.target().isWide())
        .filter(policy -> policy.target().namespace().equals(namespace))
        .map(PeerAuthentication::mode)
        .findFirst()
        .orElse(Mode.UNSET);
  }
}
