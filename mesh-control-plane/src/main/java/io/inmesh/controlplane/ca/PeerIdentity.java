package io.inmesh.controlplane.ca;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.inmesh.controlplane.ads.CallCredentials;
import io.inmesh.controlplane.ads.StreamAuthenticator;
import io.inmesh.identity.SpiffeId;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Finds out who calls: by the client's certificate, which the TLS layer has verified, or by a join
 * token in the metadata {@code authorization: Bearer}. Either proves something only as long as the
 * join file of the service is there. A token that proves nothing is not passed over: such a call
 * has no identity even with a certificate.
 */
public final class PeerIdentity implements ServerInterceptor, StreamAuthenticator {
  /** The identity of the caller of the current call. */
  public static final Context.Key<Optional<SpiffeId>> CALLER =
      Context.keyWithDefault("inmesh-caller", Optional.empty());

  private static final System.Logger LOG = System.getLogger("io.inmesh.ca");

  private final JoinTokens tokens;
  private final String trustDomain;

  public PeerIdentity(JoinTokens tokens, String trustDomain) {
    this.tokens = tokens;
    this.trustDomain = trustDomain;
  }

  /**
   * Who shows this; empty if it proves nothing.
   *
   * @throws RefusedException if that cannot be found out
   */
  private Optional<SpiffeId> identify(Credentials shown) {
    try {
      if (shown.bearer().isPresent()) {
        return tokens.verify(shown.bearer().get());
      }
      return shown.chain().stream()
          .findFirst()
          .flatMap(SpiffeId::of)
          .filter(id -> id.trustDomain().equals(trustDomain))
          .filter(tokens::isIssued);
    } catch (IllegalStateException | UncheckedIOException unusable) {
      LOG.log(Level.WARNING, "a join file cannot be used: {0}", unusable.getMessage());
      throw new RefusedException(
          "the control plane cannot use the join file of this service: " + unusable.getMessage());
    }
  }

  @Override
  public Optional<SpiffeId> authenticate(Credentials shown) {
    Optional<SpiffeId> id = identify(shown);
    if (id.isEmpty()) {
      throw new RefusedException(
          shown.bearer().isPresent()
              ? "the join token is not valid"
              : "neither a join token nor a certificate of a service of the trust domain "
                  + trustDomain
                  + " that has a join file");
    }
    return id;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Optional<SpiffeId> caller;
    try {
      caller = identify(CallCredentials.of(call, headers));
    } catch (RefusedException refused) {
      call.close(Status.UNAUTHENTICATED.withDescription(refused.getMessage()), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
  }
}
