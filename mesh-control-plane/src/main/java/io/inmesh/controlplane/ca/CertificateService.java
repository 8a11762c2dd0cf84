package io.inmesh.controlplane.ca;

import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.inmesh.controlplane.audit.AuditLog;
import io.inmesh.controlplane.ca.Authority.Asked;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SpiffeId;
import io.inmesh.proto.istio.IstioCertificateRequest;
import io.inmesh.proto.istio.IstioCertificateResponse;
import io.inmesh.xds.ca.CertificateMethods;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Signs certificates over Istio's protocol, each only for who proves to be what it asks for: see
 * {@link PeerIdentity}. Answers with the leaf and the root.
 */
public final class CertificateService {
  private static final System.Logger LOG = System.getLogger("io.inmesh.ca");

  private final Authority authority;
  private final Duration longest;
  private final IssuedCertificates issued;
  private final AuditLog audit;

  /**
   * The service.
   *
   * @param longest what a certificate may live at most; also what it lives if the request does not
   *     say
   * @param issued where those that are signed are kept in mind
   */
  public CertificateService(
      Authority authority, Duration longest, IssuedCertificates issued, AuditLog audit) {
    this.authority = authority;
    this.issued = issued;
    this.audit = audit;
    this.longest = longest;
  }

  /** For a gRPC server; needs {@link PeerIdentity} before it. */
  public ServerServiceDefinition definition() {
    return ServerServiceDefinition.builder(CertificateMethods.SERVICE)
        .addMethod(CertificateMethods.CREATE, ServerCalls.asyncUnaryCall(this::create))
        .build();
  }

  private void create(
      IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> answer) {
    try {
      answer.onNext(create(request));
      answer.onCompleted();
    } catch (StatusRuntimeException refused) {
      String why = String.valueOf(refused.getStatus().getDescription());
      LOG.log(Level.WARNING, "refused: {0}", why);
      audit.record("certificate.refused", caller(), Map.of("reason", why));
      answer.onError(refused);
    }
  }

  private IstioCertificateResponse create(IstioCertificateRequest request) {
    Optional<SpiffeId> caller = PeerIdentity.CALLER.get();
    if (caller.isEmpty()) {
      throw refusal(
          Status.UNAUTHENTICATED,
          "a certificate needs a valid join token or a valid certificate of this mesh");
    }
    Asked asked;
    try {
      asked = Authority.read(request.getCsr());
    } catch (IllegalArgumentException malformed) {
      throw refusal(
          Status.INVALID_ARGUMENT,
          "the request of " + caller.get() + ": " + malformed.getMessage());
    }
    if (!asked.id().equals(caller.get())) {
      throw refusal(
          Status.PERMISSION_DENIED, caller.get() + " asks for a certificate of " + asked.id());
    }
    Duration life = life(request.getValidityDuration());
    X509Certificate leaf = authority.sign(asked.id(), asked.key(), life);
    issued.add(asked.id(), leaf);
    audit.record(
        "certificate.signed",
        caller(),
        Map.of(
            "serial", leaf.getSerialNumber().toString(16),
            "not_after", leaf.getNotAfter().toInstant().toString()));
    LOG.log(Level.DEBUG, "signed {0} for {1}", asked.id(), life);
    return IstioCertificateResponse.newBuilder()
        .addCertChain(Pem.ofCertificates(List.of(leaf)))
        .addCertChain(Pem.ofCertificates(List.of(authority.root())))
        .build();
  }

  private static String caller() {
    return PeerIdentity.CALLER.get().map(SpiffeId::uri).orElse("");
  }

  private Duration life(long seconds) {
    return seconds <= 0 || seconds > longest.toSeconds() ? longest : Duration.ofSeconds(seconds);
  }

  private static StatusRuntimeException refusal(Status status, String why) {
    return status.withDescription(why).asRuntimeException();
  }
}
