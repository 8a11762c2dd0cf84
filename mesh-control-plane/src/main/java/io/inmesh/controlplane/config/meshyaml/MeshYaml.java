package io.inmesh.controlplane.config.meshyaml;

import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshSettings;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import io.inmesh.identity.SpiffeId;
import java.util.HashSet;
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
            // What is no text is reported where it is read.
            .filter(version -> String.valueOf(version.plain()).startsWith("inmesh.io/"))
            .isPresent();
  }

  /** Reads what holds for the whole mesh; this comes before anything else is read. */
  public static void readSettings(Value document, MeshBuilder mesh) {
    document.document().name("Mesh");
    Fields top = document.fields();
    if (SETTINGS.stream().noneMatch(top::has)) {
      return;
    }
    MeshSettings base = mesh.settings();
    String trustDomain =
        top.read("trust-domain", v -> trustDomain(v, mesh)).orElse(base.trustDomain());
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

  private static String trustDomain(Value value, MeshBuilder mesh) {
    String name = value.text();
    String given = mesh.trustDomain().orElse(name);
    if (!given.equals(name)) {
      value.error(
          "the control plane is that of "
              + given
              + ": leave this out, or start it with --trust-domain "
              + name);
      return given;
    }
    try {
      return new SpiffeId(name, "").trustDomain();
    } catch (IllegalArgumentException e) {
      value.error(String.valueOf(e.getMessage()));
      return MeshSettings.DEFAULT.trustDomain();
    }
  }

  /** Reads the services, and who may have secrets. */
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
    top.find("secrets").ifPresent(all -> secrets(all, namespace, mesh));
    top.end();
  }

  private static void secrets(Value all, String namespace, MeshBuilder mesh) {
    all.entries()
        .forEach(
            (name, who) -> {
              var accounts = new HashSet<String>();
              who.items().forEach(one -> accounts.add(account(one, namespace)));
              if (!mesh.grant(name, new MeshBuilder.Grant(who.keyPosition(), accounts))) {
                who.error("who may have " + name + " is already said");
              }
            });
  }

  /** {@code SERVICE}, {@code SERVICE.NAMESPACE}, or {@code *.NAMESPACE}. */
  private static String account(Value value, String ownNamespace) {
    String text = value.text();
    int dot = text.indexOf('.');
    String name = dot < 0 ? text : text.substring(0, dot);
    String namespace = dot < 0 ? ownNamespace : text.substring(dot + 1);
    boolean good =
        Texts.isLabel(namespace) && (Texts.isLabel(name) || (name.equals("*") && dot > 0));
    if (!good) {
      value.error("must be SERVICE, SERVICE.NAMESPACE or *.NAMESPACE, not \"" + text + "\"");
    }
    return namespace + "/" + name;
  }
}
