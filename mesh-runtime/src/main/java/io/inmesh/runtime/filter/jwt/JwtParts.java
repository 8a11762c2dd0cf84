package io.inmesh.runtime.filter.jwt;

import io.inmesh.config.JwtAuthentication;
import io.inmesh.config.JwtAuthentication.RemoteJwks;
import io.inmesh.config.JwtAuthentication.Requirement;
import io.inmesh.runtime.live.Scope;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.stage.Errands;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Compiles requirements. Fetched keys and verified tokens are live parts: they outlive updates that
 * do not change their provider.
 */
public final class JwtParts {
  private final JwtAuthentication settings;
  private final RuntimeValues runtime;
  private final Supplier<Instant> clock;
  private final Issuers issuers;
  private final Extraction everywhere;

  /** Where live parts are kept, and what fetches for them. */
  public record Keeping(String owner, Scope live, Errands errands) {}

  public JwtParts(
      JwtAuthentication settings, Keeping at, RuntimeValues runtime, Supplier<Instant> clock) {
    this.settings = settings;
    this.runtime = runtime;
    this.clock = clock;
    Map<String, Issuer> known = new HashMap<>();
    settings.providers().forEach((name, provider) -> known.put(name, issuer(name, provider, at)));
    this.issuers = new Issuers(known);
    this.everywhere = new Extraction(settings.providers().values());
  }

  private static Issuer issuer(String name, JwtAuthentication.Provider provider, Keeping at) {
    String path = at.owner() + "/" + name;
    Scope live = at.live();
    KeySource keys =
        provider.jwks() instanceof RemoteJwks remote
            ? live.keep(
                path,
                remote,
                RemoteKeys.class,
                () -> new RemoteKeys(remote, at.errands()),
                RemoteKeys::close)
            : new KeySource.Local(
                Jwks.read(((JwtAuthentication.LocalJwks) provider.jwks()).json()));
    TokenCache cache =
        live.keep(
            path,
            provider,
            TokenCache.class,
            () -> new TokenCache(provider.cachedTokens()),
            x -> {});
    return new Issuer(provider, keys, cache);
  }

  /** Finds the tokens of all providers. */
  Extraction everywhere() {
    return everywhere;
  }

  RuntimeValues runtime() {
    return runtime;
  }

  Supplier<Instant> clock() {
    return clock;
  }

  Verifier verifier(Requirement requirement) {
    if (requirement instanceof JwtAuthentication.ByProvider by) {
      Issuer issuer = issuers.named(by.provider());
      return new Verifier.OfIssuer(
          issuer,
          by.audiences().isEmpty() ? null : Issuer.audiences(by.audiences()),
          new Extraction(List.of(issuer.settings())));
    }
    if (requirement instanceof JwtAuthentication.Named named) {
      Requirement found = settings.requirements().get(named.name());
      if (found == null) {
        throw new IllegalArgumentException("no such requirement: " + named.name());
      }
      return verifier(found);
    }
    if (requirement instanceof JwtAuthentication.AllRequirements all) {
      return new Verifier.All(all.requirements().stream().map(this::verifier).toList());
    }
    if (requirement instanceof JwtAuthentication.AnyRequirement any) {
      return anyOf(any.requirements());
    }
    return new Verifier.OfAnyone(
        issuers, everywhere, requirement instanceof JwtAuthentication.AllowMissingOrFailed);
  }

  /**
   * Beside others, what needs no token looks at none: it only decides what becomes of the others'
   * verdict.
   */
  private Verifier anyOf(List<Requirement> requirements) {
    var parts = new ArrayList<Verifier>();
    Requirement lenient = null;
    for (Requirement part : requirements) {
      if (part instanceof JwtAuthentication.AllowMissingOrFailed) {
        lenient = part;
      } else if (part instanceof JwtAuthentication.AllowMissing) {
        lenient = lenient == null ? part : lenient;
      } else {
        parts.add(verifier(part));
      }
    }
    if (parts.isEmpty() && lenient != null) {
      return verifier(lenient);
    }
    return new Verifier.Any(
        parts,
        lenient instanceof JwtAuthentication.AllowMissing,
        lenient instanceof JwtAuthentication.AllowMissingOrFailed);
  }
}
