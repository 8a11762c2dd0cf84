package io.inmesh.runtime;

import io.inmesh.identity.TrustBundle;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The authorities that the Java platform trusts, read when they are first needed. */
final class PlatformRoots implements Supplier<TrustBundle> {
  private @Nullable TrustBundle roots;

  @Override
  public synchronized TrustBundle get() {
    TrustBundle known = roots;
    if (known == null) {
      known = new TrustBundle(Map.of("", read()));
      roots = known;
    }
    return known;
  }

  private static List<X509Certificate> read() {
    try {
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      var all = new ArrayList<X509Certificate>();
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager plain) {
          all.addAll(List.of(plain.getAcceptedIssuers()));
        }
      }
      return all;
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException("the platform's trusted authorities cannot be read", broken);
    }
  }
}
