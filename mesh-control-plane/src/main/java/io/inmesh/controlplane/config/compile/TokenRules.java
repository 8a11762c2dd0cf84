package io.inmesh.controlplane.config.compile;

import io.inmesh.config.JwtAuthentication;
import io.inmesh.config.JwtAuthentication.AllRequirements;
import io.inmesh.config.JwtAuthentication.AllowMissing;
import io.inmesh.config.JwtAuthentication.AnyRequirement;
import io.inmesh.config.JwtAuthentication.ByProvider;
import io.inmesh.config.JwtAuthentication.ClaimHeader;
import io.inmesh.config.JwtAuthentication.HeaderPlace;
import io.inmesh.config.JwtAuthentication.Jwks;
import io.inmesh.config.JwtAuthentication.LocalJwks;
import io.inmesh.config.JwtAuthentication.Places;
import io.inmesh.config.JwtAuthentication.RemoteJwks;
import io.inmesh.config.JwtAuthentication.Requirement;
import io.inmesh.config.JwtAuthentication.Results;
import io.inmesh.config.RouteMatch;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.RequestAuthentication;
import io.inmesh.controlplane.config.model.RequestAuthentication.JwtRule;
import io.inmesh.controlplane.config.model.Service;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Makes the filter that verifies the tokens of users: none is demanded, one that is there must be
 * good.
 */
final class TokenRules {
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);
  private static final Duration CACHE = Duration.ofMinutes(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** No key at all: every token of the issuer is refused. */
  private static final Jwks NO_KEYS = new LocalJwks("{\"keys\": []}");

  private final MeshModel model;

  TokenRules(MeshModel model) {
    this.model = model;
  }

  Optional<JwtAuthentication> filter(List<RequestAuthentication> policies) {
    List<JwtRule> rules =
        policies.stream()
            .flatMap(policy -> policy.rules().stream())
            .sorted(Comparator.comparing(JwtRule::issuer))
            .toList();
    if (rules.isEmpty()) {
      return Optional.empty();
    }
    Map<String, JwtAuthentication.Provider> providers = new LinkedHashMap<>();
    var each = new ArrayList<Requirement>();
    var one = new ArrayList<Requirement>();
    for (JwtRule rule : rules) {
      String name = "origins-" + providers.size();
      providers.put(name, provider(rule));
      var provider = new ByProvider(name, List.of());
      one.add(provider);
      each.add(new AnyRequirement(List.of(provider, new AllowMissing())));
    }
    Requirement requirement = each.get(0);
    if (each.size() > 1) {
      // Providers may look at the same place: then each refuses the other's tokens.
      one.add(new AllRequirements(each));
      requirement = new AnyRequirement(one);
    }
    var all =
        new JwtAuthentication.Rule(
            RouteMatch.of(new RouteMatch.Prefix("/", true)), Optional.of(requirement));
    return Optional.of(new JwtAuthentication(providers, List.of(all), Map.of(), true, false));
  }

  private JwtAuthentication.Provider provider(JwtRule rule) {
    var lists = new TreeSet<>(List.of("permission", "scope"));
    lists.addAll(rule.spaceDelimitedClaims());
    var places =
        new Places(
            rule.headers().stream().map(to -> new HeaderPlace(to.getKey(), to.getValue())).toList(),
            rule.params(),
            rule.cookies(),
            rule.forward());
    var results =
        new Results(
            rule.payloadHeader(),
            false,
            "payload",
            "",
            "",
            List.copyOf(lists),
            rule.claimHeaders().stream()
                .map(to -> new ClaimHeader(to.getKey(), to.getValue()))
                .toList(),
            false);
    return new JwtAuthentication.Provider(
        rule.issuer(),
        rule.audiences(),
        Optional.empty(),
        keys(rule),
        places,
        results,
        false,
        Optional.empty(),
        CLOCK_SKEW);
  }

  private Jwks keys(JwtRule rule) {
    if (!rule.jwks().isEmpty()) {
      return new LocalJwks(rule.jwks());
    }
    return cluster(model, rule.jwksUri())
        .<Jwks>map(
            name ->
                new RemoteJwks(rule.jwksUri(), name, rule.timeout().orElse(TIMEOUT), CACHE, false))
        .orElse(NO_KEYS);
  }

  /** The cluster of the service that keys are fetched from; empty if there is none. */
  static Optional<String> cluster(MeshModel model, String uri) {
    if (uri.isEmpty()) {
      return Optional.empty();
    }
    URI at = URI.create(uri);
    int port = at.getPort() >= 0 ? at.getPort() : "https".equals(at.getScheme()) ? 443 : 80;
    return model.services().stream()
        .filter(service -> service.host().equalsIgnoreCase(at.getHost()))
        .flatMap(service -> service.ports().stream().map(known -> entry(service, known)))
        .filter(entry -> entry.getValue() == port)
        .map(entry -> Names.outbound(port, "", entry.getKey()))
        .findFirst();
  }

  private static Map.Entry<String, Integer> entry(Service service, Service.Port port) {
    return Map.entry(service.host(), port.number());
  }
}
