package io.inmesh.runtime.assemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Secret;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.testkit.pki.TestSecrets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SecretViewTest {
  private final TestPki pki = new TestPki("cluster.local");
  private final TestSecrets own = new TestSecrets(pki.service("web"), pki.trust());
  private final TrustBundle platform = new TrustBundle(Map.of("", List.of(pki.root())));
  private final SecretView view = new SecretView(own, () -> platform);
  private final AtomicInteger told = new AtomicInteger();

  private static Secret secret(
      String name, Optional<io.inmesh.identity.KeyMaterial> own, Optional<TrustBundle> roots) {
    return new Secret(name, own, roots, Optional.empty());
  }

  @Test
  void thePlanesSecretsStandBesideOurOwn() {
    view.onChange(told::incrementAndGet);
    var sent = pki.service("other");
    view.update(Map.of("sent", secret("sent", Optional.of(sent), Optional.of(platform))));
    assertThat(told).hasValue(1);
    assertThat(view.certificate("sent")).isSameAs(sent);
    assertThat(view.trust("sent")).isSameAs(platform);
    assertThat(view.certificate(SecretStore.OWN_CERTIFICATE))
        .isSameAs(own.certificate(SecretStore.OWN_CERTIFICATE));
    view.update(Collections.singletonMap("sent", null));
    assertThat(told).hasValue(2);
    assertThat(view.certificate("sent")).isNull();
  }

  /** Who may send config may not say who we are, nor whom we believe in the mesh. */
  @Test
  void thePlaneCannotReplaceOurOwn() {
    var other = new TestPki("evil.test");
    String certificate = SecretStore.OWN_CERTIFICATE;
    String roots = SecretStore.OWN_ROOTS;
    view.update(
        Map.of(
            certificate,
            secret(certificate, Optional.of(other.service("web")), Optional.empty()),
            roots,
            secret(roots, Optional.empty(), Optional.of(other.trust())),
            Passthrough.PLATFORM_ROOTS,
            secret(Passthrough.PLATFORM_ROOTS, Optional.empty(), Optional.of(other.trust()))));
    assertThat(view.certificate(certificate)).isSameAs(own.certificate(certificate));
    assertThat(view.trust(roots)).isSameAs(own.trust(roots));
    assertThat(view.trust(Passthrough.PLATFORM_ROOTS)).isSameAs(platform);
  }

  @Test
  void ourOwnChangesAreToldToo() {
    view.onChange(told::incrementAndGet);
    own.certificate(SecretStore.OWN_CERTIFICATE, pki.service("web"));
    assertThat(told.get()).isPositive();
  }

  @Test
  void nothingChangedTellsNothing() {
    view.onChange(told::incrementAndGet);
    view.update(Map.of());
    assertThat(told).hasValue(0);
  }
}
