package io.inmesh.controlplane.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.config.Address;
import io.inmesh.state.StateDirectory;
import io.inmesh.testkit.VirtualLoop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  private static final Duration LEASE = Duration.ofSeconds(10);

  @TempDir Path directory;
  private final VirtualLoop loop = new VirtualLoop();
  private final AtomicInteger changes = new AtomicInteger();

  private Registry registry(boolean withFile) {
    RegistryFile file =
        withFile
            ? new RegistryFile(new StateDirectory(directory.resolve("state")), Runnable::run)
            : null;
    var registry = new Registry(loop, LEASE, file);
    registry.start();
    registry.onChange(changes::incrementAndGet);
    return registry;
  }

  private static Registration instance(int port) {
    return new Registration(
        "orders",
        "default",
        new Address("127.0.0.1", port),
        "http",
        Map.of("version", "v1"),
        1,
        false);
  }

  private static Registration goodbye(int port) {
    Registration it = instance(port);
    return new Registration(
        it.service(), it.namespace(), it.address(), it.protocol(), it.labels(), it.weight(), true);
  }

  @Test
  void anInstanceLivesAsLongAsItsStreamAndOneLeaseLonger() {
    Registry registry = registry(false);
    Object stream = new Object();
    registry.registered(stream, instance(1));
    loop.advance(LEASE.multipliedBy(5));
    assertThat(registry.instances()).containsExactly(instance(1));

    registry.lost(stream);
    loop.advance(LEASE.minusNanos(1));
    assertThat(registry.instances()).containsExactly(instance(1));
    loop.advance(Duration.ofNanos(1));
    assertThat(registry.instances()).isEmpty();
  }

  @Test
  void oneThatComesBackInTimeWasNeverGone() {
    Registry registry = registry(false);
    Object first = new Object();
    registry.registered(first, instance(1));
    registry.lost(first);
    loop.advance(LEASE.dividedBy(2));
    int before = changes.get();
    registry.registered(new Object(), instance(1));
    loop.advance(LEASE.multipliedBy(3));
    assertThat(registry.instances()).containsExactly(instance(1));
    assertThat(changes.get() - before).as("settling only").isEqualTo(1);
  }

  @Test
  void aNewProcessAtTheSamePlaceTakesOverAndTheOldStreamsEndIsNothing() {
    Registry registry = registry(false);
    Object old = new Object();
    registry.registered(old, instance(1));
    registry.registered(new Object(), instance(1));
    registry.lost(old);
    loop.advance(LEASE.multipliedBy(3));
    assertThat(registry.instances()).containsExactly(instance(1));
  }

  @Test
  void goodbyeTakesItOutAtOnce() {
    Registry registry = registry(false);
    Object stream = new Object();
    registry.registered(stream, instance(1));
    registry.registered(stream, instance(2));
    registry.registered(stream, goodbye(1));
    assertThat(registry.instances()).containsExactly(instance(2));
  }

  @Test
  void aStrangersGoodbyeIsNothing() {
    Registry registry = registry(false);
    registry.registered(new Object(), instance(1));
    registry.registered(new Object(), goodbye(1));
    assertThat(registry.instances()).containsExactly(instance(1));
  }

  @Test
  void whatTheFileHoldsHasOneLeaseToComeBack() {
    Registry before = registry(true);
    before.registered(new Object(), instance(1));
    before.registered(new Object(), instance(2));
    loop.advance(LEASE);

    Registry after = registry(true);
    assertThat(after.settled()).isTrue();
    assertThat(after.instances()).containsExactly(instance(1), instance(2));
    after.registered(new Object(), instance(2));
    loop.advance(LEASE);
    assertThat(after.instances()).containsExactly(instance(2));
  }

  @Test
  void withoutAFileNothingIsSettledBeforeOneLease() {
    Registry registry = registry(true);
    assertThat(registry.settled()).isFalse();
    registry.registered(new Object(), instance(1));
    assertThat(directory.resolve("state/registry.json")).doesNotExist();
    loop.advance(LEASE);
    assertThat(registry.settled()).isTrue();
    assertThat(directory.resolve("state/registry.json")).exists();
  }

  @Test
  void aDamagedFileIsPassedOver() throws Exception {
    registry(true);
    loop.advance(LEASE);
    Files.writeString(directory.resolve("state/registry.json"), "[{\"service\":1}]");
    Registry registry = registry(true);
    assertThat(registry.settled()).isFalse();
    assertThat(registry.instances()).isEmpty();
  }

  @Test
  void metadataReadsBackAndNamesWhatIsWrong() {
    assertThat(Registration.of(instance(8080).toMetadata())).isEqualTo(instance(8080));
    Map<String, Object> bad = new HashMap<>(instance(1).toMetadata());
    bad.put("port", 70000.0);
    assertThatThrownBy(() -> Registration.of(bad)).hasMessageContaining("INMESH_REGISTRATION.port");
    bad.put("port", 1.0);
    bad.put("protocol", "smtp");
    assertThatThrownBy(() -> Registration.of(bad)).hasMessageContaining("protocol: smtp");
  }
}
