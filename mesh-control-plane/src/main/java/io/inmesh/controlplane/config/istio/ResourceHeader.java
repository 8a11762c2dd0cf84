package io.inmesh.controlplane.config.istio;

import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * What all Kubernetes style resources begin with.
 *
 * @param dryRun whether the annotation {@code istio.io/dry-run} says that it is only tried
 */
record ResourceHeader(Origin origin, Fields spec, boolean dryRun) {
  /**
   * Reads kind, metadata and the whereabouts of the spec; empty if they are not good enough to go
   * on.
   */
  static Optional<ResourceHeader> read(Value document, MeshBuilder mesh) {
    Fields top = document.fields();
    top.ignore("apiVersion", "status");
    String kind = top.text("kind", "");
    Optional<Fields> metadata = top.required("metadata").map(Value::fields);
    String namespace = metadata.map(m -> m.text("namespace", "default")).orElse("default");
    String name = metadata.flatMap(m -> m.required("name")).map(Value::text).orElse("");
    if (!Hosts.isNamespace(namespace)) {
      metadata
          .flatMap(m -> m.find("namespace"))
          .ifPresent(v -> v.error("\"" + namespace + "\" is not the name of a namespace"));
    }
    document.document().name(kind + " " + namespace + "/" + name);
    long created =
        metadata
            .flatMap(m -> m.find("creationTimestamp"))
            .map(ResourceHeader::time)
            .orElse(Long.MAX_VALUE);
    var origin = new Origin(kind, namespace, name, document.position(), created, mesh.nextOrder());
    if (!Hosts.isName(name)) {
      metadata.ifPresent(m -> m.owner().error("\"" + name + "\" is not a valid name"));
    }
    Origin before = mesh.define(origin);
    if (before != null) {
      document.error(
          "is already defined at " + before.position().file() + ":" + before.position().line());
    }
    Optional<Fields> spec = top.required("spec").map(Value::fields);
    top.end();
    boolean dryRun =
        metadata.flatMap(m -> m.find("annotations")).map(ResourceHeader::dryRun).orElse(false);
    return spec.map(fields -> new ResourceHeader(origin, fields, dryRun));
  }

  private static boolean dryRun(Value annotations) {
    return annotations.fields().text("istio.io/dry-run", "").equals("true");
  }

  private static long time(Value value) {
    try {
      return Instant.parse(value.text()).getEpochSecond();
    } catch (DateTimeException notOne) {
      value.error("must be a time such as 2026-01-31T12:00:00Z");
      return 0;
    }
  }
}
