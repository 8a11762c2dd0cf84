package io.inmesh.controlplane.ca;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.inmesh.controlplane.ads.StreamAuthenticator;
import io.inmesh.identity.SpiffeId;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Finds out who calls: by the client's certificate, which the TLS layer has verified, or by a join
 * token in the metadata {@code authorization: Bearer}. A token that proves nothing is not passed
 * over: such a call has no identity even with a certificate.
 */
public final class PeerIdentity implements ServerInterceptor, StreamAuthenticator {
  /** The identity of the caller of the current call. */
  public static final Context.Key<Optional<SpiffeId>> CALLER =
      Context.keyWithDefault("inmesh-caller", Optional.empty());

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "Bearer ";

  private final JoinTokens tokens;
  private final String trustDomain;

  public PeerIdentity(JoinTokens tokens, String trustDomain) {
    this.tokens = tokens;
    this.trustDomain = trustDomain;
  }

  private Optional<SpiffeId> identify(Credentials shown) {
    if (shown.bearer().isPresent()) {
      return tokens.verify(shown.bearer().get());
    }
    return shown.chain().stream()
        .findFirst()
        .flatMap(SpiffeId::of)
        .filter(id -> id.trustDomain().equals(trustDomain));
  }

  @Override
  public Optional<SpiffeId> authenticate(Credentials shown) {
    Optional<SpiffeId> id = identify(shown);
    if (id.isEmpty()) {
      throw new RefusedException(
          shown.bearer().isPresent()
              ? "the join token is not valid"
              : "neither a join token nor a certificate of the trust domain " + trustDomain);
    }
    return id;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Optional<String> bearer =
        Optional.ofNullable(headers.get(AUTHORIZATION))
            .filter(value -> value.startsWith(BEARER))
            .map(value -> value.substring(BEARER.length()));
    Optional<SpiffeId> caller = identify(new Credentials(chain(call), bearer));
    return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
  }

  private static List<X509Certificate> chain(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return List.of();
    }
    try {
      var chain = new ArrayList<X509Certificate>();
      for (Certificate certificate : session.getPeerCertificates()) {
        chain.add((X509Certificate) certificate);
      }
      return chain;
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
  }
}
