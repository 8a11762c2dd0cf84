package io.inmesh.controlplane.config.meshyaml;

import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshSettings;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import io.inmesh.identity.SpiffeId;
import java.util.List;
import java.util.Map;

/** Reads {@code mesh.yaml}: documents of the apiVersion {@link #API_VERSION}. */
public final class MeshYaml {
  /** What such documents begin with. */
  public static final String API_VERSION = "inmesh.io/v1";

  private static final List<String> SETTINGS = List.of("trust-domain", "domain", "tls", "access");

  private MeshYaml() {}

  /** Whether a document is one. */
  public static boolean is(Value document) {
    return document.isMapping()
        && document
            .fields()
            .find("apiVersion")
            .filter(version -> version.isScalar() && version.text().startsWith("inmesh.io/"))
            .isPresent();
  }

  /** Reads what holds for the whole mesh; this comes before anything else is read. */
  public static void readSettings(Value document, MeshBuilder mesh) {
    document.document().name("Mesh");
    Fields top = document.fields();
    if (SETTINGS.stream().noneMatch(top::has)) {
      return;
    }
    MeshSettings base = MeshSettings.DEFAULT;
    String trustDomain = top.read("trust-domain", MeshYaml::trustDomain).orElse(base.trustDomain());
    var settings =
        new MeshSettings(
            trustDomain,
            top.text("domain", trustDomain),
            base.rootNamespace(),
            top.read("tls", v -> v.choice(MeshSettings.Tls.class, MeshSettings.Tls::token))
                .orElse(base.tls()));
    var origin = new Origin("Mesh", "", "", document.position(), 0, mesh.nextOrder());
    Origin before = mesh.settings(settings, origin);
    top.find("access").ifPresent(value -> AccessReader.readDefault(value, mesh));
    if (before != null) {
      document.error(
          "trust-domain, domain, tls and access are already set in "
              + before.position().file()
              + ":"
              + before.position().line());
    }
  }

  private static String trustDomain(Value value) {
    String name = value.text();
    try {
      return new SpiffeId(name, "").trustDomain();
    } catch (IllegalArgumentException e) {
      value.error(String.valueOf(e.getMessage()));
      return MeshSettings.DEFAULT.trustDomain();
    }
  }

  /** Reads the services. */
  public static void read(Value document, MeshBuilder mesh) {
    document.document().name("Mesh");
    Fields top = document.fields();
    if (!top.text("apiVersion", "").equals(API_VERSION)) {
      top.find("apiVersion").ifPresent(v -> v.error("must be " + API_VERSION));
    }
    if (!top.text("kind", "Mesh").equals("Mesh")) {
      top.find("kind").ifPresent(v -> v.error("must be Mesh, or left out"));
    }
    SETTINGS.forEach(top::ignore);
    String namespace = top.read("namespace", Texts::label).orElse("default");
    Map<String, Value> services = top.find("services").map(Value::entries).orElse(Map.of());
    services.forEach((name, value) -> new ServiceReader(mesh, namespace, name, value).read());
    document.document().name("Mesh");
    top.end();
  }
}
