package io.inmesh.controlplane.config;

import io.inmesh.controlplane.config.model.Audience;
import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshModel.RawResource;
import io.inmesh.controlplane.config.model.TrafficPolicy.ClientTls;
import io.inmesh.controlplane.config.problem.Problems;
import io.inmesh.controlplane.config.raw.RawResources;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds who may have resources that hold a private key: whom {@code mesh.yaml} names under {@code
 * secrets}, and the namespace of a rule that names them as its credential.
 */
final class PrivateResources {
  private final MeshBuilder mesh;
  private final Problems problems;

  PrivateResources(MeshBuilder mesh, Problems problems) {
    this.mesh = mesh;
    this.problems = problems;
  }

  void restrict() {
    var kept = new ArrayList<RawResource>();
    var restricted = new HashSet<String>();
    for (RawResource raw : mesh.resources()) {
      if (RawResources.holdsKey(raw.resource())) {
        restricted.add(raw.resource().name());
        kept.add(new RawResource(raw.origin(), raw.resource(), audience(raw)));
      } else {
        kept.add(raw);
      }
    }
    mesh.replaceResources(kept);
    mesh.grants()
        .forEach(
            (name, grant) -> {
              if (!restricted.contains(name)) {
                problems.warn(
                    grant.position(), "no xDS resource with a private key has the name " + name);
              }
            });
  }

  private Audience audience(RawResource raw) {
    String name = raw.resource().name();
    var accounts = new HashSet<String>();
    MeshBuilder.Grant grant = mesh.grants().get(name);
    if (grant != null) {
      accounts.addAll(grant.accounts());
    }
    for (DestinationRule rule : mesh.destinationRules()) {
      if (credentials(rule).contains(name)) {
        accounts.add(rule.origin().namespace() + "/*");
      }
    }
    if (grant == null && accounts.isEmpty()) {
      problems.warn(
          raw.origin().position(),
          "holds a private key and is served to nobody: say who may have it under secrets in"
              + " mesh.yaml");
    }
    return Audience.only(accounts);
  }

  private static Set<String> credentials(DestinationRule rule) {
    return Set.copyOf(
        rule.allTls().map(ClientTls::credential).map(name -> "kubernetes://" + name).toList());
  }
}
