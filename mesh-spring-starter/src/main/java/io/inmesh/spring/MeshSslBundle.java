package io.inmesh.spring;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import io.inmesh.runtime.member.Member;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslStoreBundle;

/**
 * The SSL bundle {@code mesh}: the application's certificate in the mesh, and the mesh's
 * authorities. Whoever uses it follows each rotation. It is waited for when it is first used, not
 * before.
 */
final class MeshSslBundle implements SslBundleRegistrar {
  static final String NAME = "mesh";

  private final Supplier<Member> member;
  private final Duration patience;

  /**
   * A bundle.
   *
   * @param patience how long the first who uses it waits for a certificate
   */
  MeshSslBundle(Supplier<Member> member, Duration patience) {
    this.member = member;
    this.patience = patience;
  }

  @Override
  public void registerBundles(SslBundleRegistry registry) {
    Member of = member.get();
    var used = new AtomicBoolean();
    registry.registerBundle(NAME, SslBundle.of(new Stores(of, patience, used)));
    of.identity()
        .onChange(
            () -> {
              // Whoever has not asked yet gets the certificate of that time anyway.
              if (used.get()) {
                registry.updateBundle(NAME, SslBundle.of(new Stores(of, patience, used)));
              }
            });
  }

  /** The certificate and the authorities of the time when they are asked for. */
  private record Stores(Member member, Duration patience, AtomicBoolean used)
      implements SslStoreBundle {
    private static final String ALIAS = "mesh";
    private static final String NO_PASSWORD = "";

    @Override
    public KeyStore getKeyStore() {
      try {
        member.awaitIdentity(patience);
        used.set(true);
        KeyMaterial own = member.identity().certificate(SecretStore.OWN_CERTIFICATE);
        KeyStore store = empty();
        if (own != null) {
          store.setKeyEntry(
              ALIAS, own.key(), NO_PASSWORD.toCharArray(), own.chain().toArray(new Certificate[0]));
        }
        return store;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted before there was a certificate", interrupted);
      } catch (GeneralSecurityException | IOException broken) {
        throw new IllegalStateException("the mesh's certificate cannot be used", broken);
      } catch (IllegalStateException none) {
        throw MeshJoinException.withoutCertificate(
            member.name(), String.valueOf(none.getMessage()), none);
      }
    }

    @Override
    public String getKeyStorePassword() {
      return NO_PASSWORD;
    }

    @Override
    public KeyStore getTrustStore() {
      TrustBundle roots = member.identity().trust(SecretStore.OWN_ROOTS);
      try {
        KeyStore store = empty();
        int number = 0;
        for (X509Certificate root : all(roots)) {
          store.setCertificateEntry("root-" + number++, root);
        }
        return store;
      } catch (GeneralSecurityException | IOException broken) {
        throw new IllegalStateException("the mesh's authorities cannot be used", broken);
      }
    }

    private static List<X509Certificate> all(@Nullable TrustBundle roots) {
      return roots == null
          ? List.of()
          : roots.authorities().values().stream().flatMap(List::stream).toList();
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    }
  }
}
