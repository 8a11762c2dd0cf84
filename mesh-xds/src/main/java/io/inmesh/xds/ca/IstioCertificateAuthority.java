package io.inmesh.xds.ca;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import io.inmesh.identity.TrustBundle;
import io.inmesh.proto.istio.IstioCertificateRequest;
import io.inmesh.proto.istio.IstioCertificateResponse;
import io.inmesh.xds.grpc.PlaneChannel;
import io.inmesh.xds.grpc.PlaneServer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An authority that speaks Istio's protocol: Istiod, or our own control plane. Each request goes
 * over a connection of its own, so that it proves who we are with what is valid at its time. Stages
 * complete on a network thread.
 *
 * <p>Source: istio.v1.auth.IstioCertificateService.
 */
public final class IstioCertificateAuthority implements CertificateAuthority {
  private static final Duration NEVER = Duration.ofDays(1);

  private final PlaneServer server;
  private final SecretStore secrets;
  private final InstantSource clock;
  private final Duration timeout;
  private volatile boolean closed;

  /**
   * An authority; nothing happens before it is asked.
   *
   * @param secrets where our own certificate is, if it proves who we are
   * @param timeout of one request, connecting included
   */
  public IstioCertificateAuthority(
      PlaneServer server, SecretStore secrets, InstantSource clock, Duration timeout) {
    this.server = server;
    this.secrets = secrets;
    this.clock = clock;
    this.timeout = timeout;
  }

  @Override
  public CompletionStage<Issued> sign(String csrPem, Duration validity) {
    var issued = new CompletableFuture<Issued>();
    if (closed) {
      issued.completeExceptionally(new IllegalStateException("closed"));
      return issued;
    }
    PlaneChannel channel;
    try {
      channel = PlaneChannel.to(server, secrets, clock, new PlaneChannel.Times(timeout, NEVER));
    } catch (IOException | RuntimeException unusable) {
      issued.completeExceptionally(failure("cannot be connected to: " + unusable.getMessage()));
      return issued;
    }
    ClientCall<IstioCertificateRequest, IstioCertificateResponse> call =
        channel
            .calls()
            .newCall(
                CertificateMethods.CREATE,
                CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS));
    call.start(new Answer(channel, issued), channel.headers());
    call.request(2);
    call.sendMessage(
        IstioCertificateRequest.newBuilder()
            .setCsr(csrPem)
            .setValidityDuration(Math.max(1, validity.toSeconds()))
            .build());
    call.halfClose();
    return issued;
  }

  private IOException failure(String what) {
    return new IOException("the certificate authority " + server.target() + " " + what);
  }

  private final class Answer extends ClientCall.Listener<IstioCertificateResponse> {
    private final PlaneChannel channel;
    private final CompletableFuture<Issued> issued;
    private @Nullable IstioCertificateResponse response;

    Answer(PlaneChannel channel, CompletableFuture<Issued> issued) {
      this.channel = channel;
      this.issued = issued;
    }

    @Override
    public void onMessage(IstioCertificateResponse message) {
      response = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      channel.close();
      IstioCertificateResponse answer = response;
      if (status.getCode() == Status.Code.PERMISSION_DENIED
          || status.getCode() == Status.Code.UNAUTHENTICATED) {
        issued.completeExceptionally(
            new RefusedException(
                "the certificate authority "
                    + server.target()
                    + " refuses: "
                    + PlaneChannel.reason(status)));
      } else if (!status.isOk() || answer == null) {
        issued.completeExceptionally(failure("did not answer: " + PlaneChannel.reason(status)));
      } else {
        try {
          issued.complete(read(answer));
        } catch (IllegalArgumentException malformed) {
          issued.completeExceptionally(
              failure("gave an unusable answer: " + malformed.getMessage()));
        }
      }
    }
  }

  /** Leaf, intermediates, root: what signed itself is a root. */
  static Issued read(IstioCertificateResponse response) {
    var chain = new ArrayList<X509Certificate>();
    var roots = new ArrayList<X509Certificate>();
    for (String pem : response.getCertChainList()) {
      for (X509Certificate certificate : Pem.certificates(pem)) {
        if (!chain.isEmpty() && isSelfSigned(certificate)) {
          roots.add(certificate);
        } else {
          chain.add(certificate);
        }
      }
    }
    if (chain.isEmpty() || roots.isEmpty()) {
      throw new IllegalArgumentException(
          chain.isEmpty() ? "no certificate" : "no self-signed root after the certificate");
    }
    SpiffeId id =
        SpiffeId.of(chain.get(0))
            .orElseThrow(() -> new IllegalArgumentException("the leaf has no SPIFFE identity"));
    return new Issued(chain, new TrustBundle(Map.of(id.trustDomain(), List.copyOf(roots))));
  }

  private static boolean isSelfSigned(X509Certificate certificate) {
    if (!certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
      return false;
    }
    try {
      certificate.verify(certificate.getPublicKey());
      return true;
    } catch (GeneralSecurityException signedByAnother) {
      return false;
    }
  }

  /** Requests that are under way go on; later ones fail. */
  @Override
  public void close() {
    closed = true;
  }
}
