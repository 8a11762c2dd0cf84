package io.inmesh.controlplane.config.compile;

import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.HeaderMatcher.Present;
import io.inmesh.config.HeaderMatcher.Text;
import io.inmesh.config.MetadataMatcher;
import io.inmesh.config.Rbac;
import io.inmesh.config.Rbac.Caller;
import io.inmesh.config.Rbac.Permission;
import io.inmesh.config.Rbac.Policy;
import io.inmesh.config.Rbac.Principal;
import io.inmesh.config.ValueMatcher;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Condition;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Operation;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Rule;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Source;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Makes a policy of RBAC of a rule: {@code from} and conditions about the caller become principals,
 * {@code to} and the others permissions.
 */
final class AuthorizationRules {
  private static final String PORT = "destination.port";
  private static final String HEADERS = "request.headers[";
  private static final String CLAIMS = "request.auth.claims[";
  private static final String FILTERS = "experimental.";

  private final Principals principals;

  AuthorizationRules(String trustDomain) {
    this.principals = new Principals(trustDomain);
  }

  Policy policy(Rule rule, String namespace) {
    List<Permission> permissions =
        rule.to().isEmpty()
            ? List.of(allPermissions(conditions(rule)))
            : rule.to().stream().map(to -> permission(to, rule)).toList();
    List<Principal> ids =
        rule.from().isEmpty()
            ? List.of(allPrincipals(callers(rule, namespace)))
            : rule.from().stream().map(from -> principal(from, rule, namespace)).toList();
    return new Policy(permissions, ids);
  }

  private static Permission allPermissions(List<Permission> all) {
    return new Rbac.AllPermissions(all.isEmpty() ? List.of(new Rbac.Any()) : all);
  }

  private static Principal allPrincipals(List<Principal> all) {
    return new Rbac.AllPrincipals(all.isEmpty() ? List.of(new Rbac.Any()) : all);
  }

  private static Permission permission(Operation to, Rule rule) {
    var all = new ArrayList<Permission>();
    permissions(to.hosts(), AuthorizationRules::host, all);
    permissions(to.methods(), value -> new Rbac.Header(header(":method", value)), all);
    permissions(to.paths(), AuthorizationRules::path, all);
    permissions(to.ports(), AuthorizationRules::port, all);
    all.addAll(conditions(rule));
    return allPermissions(all);
  }

  private static void permissions(
      Values values, Function<String, Permission> one, List<Permission> out) {
    if (!values.values().isEmpty()) {
      out.add(new Rbac.AnyPermission(values.values().stream().map(one).toList()));
    }
    if (!values.notValues().isEmpty()) {
      List<Permission> not = values.notValues().stream().map(one).toList();
      out.add(new Rbac.NotPermission(new Rbac.AnyPermission(not)));
    }
  }

  private static Permission host(String value) {
    HeaderMatcher.Value wanted =
        value.equals("*") ? new Present(true) : new Text(Patterns.text(value, true));
    return new Rbac.Header(new HeaderMatcher(":authority", wanted, false, false));
  }

  private static Permission path(String value) {
    if (value.contains("{*}") || value.contains("{**}")) {
      return new Rbac.Template(value.replace("{**}", "**").replace("{*}", "*"));
    }
    return new Rbac.UrlPath(Patterns.text(value, false));
  }

  private static Permission port(String value) {
    int port = Integer.parseInt(value);
    return new Rbac.DestinationPorts(port, port + 1);
  }

  static HeaderMatcher header(String name, String value) {
    HeaderMatcher.Value wanted =
        value.equals("*") ? new Present(true) : new Text(Patterns.text(value, false));
    return new HeaderMatcher(name.toLowerCase(Locale.ROOT), wanted, false, false);
  }

  /** The conditions that are about what is called. */
  private static List<Permission> conditions(Rule rule) {
    var all = new ArrayList<Permission>();
    for (Condition when : rule.when()) {
      switch (when.key()) {
        case "destination.ip" ->
            permissions(when.values(), v -> new Rbac.DestinationIp(Patterns.range(v)), all);
        case PORT -> permissions(when.values(), AuthorizationRules::port, all);
        case "connection.sni" ->
            permissions(when.values(), v -> new Rbac.ServerName(Patterns.text(v, false)), all);
        default -> {
          if (when.key().startsWith(FILTERS)) {
            metadata(when, all);
          }
        }
      }
    }
    return all;
  }

