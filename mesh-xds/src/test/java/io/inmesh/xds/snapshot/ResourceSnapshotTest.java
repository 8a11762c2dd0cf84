package io.inmesh.xds.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.inmesh.config.Resource;
import io.inmesh.state.StateDirectory;
import io.inmesh.testkit.VirtualLoop;
import io.inmesh.xds.ads.ResourceMemory.Kept;
import io.inmesh.xds.ads.ResourceMemory.Recalled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceSnapshotTest {
  private static final int LIMIT = 1 << 20;

  private final VirtualLoop writer = new VirtualLoop();
  @TempDir private Path parent;
  private Path state;
  private Path file;

  @BeforeEach
  void paths() {
    state = parent.resolve("state");
    file = state.resolve("config.snapshot");
  }

  private ResourceSnapshot snapshot() {
    return snapshot("web", LIMIT);
  }

  private ResourceSnapshot snapshot(String scope, int limit) {
    return new ResourceSnapshot(new StateDirectory(state), scope, writer, limit);
  }

  private static Kept kept(Resource.Type type, String name, String version, String content) {
    return new Kept(new Resource.Key(type, name), version, ByteString.copyFromUtf8(content));
  }

  private static Kept cluster(String name, String content) {
    return kept(Resource.Type.CLUSTER, name, "v1", content);
  }

  @Test
  void whatWasKeptIsRecalledByTheNextRun() {
    ResourceSnapshot first = snapshot();
    assertThat(first.recall()).isEqualTo(Recalled.NOTHING);
    first.keep(cluster("a", "old"), "6");
    first.keep(cluster("b", "gone"), "6");
    first.keep(kept(Resource.Type.ENDPOINTS, "a", "", "e"), "7");
    first.keep(cluster("a", "new"), "8");
    first.forget(new Resource.Key(Resource.Type.CLUSTER, "b"));
    writer.advance(Duration.ofSeconds(2));
    Recalled recalled = snapshot().recall();
    assertThat(recalled.revision()).isEqualTo("8");
    assertThat(recalled.resources())
        .containsExactlyInAnyOrder(
            cluster("a", "new"), kept(Resource.Type.ENDPOINTS, "a", "", "e"));
  }

  @Test
  void whatANewRunDoesNotTouchStays() {
    ResourceSnapshot first = snapshot();
    first.keep(cluster("a", "a"), "1");
    writer.advance(Duration.ofSeconds(2));
    ResourceSnapshot second = snapshot();
    second.recall();
    second.keep(cluster("b", "b"), "2");
    writer.advance(Duration.ofSeconds(2));
    assertThat(snapshot().recall().resources())
        .containsExactlyInAnyOrder(cluster("a", "a"), cluster("b", "b"));
  }

  @Test
  void changesOfASecondAreWrittenTogetherAndTheLastAtTheEnd() throws IOException {
    ResourceSnapshot snapshot = snapshot();
    snapshot.keep(cluster("a", "1"), "1");
    writer.advance(Duration.ofMillis(900));
    assertThat(file).doesNotExist();
    snapshot.keep(cluster("a", "2"), "2");
    writer.advance(Duration.ofMillis(200));
    assertThat(snapshot().recall().resources()).containsExactly(cluster("a", "2"));
    snapshot.keep(cluster("a", "3"), "3");
    writer.runTasks();
    snapshot.close();
    assertThat(snapshot().recall().resources()).containsExactly(cluster("a", "3"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
        .isEqualTo("rwx------");
  }

  @Test
  void damagedForeignAndOtherPeoplesFilesArePassedOver() throws IOException {
    ResourceSnapshot first = snapshot();
    first.keep(cluster("a", "content"), "1");
    writer.advance(Duration.ofSeconds(2));
    byte[] good = Files.readAllBytes(file);

    assertThat(snapshot("another service", LIMIT).recall()).isEqualTo(Recalled.NOTHING);

    for (int at : new int[] {0, 10, good.length / 2, good.length - 1}) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      Files.write(file, bad);
      assertThat(snapshot().recall()).as("a bit flipped at " + at).isEqualTo(Recalled.NOTHING);
    }
    Files.write(file, new byte[0]);
    assertThat(snapshot().recall()).isEqualTo(Recalled.NOTHING);
    Files.write(file, java.util.Arrays.copyOf(good, good.length - 3));
    assertThat(snapshot().recall()).isEqualTo(Recalled.NOTHING);

    Files.write(file, good);
    assertThat(snapshot().recall().resources()).hasSize(1);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
    assertThat(snapshot().recall()).as("others could have written it").isEqualTo(Recalled.NOTHING);
  }

  @Test
  void afterAnUnusableFileTheNextWriteReplacesIt() throws IOException {
    new StateDirectory(state);
    Files.writeString(file, "nonsense");
    ResourceSnapshot snapshot = snapshot();
    assertThat(snapshot.recall()).isEqualTo(Recalled.NOTHING);
    snapshot.keep(cluster("a", "a"), "1");
    writer.advance(Duration.ofSeconds(2));
    assertThat(snapshot().recall().resources()).containsExactly(cluster("a", "a"));
  }

  @Test
  void aDirectoryThatIsOpenToOthersIsRefusedWithAMessage() throws IOException {
    Files.createDirectory(state);
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(this::snapshot)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(state.toString())
        .hasMessageContaining("open to others");
  }

  @Test
  void theFileIsBoundedAndTheLongestUnchangedAreLeftOut() {
    ResourceSnapshot small = snapshot("web", 20_000);
    for (int i = 0; i < 10; i++) {
      small.keep(cluster("c" + i, "x".repeat(3_000)), "1");
    }
    small.keep(cluster("c0", "y".repeat(3_000)), "2");
    writer.advance(Duration.ofSeconds(2));
    assertThat(file.toFile().length()).isLessThan(20_000);
    Recalled recalled = snapshot("web", 20_000).recall();
    assertThat(recalled.resources())
        .extracting(each -> each.key().name())
        .containsExactly("c6", "c7", "c8", "c9", "c0");
  }

  @Test
  void aDiskThatFailsIsTriedAgainWithTheNextChange() throws IOException {
    ResourceSnapshot snapshot = snapshot();
    snapshot.keep(cluster("a", "1"), "1");
    Files.delete(state);
    writer.advance(Duration.ofSeconds(2));
    Files.createDirectory(
        state, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    snapshot.keep(cluster("b", "1"), "1");
    writer.advance(Duration.ofSeconds(2));
    assertThat(snapshot().recall().resources()).hasSize(2);
  }
}
