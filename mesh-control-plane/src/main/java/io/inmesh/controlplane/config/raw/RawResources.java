package io.inmesh.controlplane.config.raw;

import io.inmesh.config.Resource;
import io.inmesh.config.Secret;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshModel.RawResource;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.yaml.Value;
import io.inmesh.xds.ads.PrivateKeys;
import io.inmesh.xds.codec.Decoded;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.json.ProtoJson;
import io.inmesh.xds.json.ProtoJsonException;

/**
 * Reads files of xDS resources in proto-JSON: each document is a resource with {@code @type}, a
 * list of them, or a mapping with a list under {@code resources}.
 */
public final class RawResources {
  private final MeshBuilder mesh;
  private final ProtoJson json = new ProtoJson();
  private final Decoder decoder = new Decoder();

  /** Reads into a mesh. */
  public RawResources(MeshBuilder mesh) {
    this.mesh = mesh;
  }

  /** Whether a resource holds a private key. */
  public static boolean holdsKey(Resource resource) {
    return resource instanceof Secret secret
        ? secret.certificate().isPresent()
        : PrivateKeys.in(resource);
  }

  /** Whether a file is one, by its name. */
  public static boolean is(String file) {
    return file.endsWith(".xds.yaml") || file.endsWith(".xds.yml") || file.endsWith(".xds.json");
  }

  /** Whether a document is one, by what stands in it. */
  public static boolean is(Value document) {
    if (document.isList()) {
      return !document.items().isEmpty() && document.items().stream().allMatch(RawResources::typed);
    }
    return typed(document)
        || (document.isMapping()
            && !document.fields().has("apiVersion")
            && document.fields().find("resources").filter(RawResources::is).isPresent());
  }

  private static boolean typed(Value value) {
    return value.isMapping() && value.fields().has("@type");
  }

  /** Reads a document; what is wrong goes to its problems. */
  public void read(Value document) {
    if (document.isList()) {
      document.items().forEach(this::resource);
      return;
    }
    var resources = document.fields().find("resources");
    if (resources.isPresent() && !document.fields().has("@type")) {
      resources.get().items().forEach(this::resource);
    } else {
      resource(document);
    }
  }

  private void resource(Value value) {
    value.document().name("resource");
    if (!value.isMapping()) {
      value.error("must be a resource with @type");
      return;
    }
    try {
      Decoded decoded = decoder.decode(json.resource(value.plain()));
      if (decoded instanceof Decoded.Accepted accepted) {
        add(value, accepted);
      } else {
        Decoded.Refused refused = (Decoded.Refused) decoded;
        value.document().name(refused.type() + " " + refused.name());
        value.at(refused.field()).error(refused.reason());
      }
    } catch (ProtoJsonException e) {
      value.at(e.field()).error(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      value.error(String.valueOf(e.getMessage()));
    }
  }

  private void add(Value value, Decoded.Accepted accepted) {
    Resource resource = accepted.resource();
    if (resource.type() == Resource.Type.VIRTUAL_HOST && resource.name().indexOf('/') < 0) {
      value.at("name").error("must be the name of its routes, a slash and a name of its own");
      return;
    }
    String kind = resource.type().name();
    value.document().name(kind + " " + resource.name());
    accepted.unsupported().forEach(field -> value.at(field).warn(field + " is left out"));
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