  /** {@code experimental.envoy.filters.NAME[KEY]}: metadata of a filter. */
  private static void metadata(Condition when, List<Permission> out) {
    int bracket = when.key().indexOf('[');
    String filter = when.key().substring(FILTERS.length(), bracket);
    String key = when.key().substring(bracket + 1, when.key().length() - 1);
    Function<List<String>, Permission> of =
        values -> {
          List<ValueMatcher> wanted = values.stream().map(AuthorizationRules::listed).toList();
          ValueMatcher value = wanted.size() == 1 ? wanted.get(0) : new ValueMatcher.AnyOf(wanted);
          return new Rbac.OfMetadata(
              new MetadataMatcher(filter, List.of(key), value, false), false);
        };
    if (!when.values().values().isEmpty()) {
      out.add(of.apply(when.values().values()));
    }
    if (!when.values().notValues().isEmpty()) {
      out.add(new Rbac.NotPermission(of.apply(when.values().notValues())));
    }
  }

  private static ValueMatcher listed(String value) {
    boolean list = value.startsWith("[") && value.endsWith("]");
    var text =
        new ValueMatcher.Text(
            Patterns.text(list ? value.substring(1, value.length() - 1) : value, false));
    return list ? new ValueMatcher.OneOf(text) : text;
  }

  private Principal principal(Source from, Rule rule, String namespace) {
    var all = new ArrayList<Principal>();
    principals(principals.migrated(from.principals()), principals::peer, all);
    extended(from.requestPrincipals(), Principals::user, all);
    principals(from.serviceAccounts(), v -> Principals.account(v, namespace), all);
    principals(from.namespaces(), Principals::namespace, all);
    principals(from.remoteIpBlocks(), v -> caller(Caller.REMOTE, v), all);
    principals(from.ipBlocks(), v -> caller(Caller.DIRECT, v), all);
    all.addAll(callers(rule, namespace));
    return allPrincipals(all);
  }

  private static Principal caller(Caller which, String range) {
    return new Rbac.CallerIp(which, Patterns.range(range));
  }

  private static void principals(
      Values values, Function<String, Principal> one, List<Principal> out) {
    if (!values.values().isEmpty()) {
      out.add(new Rbac.AnyPrincipal(values.values().stream().map(one).toList()));
    }
    if (!values.notValues().isEmpty()) {
      List<Principal> not = values.notValues().stream().map(one).toList();
      out.add(new Rbac.NotPrincipal(new Rbac.AnyPrincipal(not)));
    }
  }

  /** What judges all values in one. */
  private static void extended(
      Values values, Function<List<String>, Principal> all, List<Principal> out) {
    if (!values.values().isEmpty()) {
      out.add(all.apply(values.values()));
    }
    if (!values.notValues().isEmpty()) {
      out.add(new Rbac.NotPrincipal(all.apply(values.notValues())));
    }
  }

  /** The conditions that are about who calls. */
  private List<Principal> callers(Rule rule, String namespace) {
    var all = new ArrayList<Principal>();
    for (Condition when : rule.when()) {
      Values values = when.values();
      switch (when.key()) {
        case "source.ip" -> principals(values, v -> caller(Caller.DIRECT, v), all);
        case "remote.ip" -> principals(values, v -> caller(Caller.REMOTE, v), all);
        case "source.namespace" -> principals(values, Principals::namespace, all);
        case "source.serviceAccount" ->
            principals(values, v -> Principals.account(v, namespace), all);
        case "source.principal" -> principals(principals.migrated(values), principals::peer, all);
        case "request.auth.principal" -> extended(values, Principals::user, all);
        case "request.auth.audiences" ->
            extended(values, v -> Principals.claim(List.of("aud"), v), all);
        case "request.auth.presenter" ->
            extended(values, v -> Principals.claim(List.of("azp"), v), all);
        default -> named(when, all);
      }
    }
    return all;
  }

  private static void named(Condition when, List<Principal> out) {
    String key = when.key();
    if (key.startsWith(HEADERS)) {
      String name = key.substring(HEADERS.length(), key.length() - 1);
      principals(when.values(), value -> new Rbac.Header(header(name, value)), out);
    } else if (key.startsWith(CLAIMS)) {
      String names = key.substring(CLAIMS.length(), key.length() - 1);
      List<String> path = List.of(names.split("\\]\\[", -1));
      extended(when.values(), values -> Principals.claim(path, values), out);
    }
  }
}
