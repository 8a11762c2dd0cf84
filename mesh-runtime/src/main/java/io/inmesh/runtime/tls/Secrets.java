package io.inmesh.runtime.tls;

import io.inmesh.config.TransportSocket.InlineSecret;
import io.inmesh.config.TransportSocket.Local;
import io.inmesh.config.TransportSocket.Sds;
import io.inmesh.config.TransportSocket.SecretSource;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what config refers to. */
final class Secrets {
  private Secrets() {}

  /** The certificate of now; null if none is configured or it has not arrived. */
  static @Nullable KeyMaterial certificate(SecretStore store, Optional<SecretSource> source) {
    SecretSource from = source.orElse(null);
    if (from instanceof InlineSecret inline) {
      return inline.value().certificate().orElse(null);
    }
    return from == null ? null : store.certificate(name(from));
  }

  /** The authorities of now; null if none are configured or they have not arrived. */
  static @Nullable TrustBundle trust(SecretStore store, Optional<SecretSource> source) {
    SecretSource from = source.orElse(null);
    if (from instanceof InlineSecret inline) {
      return inline.value().authorities().orElse(null);
    }
    return from == null ? null : store.trust(name(from));
  }

  /** What a message calls it. */
  static String name(SecretSource source) {
    if (source instanceof Sds sds) {
      return sds.name();
    }
    if (source instanceof Local local) {
      return local.name();
    }
    return ((InlineSecret) source).value().name();
  }
}
