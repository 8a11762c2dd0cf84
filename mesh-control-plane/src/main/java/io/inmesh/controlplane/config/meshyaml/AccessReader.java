package io.inmesh.controlplane.config.meshyaml;

import io.inmesh.controlplane.config.model.AuthorizationPolicy;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Action;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Condition;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Operation;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Rule;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Source;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Values;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.model.PeerAuthentication;
import io.inmesh.controlplane.config.model.PeerAuthentication.Mode;
import io.inmesh.controlplane.config.model.WorkloadTarget;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads who may call a service, and whether callers must prove who they are. */
final class AccessReader {
  private final MeshBuilder mesh;
  private final Origin service;

  AccessReader(MeshBuilder mesh, Origin service) {
    this.mesh = mesh;
    this.service = service;
  }

  /** What holds where nothing is said of a service. */
  enum Access {
    ALLOW,
    DENY;

    String token() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static String token(Mode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }

  /** Of the whole mesh. */
  static void readDefault(Value value, MeshBuilder mesh) {
    if (value.choice(Access.class, Access::token) == Access.DENY) {
      String root = mesh.settings().rootNamespace();
      var origin = new Origin("Mesh", root, "default-deny", value.position(), 0, mesh.nextOrder());
      mesh.add(
          new AuthorizationPolicy(
              origin, new WorkloadTarget(root, Map.of(), ""), Action.ALLOW, List.of(), false, ""));
    }
  }

  void read(Fields fields) {
    fields.find("mtls").ifPresent(this::mode);
    policy(fields, "allow", Action.ALLOW);
    policy(fields, "deny", Action.DENY);
  }

  private WorkloadTarget target() {
    return new WorkloadTarget(service.namespace(), Map.of(), service.name());
  }

  private void mode(Value value) {
    Mode mode = value.choice(Mode.class, AccessReader::token);
    mesh.add(new PeerAuthentication(service, target(), mode, Map.of()));
  }

  private void policy(Fields fields, String name, Action action) {
    Optional<Value> written = fields.written(name);
    if (written.isEmpty()) {
      return;
    }
    if (written.get().isNull()) {
      written.get().error("must be a list; write [] for one without entries");
      return;
    }
    List<Rule> rules = fields.list(name, this::rule);
    var origin =
        new Origin(
            "Service",
            service.namespace(),
            service.name() + "-" + name,
            written.get().position(),
            service.created(),
            mesh.nextOrder());
    // A deny that denies nothing is no policy; an allow that allows nothing is one.
    if (action == Action.ALLOW || !rules.isEmpty()) {
      mesh.add(new AuthorizationPolicy(origin, target(), action, rules, false, ""));
    }
  }

  /** The name of a service, or fields. */
  private Rule rule(Value value) {
    if (value.isScalar()) {
      return new Rule(List.of(source(List.of(caller(value)), List.of())), List.of(), List.of());
    }
    Fields fields = value.fields();
    List<String> from = some(fields, "from", this::caller);
    List<String> namespaces = some(fields, "namespaces", Texts::label);
    List<String> methods = some(fields, "methods", Value::text);
    List<String> paths = some(fields, "paths", AccessReader::path);
    var when = new ArrayList<Condition>();
    Map<String, String> claims = fields.map("claims", Value::text);
    filled(fields, "claims", claims.isEmpty());
    claims.forEach(
        (claim, wanted) ->
            when.add(
                new Condition("request.auth.claims[" + claim + "]", Values.of(List.of(wanted)))));
    fields.end();
    // Services and namespaces are alternatives, so they are sources of their own.
    var sources = new ArrayList<Source>();
    if (!from.isEmpty()) {
      sources.add(source(from, List.of()));
    }
    if (!namespaces.isEmpty()) {
      sources.add(source(List.of(), namespaces));
    }
    List<Operation> to =
        methods.isEmpty() && paths.isEmpty()
            ? List.of()
            : List.of(new Operation(Values.ANY, Values.of(methods), Values.of(paths), Values.ANY));
    return new Rule(sources, to, when);
  }

  /** A list that is there must say something: without entries it would hold for everything. */
  private static List<String> some(Fields fields, String name, Function<Value, String> reader) {
    List<String> items = fields.list(name, reader);
    filled(fields, name, items.isEmpty());
    return items;
  }

  private static void filled(Fields fields, String name, boolean empty) {
    if (empty) {
      fields.written(name).ifPresent(v -> v.error("must not be empty: leave it out for all"));
    }
  }

  private static Source source(List<String> principals, List<String> namespaces) {
    return new Source(
        Values.of(principals),
        Values.ANY,
        Values.ANY,
        Values.of(namespaces),
        Values.ANY,
        Values.ANY);
  }

  /** {@code SERVICE}, {@code SERVICE.NAMESPACE}, or {@code *} for whoever has an identity. */
  private String caller(Value value) {
    String text = value.text();
    if (text.equals("*")) {
      return text;
    }
    int dot = text.indexOf('.');
    String name = dot < 0 ? text : text.substring(0, dot);
    String namespace = dot < 0 ? service.namespace() : text.substring(dot + 1);
    if (!Texts.isLabel(name) || !Texts.isLabel(namespace)) {
      value.error("must be SERVICE, SERVICE.NAMESPACE or *, not \"" + text + "\"");
    }
    return mesh.settings().trustDomain() + "/ns/" + namespace + "/sa/" + name;
  }

  private static String path(Value value) {
    String text = value.text();
    int star = text.indexOf('*');
    if (!text.equals("*") && (!text.startsWith("/") || (star >= 0 && star < text.length() - 1))) {
      value.error("must begin with / and may end with *, not \"" + text + "\"");
    }
    return text;
  }
}
