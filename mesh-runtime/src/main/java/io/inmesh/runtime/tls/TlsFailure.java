package io.inmesh.runtime.tls;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SpiffeId;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.OpenSslCertificateException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why a handshake failed, in words that do not depend on the provider. */
public final class TlsFailure {
  private static final String[] CERTIFICATE_ALERTS = {
    "bad_certificate", "unsupported_certificate", "certificate_revoked", "certificate_expired",
    "certificate_unknown", "unknown_ca", "access_denied", "certificate_required",
    "handshake_failure"
  };

  private TlsFailure() {}

  /**
   * Why.
   *
   * @param own our certificate, which the peer may have refused; null if we have none
   */
  public static String reason(Throwable failure, @Nullable KeyMaterial own) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof OpenSslCertificateException refused) {
        return String.valueOf(refused.getMessage());
      }
      if (at instanceof NotSslRecordException) {
        return "the peer does not speak TLS";
      }
      if (at instanceof ClosedChannelException) {
        return "the peer closed the connection during the handshake";
      }
    }
    Throwable tls = tlsCause(failure);
    String message = String.valueOf((tls == null ? failure : tls).getMessage());
    String plain = message.toLowerCase(Locale.ROOT).replace(' ', '_');
    if (plain.contains("did_not_return_a_certificate")
        || plain.contains("empty_client_certificate_chain")) {
      return "the peer presented no certificate";
    }
    if (refusedUs(failure)) {
      return "the peer refused "
          + (own == null
              ? "us, who have no certificate"
              : SpiffeId.of(own.leaf())
                  .map(SpiffeId::uri)
                  .orElseGet(() -> PeerTrust.identity(own.leaf())))
          + ": "
          + message;
    }
    return message;
  }

  /** Whether the peer has told us that it does not accept our certificate, or the lack of one. */
  public static boolean refusedUs(Throwable failure) {
    Throwable tls = tlsCause(failure);
    if (tls == null) {
      return false;
    }
    String message = String.valueOf(tls.getMessage()).toLowerCase(Locale.ROOT);
    if (!message.contains("alert")) {
      return false;
    }
    for (String alert : CERTIFICATE_ALERTS) {
      if (message.contains(alert)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Throwable tlsCause(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof SSLException) {
        return at;
      }
    }
    return null;
  }
}
