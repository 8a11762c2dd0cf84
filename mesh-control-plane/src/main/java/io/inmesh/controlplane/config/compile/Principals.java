package io.inmesh.controlplane.config.compile;

import io.inmesh.config.MetadataMatcher;
import io.inmesh.config.Rbac;
import io.inmesh.config.Rbac.Principal;
import io.inmesh.config.Regex;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.StringMatcher.Exact;
import io.inmesh.config.StringMatcher.Prefix;
import io.inmesh.config.StringMatcher.Suffix;
import io.inmesh.config.ValueMatcher;
import io.inmesh.controlplane.config.model.AuthorizationPolicy.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Callers, and users that their tokens speak of, as RBAC names them. */
final class Principals {
  private static final String SPIFFE = "spiffe://";
  private static final String LOCAL = "cluster.local";
  private static final String JWT = "envoy.filters.http.jwt_authn";
  private static final String PAYLOAD = "payload";
  private static final StringMatcher SOMETHING = new StringMatcher.Pattern(new Regex(".+"));

  private final String trustDomain;

  Principals(String trustDomain) {
    this.trustDomain = trustDomain;
  }

  /** {@code cluster.local} stands for the mesh's own trust domain. */
  Values migrated(Values values) {
    return new Values(
        values.values().stream().map(this::migrated).toList(),
        values.notValues().stream().map(this::migrated).toList());
  }

  private String migrated(String principal) {
    return principal.startsWith(LOCAL + "/ns/")
        ? trustDomain + principal.substring(LOCAL.length())
        : principal;
  }

  /** {@code TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT}, with a {@code *} at an end. */
  Principal peer(String value) {
    StringMatcher name;
    if (value.equals("*")) {
      name = SOMETHING;
    } else if (value.startsWith("*")) {
      name = new StringMatcher.Pattern(new Regex(SPIFFE + ".*" + value.substring(1)));
    } else {
      name = Patterns.text(SPIFFE + value, false);
    }
    return authenticated(name);
  }

  private static Principal authenticated(StringMatcher name) {
    return new Rbac.Authenticated(Optional.of(name));
  }

  static Principal namespace(String value) {
    String regex = ".*/ns/" + value.replace("*", ".*") + "/.*";
    return authenticated(new StringMatcher.Pattern(new Regex(regex)));
  }

  /** {@code NAME}, or {@code NAMESPACE/NAME}. */
  static Principal account(String value, String ownNamespace) {
    int slash = value.indexOf('/');
    String namespace = slash < 0 ? ownNamespace : value.substring(0, slash);
    String regex =
        SPIFFE + ".+/ns/" + namespace + "/(.+/|)sa/" + value.substring(slash + 1) + "(/.+)?";
    return authenticated(new StringMatcher.Pattern(new Regex(regex)));
  }

  /** {@code ISSUER/SUBJECT}, with a {@code *} at an end. */
  static Principal user(List<String> values) {
    var users = new ArrayList<Principal>();
    for (String value : values) {
      int slash = value.lastIndexOf('/');
      String issuer = slash < 0 ? value : value.substring(0, slash);
      String subject = slash < 0 ? "" : value.substring(slash + 1);
      users.add(
          new Rbac.AllPrincipals(
              List.of(
                  text("iss", issuer(value, issuer, slash >= 0)),
                  text("sub", subject(value, subject, slash >= 0)))));
    }
    return users.size() == 1 ? users.get(0) : new Rbac.AnyPrincipal(users);
  }

  private static StringMatcher issuer(String value, String issuer, boolean parted) {
    if (value.startsWith("*")) {
      return !parted || issuer.equals("*") ? SOMETHING : new Suffix(issuer.substring(1), false);
    }
    return value.endsWith("*") && !parted
        ? new Prefix(issuer.substring(0, issuer.length() - 1), false)
        : new Exact(issuer, false);
  }

  private static StringMatcher subject(String value, String subject, boolean parted) {
    if (value.equals("*") || (value.endsWith("*") && !value.startsWith("*") && !parted)) {
      return SOMETHING;
    }
    if (value.startsWith("*")) {
      return parted ? new Exact(subject, false) : new Suffix(value.substring(1), false);
    }
    if (value.endsWith("*")) {
      return subject.equals("*")
          ? SOMETHING
          : new Prefix(subject.substring(0, subject.length() - 1), false);
    }
    return new Exact(subject, false);
  }

  private static Principal text(String claim, StringMatcher value) {
    return of(List.of(claim), new ValueMatcher.Text(value));
  }

  /** A claim, possibly within others, that is one of these texts, or a list that has one. */
  static Principal claim(List<String> path, List<String> values) {
    List<ValueMatcher> texts =
        values.stream()
            .<ValueMatcher>map(value -> new ValueMatcher.Text(Patterns.text(value, false)))
            .toList();
    ValueMatcher wanted = texts.size() == 1 ? texts.get(0) : new ValueMatcher.AnyOf(texts);
    return of(path, new ValueMatcher.AnyOf(List.of(new ValueMatcher.OneOf(wanted), wanted)));
  }

  private static Principal of(List<String> claims, ValueMatcher value) {
    var path = new ArrayList<String>();
    path.add(PAYLOAD);
    path.addAll(claims);
    return new Rbac.OfMetadata(new MetadataMatcher(JWT, path, value, false), false);
  }
}
