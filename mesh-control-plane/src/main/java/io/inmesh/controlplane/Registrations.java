package io.inmesh.controlplane;

import io.inmesh.controlplane.ads.RegistrationListener;
import io.inmesh.controlplane.ads.ServedNode;
import io.inmesh.controlplane.audit.AuditLog;
import io.inmesh.controlplane.registry.Registration;
import io.inmesh.controlplane.registry.Registry;
import io.inmesh.identity.SpiffeId;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Takes registrations from the metadata of nodes: each node only for the service that it has proved
 * to be.
 */
final class Registrations implements RegistrationListener {
  private static final System.Logger LOG = System.getLogger("io.inmesh.registry");

  private final Registry registry;
  private final String trustDomain;
  private final AuditLog audit;

  Registrations(Registry registry, String trustDomain, AuditLog audit) {
    this.registry = registry;
    this.audit = audit;
    this.trustDomain = trustDomain;
  }

  @Override
  public void introduced(Object stream, ServedNode node) {
    if (!(node.node().metadata().get(Registration.METADATA_KEY) instanceof Map<?, ?> given)) {
      return;
    }
    try {
      var fields = new HashMap<String, Object>();
      given.forEach((name, value) -> fields.put(String.valueOf(name), value));
      Registration registration = Registration.of(fields).at(node.node().locality());
      SpiffeId needed =
          SpiffeId.ofServiceAccount(trustDomain, registration.namespace(), registration.service());
      if (node.identity().equals(Optional.of(needed))) {
        registry.registered(stream, registration);
      } else {
        LOG.log(
            Level.WARNING,
            "{0} at {1} may not register as {2}: it is {3}",
            node.node().id(),
            node.peer(),
            needed,
            node.identity().map(SpiffeId::uri).orElse("nobody"));
        audit.record(
            "registration.refused",
            node.identity().map(SpiffeId::uri).orElse(""),
            Map.of("wanted", needed.uri(), "peer", node.peer(), "node", node.node().id()));
      }
    } catch (IllegalArgumentException malformed) {
      LOG.log(
          Level.WARNING,
          "the registration of {0} at {1} is refused: {2}",
          node.node().id(),
          node.peer(),
          malformed.getMessage());
    }
  }

  @Override
  public void closed(Object stream) {
    registry.lost(stream);
  }
}
