package io.inmesh.testkit.code;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.testkit.code.bad.DefaultClock;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CodeRulesTest {
  private final CodeRules rules = new CodeRules(DefaultClock.class, Set.of()) {};

  @Test
  void findsCycles() {
    assertThatThrownBy(rules::packagesHaveNoCycles)
        .hasMessageContaining("bad.inner")
        .hasMessageContaining("Cycle detected");
  }

  @Test
  void findsPackagesWithoutNullMarked() {
    assertThatThrownBy(rules::packagesAreNullMarked).hasMessageContaining("DefaultClock");
  }

  @Test
  void findsAmbientTimeInCallsAndMethodReferences() {
    assertThatThrownBy(rules::timeRandomnessAndEnvironmentAreArguments)
        .hasMessageContaining("currentTimeMillis")
        .hasMessageContaining("nanoTime");
  }

  @Test
  void allowsAmbientTimeInCompositionRoots() {
    CodeRules rooted = new CodeRules(DefaultClock.class, Set.of(DefaultClock.class.getName())) {};
    assertThatCode(rooted::timeRandomnessAndEnvironmentAreArguments).doesNotThrowAnyException();
  }

  @Test
  void findsSleep() {
    assertThatThrownBy(rules::nothingSleeps).hasMessageContaining("DefaultClock.pause");
  }

  @Test
  void findsMutableStatics() {
    assertThatThrownBy(rules::staticFieldsAreFinal).hasMessageContaining("calls");
  }

  @Test
  void findsEmptyWordsInNames() {
    assertThatThrownBy(rules::namesHaveNoEmptyWords).hasMessageContaining("DefaultClock");
  }
}
