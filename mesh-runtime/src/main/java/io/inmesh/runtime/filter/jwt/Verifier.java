package io.inmesh.runtime.filter.jwt;

import io.inmesh.runtime.stage.FilteredCall;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A compiled requirement. */
interface Verifier {
  JwtStatus verify(Verification request);

  /** Tells of the keys that a request may need and that are not there yet. */
  void pending(FilteredCall call, Consumer<KeySource> found);

  /** Tokens of one provider. */
  record OfIssuer(Issuer issuer, @Nullable Set<String> audiences, Extraction extraction)
      implements Verifier {
    @Override
    public JwtStatus verify(Verification request) {
      extraction.sanitize(request.call);
      List<Token> tokens = extraction.tokens(request.call);
      JwtStatus status = JwtStatus.MISSED;
      // All tokens must be good; they are tried from the last one.
      for (int i = tokens.size() - 1; i >= 0; i--) {
        status = verify(tokens.get(i), request);
        if (status != JwtStatus.OK) {
          break;
        }
      }
      tellFailure(status, issuer, request);
      return status;
    }

    private JwtStatus verify(Token token, Verification request) {
      Jwt cached = issuer.cache().find(token.text());
      if (cached == null) {
        Jwt.Read read = Jwt.read(token.text());
        return read.jwt() == null
            ? read.status()
            : check(issuer, read.jwt(), false, token, audiences, request);
      }
      return check(issuer, cached, true, token, audiences, request);
    }

    @Override
    public void pending(FilteredCall call, Consumer<KeySource> found) {
      if (issuer.keys().isPending(call) && extraction.finds(call)) {
        found.accept(issuer.keys());
      }
    }
  }

  private static void tellFailure(JwtStatus status, Issuer issuer, Verification request) {
    String key = issuer.settings().results().failureMetadata();
    if (status != JwtStatus.OK && !key.isEmpty()) {
      request.metadata.put(
          key, Map.of("code", (double) status.ordinal(), "message", status.text()));
    }
  }

  private static JwtStatus check(
      Issuer issuer,
      Jwt jwt,
      boolean verified,
      Token token,
      @Nullable Set<String> audiences,
      Verification request) {
    if (!token.place().allows(jwt.iss())) {
      return JwtStatus.UNKNOWN_ISSUER;
    }
    JwtStatus status = issuer.judge(jwt, request.nowSeconds, audiences);
    if (status == JwtStatus.OK && !verified) {
      Jwks keys = issuer.keys().keys();
      status = keys == null ? issuer.keys().problem() : keys.verify(jwt);
      if (status == JwtStatus.OK) {
        issuer.cache().keep(token.text(), jwt);
      }
    }
    if (status == JwtStatus.OK) {
      request.clearsRoute |= issuer.forward(jwt, token, request.call, request.metadata);
    }
    return status;
  }

  /**
   * Tokens of whichever provider, or none.
   *
   * @param evenFailed whether bad tokens are let pass
   */
  record OfAnyone(Issuers issuers, Extraction extraction, boolean evenFailed) implements Verifier {
    @Override
    public JwtStatus verify(Verification request) {
      extraction.sanitize(request.call);
      List<Token> tokens = extraction.tokens(request.call);
      JwtStatus status = JwtStatus.OK;
      // As in Envoy all are looked at, and the verdict is that on the first one.
      for (int i = tokens.size() - 1; i >= 0; i--) {
        status = verify(tokens.get(i), request);
      }
      return evenFailed ? JwtStatus.OK : status;
    }

    private JwtStatus verify(Token token, Verification request) {
      Jwt.Read read = Jwt.read(token.text());
      if (read.jwt() == null) {
        return read.status();
      }
      Issuer issuer = issuers.of(read.jwt().iss());
      if (issuer == null) {
        return JwtStatus.UNKNOWN_ISSUER;
      }
      JwtStatus status = check(issuer, read.jwt(), false, token, null, request);
      tellFailure(status, issuer, request);
      return status;
    }

    @Override
    public void pending(FilteredCall call, Consumer<KeySource> found) {
      for (Issuer issuer : issuers.all()) {
        if (issuer.keys().isPending(call) && extraction.finds(call)) {
          found.accept(issuer.keys());
        }
      }
    }
  }

  /** All of these. */
  record All(List<Verifier> parts) implements Verifier {
    @Override
    public JwtStatus verify(Verification request) {
      for (Verifier part : parts) {
        JwtStatus status = part.verify(request);
        if (status != JwtStatus.OK) {
          return status;
        }
      }
      return JwtStatus.OK;
    }

    @Override
    public void pending(FilteredCall call, Consumer<KeySource> found) {
      parts.forEach(part -> part.pending(call, found));
    }
  }

  /**
   * One of these. If none is, the reason given is the last one that is not about a missing token or
   * an unknown issuer.
   *
   * @param evenMissing whether it is enough that all tokens are missing
   * @param evenFailed whether it is never refused
   */
  record Any(List<Verifier> parts, boolean evenMissing, boolean evenFailed) implements Verifier {
    @Override
    public JwtStatus verify(Verification request) {
      JwtStatus reason = JwtStatus.MISSED;
      for (Verifier part : parts) {
        JwtStatus status = part.verify(request);
        if (status == JwtStatus.OK) {
          return status;
        }
        boolean telling = status != JwtStatus.MISSED && status != JwtStatus.UNKNOWN_ISSUER;
        if (telling || reason == JwtStatus.MISSED) {
          reason = status;
        }
      }
      return evenFailed || (evenMissing && reason == JwtStatus.MISSED) ? JwtStatus.OK : reason;
    }

    @Override
    public void pending(FilteredCall call, Consumer<KeySource> found) {
      parts.forEach(part -> part.pending(call, found));
    }
  }
}
