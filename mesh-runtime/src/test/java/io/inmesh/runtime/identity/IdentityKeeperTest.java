package io.inmesh.runtime.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import io.inmesh.state.StateDirectory;
import io.inmesh.testkit.VirtualLoop;
import io.inmesh.testkit.pki.TestPki;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityKeeperTest {
  private static final SpiffeId WEB = SpiffeId.ofServiceAccount("cluster.local", "default", "web");
  private static final Duration LIFE = Duration.ofMinutes(1);

  @TempDir Path directory;
  private final VirtualLoop loop = new VirtualLoop();
  private final Instant epoch = Instant.parse("2026-01-01T00:00:00Z");
  private final InstantSource clock = () -> epoch.plusNanos(loop.nanoTime());
  private final Authority authority = new Authority();

  private final class Authority implements CertificateAuthority {
    final List<Instant> asked = new ArrayList<>();
    TestPki pki = new TestPki("cluster.local", clock);
    String refusal = "";

    @Override
    public CompletionStage<Issued> sign(String csrPem, Duration validity) {
      asked.add(clock.instant());
      return refusal.isEmpty()
          ? CompletableFuture.completedStage(pki.sign(csrPem, validity))
          : CompletableFuture.failedStage(new RefusedException(refusal));
    }

    @Override
    public void close() {}
  }

  private IdentityKeeper keeper(SpiffeId id) {
    var settings = new IdentityKeeper.Settings(id, LIFE, true);
    var state = new StateDirectory(directory.resolve("state"));
    return new IdentityKeeper(
        settings, authority, Optional.of(state), loop, clock, new SecureRandom());
  }

  private IdentityKeeper started(SpiffeId id) {
    IdentityKeeper keeper = keeper(id);
    keeper.start();
    loop.runTasks();
    return keeper;
  }

  @Test
  void asksForItsIdentityAndServesItByName() {
    IdentityKeeper keeper = started(WEB);
    KeyMaterial own = keeper.certificate(SecretStore.OWN_CERTIFICATE);
    assertThat(own).isNotNull();
    assertThat(SpiffeId.of(own.leaf())).contains(WEB);
    assertThat(keeper.trust(SecretStore.OWN_ROOTS)).isEqualTo(authority.pki.trust());
    assertThat(keeper.certificate("other")).isNull();
    assertThat(keeper.error()).isEmpty();
  }

  @Test
  void renewsAroundHalfOfTheTime() {
    IdentityKeeper keeper = started(WEB);
    for (int i = 0; i < 20; i++) {
      Instant received = keeper.current().orElseThrow().receivedAt();
      restartAtReceipt(keeper);
      Duration waited = Duration.between(received, keeper.current().orElseThrow().receivedAt());
      // The end of a certificate is a whole second: its life is up to one second short.
      assertThat(waited).isBetween(Duration.ofMillis(23_500), Duration.ofMillis(36_100));
    }
  }

  /** Lets time pass until a new certificate has just been received. */
  private void restartAtReceipt(IdentityKeeper keeper) {
    int before = authority.asked.size();
    while (authority.asked.size() == before) {
      loop.advance(Duration.ofMillis(1));
    }
    assertThat(keeper.error()).isEmpty();
  }

  @Test
  void neverSoonerThanFiveSecondsAfterTheLast() {
    var settings = new IdentityKeeper.Settings(WEB, Duration.ofSeconds(2), false);
    var keeper =
        new IdentityKeeper(settings, authority, Optional.empty(), loop, clock, new SecureRandom());
    keeper.start();
    loop.advance(Duration.ofMillis(4_999));
    assertThat(authority.asked).hasSize(1);
    loop.advance(Duration.ofMillis(2));
    assertThat(authority.asked).hasSize(2);
  }

  @Test
  void aRefusalIsToldAndTriedAgainWhileTheOldOneServes() {
    IdentityKeeper keeper = started(WEB);
    KeyMaterial old = keeper.current().orElseThrow();
    authority.refusal = "the token was revoked";
    loop.advance(Duration.ofSeconds(50));
    assertThat(authority.asked.size()).isBetween(4, 20);
    assertThat(keeper.error())
        .contains("web")
        .contains("the token was revoked")
        .contains("valid until");
    assertThat(keeper.certificate(SecretStore.OWN_CERTIFICATE)).isSameAs(old);
    loop.advance(Duration.ofSeconds(60));
    assertThat(keeper.error()).contains("expired at");
    authority.refusal = "";
    loop.advance(Duration.ofSeconds(30));
    assertThat(keeper.error()).isEmpty();
    assertThat(keeper.current().orElseThrow().notAfter()).isAfter(clock.instant());
  }

  @Test
  void aRestartServesWhatIsOnDiskWithoutAsking() {
    KeyMaterial first = started(WEB).current().orElseThrow();
    authority.refusal = "down";
    int before = authority.asked.size();
    IdentityKeeper again = started(WEB);
    assertThat(again.current().orElseThrow().leaf()).isEqualTo(first.leaf());
    assertThat(again.trust(SecretStore.OWN_ROOTS)).isEqualTo(authority.pki.trust());
    assertThat(authority.asked).hasSize(before);
  }

  @Test
  void anExpiredCertificateOnDiskIsNotUsedAndTheMessageSaysSo() {
    IdentityKeeper first = started(WEB);
    first.close();
    loop.advance(Duration.ofMinutes(2));
    authority.refusal = "unreachable";
    IdentityKeeper again = started(WEB);
    assertThat(again.certificate(SecretStore.OWN_CERTIFICATE)).isNull();
    assertThat(again.error())
        .contains("unreachable")
        .contains("the certificate on disk expired at");
  }

  @Test
  void anotherServicesIdentityOnDiskIsNotUsed() {
    started(WEB).close();
    SpiffeId orders = SpiffeId.ofServiceAccount("cluster.local", "default", "orders");
    IdentityKeeper keeper = started(orders);
    assertThat(SpiffeId.of(keeper.current().orElseThrow().leaf())).contains(orders);
  }

  @Test
  void aDamagedFileIsPassedOver() throws Exception {
    started(WEB).close();
    Files.writeString(directory.resolve("state/identity.pem"), "nonsense");
    assertThat(started(WEB).current()).isPresent();
  }

  @Test
  void anAuthorityThatSignsAnotherIdentityIsNotBelieved() {
    authority.pki = new TestPki("cluster.local", clock);
    var lying =
        new CertificateAuthority() {
          @Override
          public CompletionStage<Issued> sign(String csrPem, Duration validity) {
            KeyMaterial other = authority.pki.service("admin");
            return CompletableFuture.completedStage(
                new Issued(other.chain(), authority.pki.trust()));
          }

          @Override
          public void close() {}
        };
    var settings = new IdentityKeeper.Settings(WEB, LIFE, false);
    var keeper =
        new IdentityKeeper(settings, lying, Optional.empty(), loop, clock, new SecureRandom());
    keeper.start();
    loop.runTasks();
    assertThat(keeper.current()).isEmpty();
    assertThat(keeper.error()).contains("sa/admin").contains("sa/web");
  }

  @Test
  void unchangedRootsStayTheSameObject() {
    IdentityKeeper keeper = started(WEB);
    var roots = keeper.trust(SecretStore.OWN_ROOTS);
    restartAtReceipt(keeper);
    assertThat(keeper.trust(SecretStore.OWN_ROOTS)).isSameAs(roots);
  }

  @Test
  void nothingWaitsAfterClose() {
    IdentityKeeper keeper = started(WEB);
    keeper.close();
    loop.runTasks();
    assertThat(loop.idle()).isTrue();
  }
}
