package io.inmesh.controlplane.config.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.controlplane.config.problem.Problems;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class YamlTextTest {
  private final Problems problems = new Problems();

  private List<Value> read(String text) {
    return YamlText.read("f", text, problems);
  }

  private List<String> found() {
    return problems.toList().stream().map(Problem::toString).toList();
  }

  @Test
  void everyValueKnowsWhereItStands() {
    List<Value> documents = read("a: 1\n---\n# empty\n---\nb:\n  - c: [x, y]\n");
    assertThat(documents).hasSize(2);
    Value y = documents.get(1).entries().get("b").items().get(0).entries().get("c").items().get(1);
    assertThat(y.position().line()).isEqualTo(6);
    assertThat(y.position().column()).isEqualTo(12);
    assertThat(y.path()).isEqualTo("b[0].c[1]");
  }

  @Test
  void jsonIsYaml() {
    assertThat(read("{\"a\": [1, 2.5, true, null, \"t\"]}").get(0).plain().toString())
        .isEqualTo("{a=[1, 2.5, true, null, t]}");
  }

  @Test
  void aliasesAreFollowed() {
    Value document = read("a: &x {k: v}\nb: *x\n").get(0);
    assertThat(document.entries().get("b").entries().get("k").text()).isEqualTo("v");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'{a: 1, a: 2}' | f:1:8: error: the key \"a\" stands here twice",
        "'{[a]: 1}' | f:1:2: error: a key must be text",
        "'&x {a: *x}' | f:1:1: error: a value holds itself through an alias",
        "'a: !!binary aa' | f:1:4: error: a: the tag tag:yaml.org,2002:binary is not allowed",
        "'a: !x b' | f:1:4: error: a: the tag !x is not allowed",
        "'a: b: c' | f:1:5: error: not YAML: mapping values are not allowed here",
      })
  void refuses(String text, String problem) {
    assertThat(read(text)).isEmpty();
    assertThat(found().get(0).replace("error: : ", "error: ")).isEqualTo(problem);
  }

  @Test
  void sizesAreBounded() {
    assertThat(read("[".repeat(100_000))).isEmpty();
    assertThat(found().get(0)).contains("nested deeper than 64 levels");
    var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      laughs.append("a%d: &a%d [".formatted(i, i));
      laughs.append("*a%d, ".formatted(i - 1).repeat(10)).append("]\n");
    }
    assertThat(read(laughs.toString())).isEmpty();
    assertThat(found().get(found().size() - 1)).contains("aliases make more than 1000000 values");
    assertThat(read("a: [" + "*x,".repeat(1001) + "]")).isEmpty();
    assertThat(found().get(found().size() - 1)).contains("more than 1000 aliases");
    assertThat(read(" ".repeat(YamlText.MAX_CHARACTERS + 1))).isEmpty();
    assertThat(found().get(found().size() - 1)).contains("longer than");
  }

  @ParameterizedTest
  @ValueSource(strings = {"y", "No", "on", "OFF", "true", "null", "~", "1", "0x1f", "1.5", ".inf"})
  void whatMightBeSomethingElseIsNotText(String written) {
    read("a: " + written).get(0).entries().get("a").text();
    assertThat(found()).hasSize(1);
    assertThat(read("a: '" + written + "'").get(0).entries().get("a").text()).isEqualTo(written);
    assertThat(found()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"010", "-0x1", "1e3", "1_000", "99999999999999999999", "1.0", "'1'"})
  void notWholeNumbers(String written) {
    read("a: " + written).get(0).entries().get("a").integer(0, Integer.MAX_VALUE);
    assertThat(found()).hasSize(1);
  }

  @Test
  void hexIsAWholeNumber() {
    assertThat(read("a: 0x10").get(0).entries().get("a").integer(0, 100)).isEqualTo(16);
    assertThat(found()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1ms, 1000000",
    "1.5s, 1500000000",
    ".5s, 500000000",
    "1h30m, 5400000000000",
    "0.1ms, 100000",
    "2us, 2000",
    "7ns, 7",
    "0s, 0"
  })
  void durations(String text, long nanos) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofNanos(nanos));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "s", ".s", "-1s", "1 s", "1d", "1s1", "300000h1000000h2000000h"})
  void notDurations(String text) {
    assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
