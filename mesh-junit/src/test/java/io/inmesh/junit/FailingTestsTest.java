package io.inmesh.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.inmesh.Mesh;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What authors of tests read when something is wrong, and what is left behind. */
class FailingTestsTest {
  private static EngineExecutionResults run(Class<?> type) {
    return EngineTestKit.engine("junit-jupiter").selectors(selectClass(type)).execute();
  }

  private static String failures(Class<?> type) {
    return run(type).allEvents().failed().stream()
        .flatMap(
            event ->
                Stream.of(
                    event.getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class)))
        .map(result -> String.valueOf(result.getThrowable().orElseThrow().getMessage()))
        .collect(Collectors.joining("\n"));
  }

  @MeshTest
  static class Broken {
    @Test
    void neverRuns() {}
  }

  @Test
  void aBrokenFileFailsTheTestByFileAndLine() {
    assertThat(failures(Broken.class))
        .contains("io/inmesh/junit/Broken.mesh.yaml:3:12: error")
        .contains("tiemout");
  }

  @MeshTest("nowhere.yaml")
  static class Missing {
    @Test
    void neverRuns() {}
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThat(failures(Missing.class))
        .contains("io/inmesh/junit/nowhere.yaml")
        .contains("@MeshTest(\"nowhere.yaml\")");
  }

  @MeshTest("/io/inmesh/junit/MeshTestTest.mesh.yaml")
  static class Named {
    @Test
    void itHolds(Mesh mesh) throws Exception {
      var request = io.inmesh.call.Request.of("GET", java.net.URI.create("http://greeting/"));
      assertThat(mesh.blocking().send(request).text()).isEqualTo("hello from the file");
    }
  }

  @Test
  void aFileMayBeNamedFromTheRoot() {
    run(Named.class).testEvents().assertStatistics(stats -> stats.succeeded(1));
  }

  @MeshTest(life = MeshTest.Life.METHOD)
  static class TooEarly {
    @BeforeAll
    static void none(MeshTestPlane plane) {}

    @Test
    void neverRuns() {}
  }

  @Test
  void aMeshOfEachTestIsNotThereBeforeAll() {
    assertThat(failures(TooEarly.class)).contains("life = METHOD");
  }

  @MeshTest
  static class WrongField {
    @As("cart")
    String cart;

    @Test
    void neverRuns() {}
  }

  @Test
  void aFieldOfAnotherTypeIsNamed() {
    assertThat(failures(WrongField.class)).contains("WrongField.cart");
  }

  private static final List<X509Certificate> SEEN = new ArrayList<>();
  private static final List<MeshTestPlane> PLANES = new ArrayList<>();
  private static final List<Path> DIRECTORIES = new ArrayList<>();

  @MeshTest(life = MeshTest.Life.METHOD)
  static class Each {
    private MeshTestPlane plane;

    private void note(MeshTestPlane given) throws Exception {
      assertThat(given).isSameAs(plane);
      var member = given.join("a");
      member.awaitIdentity(java.time.Duration.ofSeconds(15));
      SEEN.add(member.mesh().status().identity().orElseThrow().chain().get(0));
      PLANES.add(given);
      DIRECTORIES.add(given.joinFile("a"));
    }

    @Test
    void one(MeshTestPlane given) throws Exception {
      note(given);
    }

    @Test
    void two(MeshTestPlane given) throws Exception {
      note(given);
      throw new IllegalStateException("even if it fails");
    }
  }

  @Test
  void eachTestMayHaveItsOwnAndNothingIsLeft() {
    run(Each.class).testEvents().assertStatistics(stats -> stats.succeeded(1).failed(1));
    assertThat(PLANES).hasSize(2).doesNotHaveDuplicates();
    assertThat(SEEN.get(0)).isNotEqualTo(SEEN.get(1));
    assertThat(DIRECTORIES).allMatch(Files::notExists);
  }
}
