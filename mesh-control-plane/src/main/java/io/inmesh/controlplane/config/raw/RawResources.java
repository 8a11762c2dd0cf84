package io.inmesh.controlplane.config.raw;

import io.inmesh.config.Resource;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshModel.RawResource;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.Map;

/**
 * Reads files of xDS resources: each document is a resource, a list of them, or a mapping with a
 * list under {@code resources}.
 */
public final class RawResources {
  private final ResourceDecoder decoder;
  private final MeshBuilder mesh;

  /** Reads with a decoder. */
  public RawResources(ResourceDecoder decoder, MeshBuilder mesh) {
    this.decoder = decoder;
    this.mesh = mesh;
  }

  /** Whether a file is one, by its name. */
  public static boolean is(String file) {
    return file.endsWith(".xds.yaml") || file.endsWith(".xds.yml") || file.endsWith(".xds.json");
  }

  /** Reads a document; what is wrong goes to its problems. */
  public void read(Value document) {
    if (document.isList()) {
      document.items().forEach(this::resource);
      return;
    }
    var resources = document.fields().find("resources");
    if (resources.isPresent() && document.entries().size() == 1) {
      resources.get().items().forEach(this::resource);
    } else {
      resource(document);
    }
  }

  private void resource(Value value) {
    value.document().name("resource");
    if (!(value.plain() instanceof Map<?, ?> map)) {
      value.error("must be a resource with @type");
      return;
    }
    @SuppressWarnings("unchecked")
    var json = (Map<String, Object>) map;
    if (!(json.get("@type") instanceof String)) {
      value.error("@type is missing");
      return;
    }
    try {
      add(value, decoder.decode(json));
    } catch (IllegalArgumentException e) {
      value.error(String.valueOf(e.getMessage()));
    }
  }

  private void add(Value value, Resource resource) {
    String kind = resource.type().name();
    value.document().name(kind + " " + resource.name());
    var origin =
        new Origin(kind, "", resource.name(), value.position(), Long.MAX_VALUE, mesh.nextOrder());
    Origin before = mesh.define(origin);
    if (before != null) {
      value.error(
          "is already defined at " + before.position().file() + ":" + before.position().line());
    }
    mesh.add(new RawResource(origin, resource));
  }
}
