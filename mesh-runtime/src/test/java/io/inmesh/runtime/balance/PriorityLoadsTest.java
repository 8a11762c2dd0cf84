package io.inmesh.runtime.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PriorityLoadsTest {
  /** Healthy, degraded and all hosts of each level. */
  private static List<PriorityLoads.Health> levels(int... counts) {
    List<PriorityLoads.Health> levels = new ArrayList<>();
    for (int i = 0; i < counts.length; i += 3) {
      levels.add(level(counts[i], counts[i + 1], counts[i + 2]));
    }
    return levels;
  }

  private static PriorityLoads.Health level(int healthy, int degraded, int all) {
    return new PriorityLoads.Health(all, all, healthy, degraded, 140, all, healthy, degraded);
  }

  private static int[] loads(PriorityLoads loads, int levels) {
    var found = new int[levels * 2];
    for (int i = 0; i < levels; i++) {
      found[i] = loads.healthy(i);
      found[levels + i] = loads.degraded(i);
    }
    return found;
  }

  @Test
  void whatALevelCannotTakeSpillsToTheNext() {
    assertThat(loads(new PriorityLoads(levels(2, 0, 4, 3, 0, 3), 50), 2))
        .containsExactly(70, 30, 0, 0);
    assertThat(loads(new PriorityLoads(levels(3, 0, 4, 3, 0, 3), 50), 2))
        .containsExactly(100, 0, 0, 0);
  }

  @Test
  void degradedHostsTakeWhatHealthyOnesCannot() {
    assertThat(loads(new PriorityLoads(levels(1, 3, 4), 50), 1)).containsExactly(35, 65);
  }

  @Test
  void aLevelPanicsOnlyIfAllTogetherAreNotEnough() {
    var enough = new PriorityLoads(levels(1, 0, 3, 3, 0, 3), 100);
    assertThat(enough.panics(0)).isFalse();
    var scarce = new PriorityLoads(levels(1, 0, 4, 1, 0, 2), 50);
    assertThat(scarce.panics(0)).isFalse();
    scarce = new PriorityLoads(levels(1, 0, 5, 1, 0, 2), 50);
    assertThat(scarce.panics(0)).isTrue();
    assertThat(scarce.panics(1)).as("50 is not below 50").isFalse();
  }

  @Test
  void whenAllPanicTheNumberOfHostsCounts() {
    var loads = new PriorityLoads(levels(0, 0, 3, 0, 0, 1), 50);
    assertThat(loads.panics(0) && loads.panics(1)).isTrue();
    assertThat(loads(loads, 2)).containsExactly(75, 25, 0, 0);
  }

  @Test
  void withoutAThresholdNobodyPanics() {
    var loads = new PriorityLoads(levels(0, 0, 3, 0, 0, 1), 0);
    assertThat(loads.panics(0) || loads.panics(1)).isFalse();
    assertThat(loads(loads, 2)).containsExactly(100, 0, 0, 0);
  }

  @Property
  void loadsAddUpToAllAndNoLoadGoesWhereNobodyIs(
      @ForAll("someLevels") List<PriorityLoads.Health> levels,
      @ForAll("thresholds") int threshold) {
    var loads = new PriorityLoads(levels, threshold);
    int sum = 0;
    for (int i = 0; i < levels.size(); i++) {
      sum += loads.healthy(i) + loads.degraded(i);
      boolean any = levels.stream().anyMatch(level -> level.healthy() + level.degraded() > 0);
      if (any && !loads.panics(i) && levels.get(i).healthy() == 0) {
        assertThat(loads.healthy(i)).isZero();
      }
      assertThat(loads.degraded(i) > 0 && levels.get(i).degraded() == 0).isFalse();
    }
    assertThat(sum).isEqualTo(100);
    for (long draw = 0; draw < 100; draw++) {
      int level = loads.choose(draw);
      assertThat(level < 0 ? loads.degraded(~level) : loads.healthy(level)).isPositive();
    }
  }

  @Provide
  Arbitrary<List<PriorityLoads.Health>> someLevels() {
    Arbitrary<Integer> counts = Arbitraries.integers().between(0, 6);
    return Combinators.combine(counts, counts, counts)
        .as((healthy, degraded, rest) -> level(healthy, degraded, healthy + degraded + rest))
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  @Provide
  Arbitrary<Integer> thresholds() {
    return Arbitraries.of(0, 30, 50, 100);
  }
}
