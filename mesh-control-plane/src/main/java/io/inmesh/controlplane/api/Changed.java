package io.inmesh.controlplane.api;

import io.inmesh.controlplane.api.Views.InstanceView;
import io.inmesh.controlplane.api.Views.ServiceView;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the change log: which services are not what they were, and what became of files. */
final class Changed implements ConfigDirectory.Listener {
  private final Catalogue catalogue;
  private final ChangeLog log;

  /** By namespace and name, as they were. */
  private final Map<String, ServiceView> known = new HashMap<>();

  Changed(Catalogue catalogue, ChangeLog log) {
    this.catalogue = catalogue;
    this.log = log;
  }

  /** Services may have changed. Any thread; it does not wait. */
  void look() {
    catalogue.services().thenAccept(this::compare);
  }

  private synchronized void compare(List<ServiceView> now) {
    var gone = new HashSet<>(known.keySet());
    for (ServiceView service : now) {
      String name = service.namespace() + "/" + service.name();
      gone.remove(name);
      ServiceView lasting = lasting(service);
      if (!lasting.equals(known.put(name, lasting))) {
        log.add("services", PlainJson.text(Map.of("service", service)));
      }
    }
    for (String name : gone) {
      known.remove(name);
      log.add("services", PlainJson.text(Map.of("removed", name)));
    }
  }

  /** Without what changes with every revision. */
  private static ServiceView lasting(ServiceView of) {
    return new ServiceView(
        of.name(),
        of.namespace(),
        of.host(),
        of.external(),
        of.identity(),
        of.ports(),
        of.instances().stream().map(Changed::lasting).toList());
  }

  private static InstanceView lasting(InstanceView of) {
    return new InstanceView(
        of.address(),
        of.port(),
        "",
        of.registered(),
        of.protocol(),
        of.weight(),
        of.locality(),
        of.version(),
        of.labels(),
        of.identity(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public void taken(Generation generation) {
    log.add(
        "config",
        PlainJson.text(
            Map.of(
                "revision", generation.revision(),
                "changes", generation.changes(),
                "warnings", generation.warnings().stream().map(Problem::toString).toList())));
    look();
  }

  @Override
  public void refused(List<Problem> problems) {
    log.add(
        "config",
        PlainJson.text(Map.of("refused", problems.stream().map(Problem::toString).toList())));
  }
}
