package io.inmesh.controlplane.ca;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.inmesh.identity.SpiffeId;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Finds out who calls: by the client's certificate, which the TLS layer has verified, or by a join
 * token in the metadata {@code authorization: Bearer}. A token that proves nothing is not passed
 * over: such a call has no identity even with a certificate.
 */
public final class PeerIdentity implements ServerInterceptor {
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

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String authorization = headers.get(AUTHORIZATION);
    Optional<SpiffeId> caller =
        authorization != null && authorization.startsWith(BEARER)
            ? tokens.verify(authorization.substring(BEARER.length()))
            : byCertificate(call);
    return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
  }

  private Optional<SpiffeId> byCertificate(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf
          ? SpiffeId.of(leaf).filter(id -> id.trustDomain().equals(trustDomain))
          : Optional.empty();
    } catch (SSLPeerUnverifiedException none) {
      return Optional.empty();
    }
  }
}
