package io.inmesh.runtime.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Who does the cryptography. Both behave alike. */
public enum TlsProvider {
  /** BoringSSL if its library is there, the JDK otherwise. */
  BEST,
  /** BoringSSL. */
  BORINGSSL,
  /** The JDK's. */
  JDK;

  SslProvider netty() {
    boolean native_ = this == BORINGSSL || (this == BEST && OpenSsl.isAvailable());
    return native_ ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
  }
}
