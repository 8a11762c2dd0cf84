package io.inmesh.controlplane.config.istio;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.inmesh.controlplane.config.model.AuthorizationPolicy;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Action;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Condition;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Operation;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Rule;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Source;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Values;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Reads security.istio.io AuthorizationPolicy. */
final class AuthorizationPolicies {
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "source.ip",
          "remote.ip",
          "source.namespace",
          "source.principal",
          "source.serviceAccount",
          "request.auth.principal",
          "request.auth.audiences",
          "request.auth.presenter",
          "destination.ip",
          "destination.port",
          "connection.sni");

  private static final java.util.regex.Pattern METADATA =
      java.util.regex.Pattern.compile("experimental\\.envoy\\.filters\\.[^\\[]+\\[.+]");

  private AuthorizationPolicies() {}

  static void read(ResourceHeader header, MeshBuilder mesh) {
    Fields spec = header.spec();
    var target = Targets.read(header);
    Action action =
        spec.read("action", v -> v.choice(Action.class, Action::name)).orElse(Action.ALLOW);
    String provider = spec.read("provider", AuthorizationPolicies::provider).orElse("");
    List<Rule> rules = spec.list("rules", AuthorizationPolicies::rule);
    if (rules.isEmpty() && action != Action.ALLOW) {
      spec.owner().error(action + " without rules means nothing: {} is a rule for all requests");
    }
    if ((action == Action.CUSTOM) == provider.isEmpty()) {
      spec.owner().error("a provider is what CUSTOM has, and no other action");
    }
    spec.end();
    target.ifPresent(
        to ->
            mesh.add(
                new AuthorizationPolicy(
                    header.origin(), to, action, rules, header.dryRun(), provider)));
  }

  private static String provider(Value value) {
    Fields fields = value.fields();
    String name = fields.required("name").map(Value::text).orElse("");
    fields.end();
    return name;
  }

  private static Rule rule(Value value) {
    Fields fields = value.fields();
    var rule =
        new Rule(
            some(fields, "from", AuthorizationPolicies::source),
            some(fields, "to", AuthorizationPolicies::operation),
            fields.list("when", AuthorizationPolicies::condition));
    fields.end();
    return rule;
  }

  /** A list that is there must say something. */
  private static <T> List<T> some(
      Fields fields, String name, java.util.function.Function<Value, T> reader) {
    List<T> items = fields.list(name, reader);
    if (items.isEmpty()) {
      fields.find(name).ifPresent(list -> list.error("must not be empty"));
    }
    return items;
  }

  private static Source source(Value value) {
    Fields outer = value.fields();
    Value inner = outer.required("source").orElse(value);
    outer.end();
    Fields fields = inner.fields();
    var source =
        new Source(
            values(fields, "principals", "notPrincipals", AuthorizationPolicies::pattern),
            values(fields, "requestPrincipals", "notRequestPrincipals", v -> {}),
            values(fields, "serviceAccounts", "notServiceAccounts", AuthorizationPolicies::account),
            values(fields, "namespaces", "notNamespaces", AuthorizationPolicies::pattern),
            values(fields, "ipBlocks", "notIpBlocks", AuthorizationPolicies::range),
            values(fields, "remoteIpBlocks", "notRemoteIpBlocks", AuthorizationPolicies::range));
    if (Stream.of(
            source.principals(),
            source.requestPrincipals(),
            source.serviceAccounts(),
            source.namespaces(),
            source.ipBlocks(),
            source.remoteIpBlocks())
        .allMatch(Values::isAny)) {
      inner.error("must not be empty");
    }
    if (!source.serviceAccounts().isAny()
        && !(source.principals().isAny() && source.namespaces().isAny())) {
      inner.error("serviceAccounts stand for principals and namespaces");
    }
    fields.end();
    return source;
  }

  private static Operation operation(Value value) {
    Fields outer = value.fields();
    Value inner = outer.required("operation").orElse(value);
    outer.end();
    Fields fields = inner.fields();
    var operation =
        new Operation(
            values(fields, "hosts", "notHosts", v -> {}),
            values(fields, "methods", "notMethods", v -> {}),
            values(fields, "paths", "notPaths", PathTemplates::check),
            values(fields, "ports", "notPorts", AuthorizationPolicies::port));
    if (Stream.of(operation.hosts(), operation.methods(), operation.paths(), operation.ports())
        .allMatch(Values::isAny)) {
      inner.error("must not be empty");
    }
    fields.end();
    return operation;
  }

  private static Condition condition(Value value) {
    Fields fields = value.fields();
    String key = fields.required("key").map(Value::text).orElse("");
    boolean named = isNamed(key, "request.headers") || isNamed(key, "request.auth.claims");
    boolean metadata = METADATA.matcher(key).matches();
    if (!key.isEmpty() && !named && !metadata && !ATTRIBUTES.contains(key)) {
      value.error("\"" + key + "\" is not an attribute");
    }
    Values values = values(fields, "values", "notValues", check(key));
    if (values.isAny()) {
      value.error("has neither values nor notValues");
    }
    fields.end();
    return new Condition(key, values);
  }

  private static boolean isNamed(String key, String attribute) {
    return key.startsWith(attribute + "[")
        && key.endsWith("]")
        && key.length() > attribute.length() + 2;
  }

  private static Consumer<Value> check(String key) {
    return switch (key) {
      case "source.ip", "remote.ip", "destination.ip" -> AuthorizationPolicies::range;
      case "destination.port" -> AuthorizationPolicies::port;
      case "source.principal", "source.namespace" -> AuthorizationPolicies::pattern;
      case "source.serviceAccount" -> AuthorizationPolicies::account;
      default -> value -> {};
    };
  }

  private static Values values(Fields fields, String name, String not, Consumer<Value> check) {
    return new Values(
        fields.list(name, v -> text(v, check)), fields.list(not, v -> text(v, check)));
  }

  private static String text(Value value, Consumer<Value> check) {
    String text = value.text();
    if (text.isEmpty()) {
      value.error("must not be empty");
    } else {
      check.accept(value);
    }
    return text;
  }

  private static void range(Value value) {
    if (!Hosts.isRange(value.text())) {
      value.error("\"" + value.text() + "\" is neither an IP address nor a range of them");
    }
  }

  private static void port(Value value) {
    String text = value.text();
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65535) {
      value.error("\"" + text + "\" is not a port");
    }
  }

  /** Names become part of a regular expression, as they are. */
  private static void pattern(Value value) {
    try {
      Pattern.compile(value.text().replace("*", ".*"));
    } catch (PatternSyntaxException e) {
      value.error("not a name: " + e.getMessage());
    }
  }

  private static void account(Value value) {
    String text = value.text();
    if (text.contains("*") || text.indexOf('/') != text.lastIndexOf('/')) {
      value.error("must be NAME or NAMESPACE/NAME, without wildcards");
    }
    pattern(value);
  }
}
