package io.inmesh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A real Envoy 1.40 decided these requests; the code that serves real calls decides them again. */
class ReplayTest {
  private static final Gson GSON =
      new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

  @TempDir Path folder;

  private static List<String> recording() throws IOException {
    return recording("routing");
  }

  static List<String> recording(String profile) throws IOException {
    try (InputStream file = ReplayTest.class.getResourceAsStream(profile + ".jsonl")) {
      assertThat(file).isNotNull();
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private List<String> replay(List<String> lines, int exitCode) throws IOException {
    Path in = folder.resolve("in.jsonl");
    Path out = folder.resolve("out.jsonl");
    Files.write(in, lines);
    var messages = new StringWriter();
    var command = new CommandLine(new ReplayCommand());
    command.setOut(new PrintWriter(messages)).setErr(new PrintWriter(messages));
    int code =
        command.execute(
            in.toString(), "--verdicts", out.toString(), "--local-address", "192.0.2.2");
    assertThat(code).as(messages.toString()).isEqualTo(exitCode);
    return Files.readAllLines(out);
  }

  private static List<Map<String, Object>> parsed(List<String> lines) {
    var all = new ArrayList<Map<String, Object>>();
    lines.forEach(line -> all.add(Judge.map(GSON.fromJson(line, Object.class))));
    return all;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"routing", "retry", "rbac", "filters", "jwt", "h2", "hedge", "conditions"})
  void decidesWhatEnvoyDecided(String profile) throws IOException {
    List<String> recording = recording(profile);
    List<Map<String, Object>> envoy = parsed(recording);
    List<Map<String, Object>> ours = parsed(replay(recording, 0));
    assertThat(new Judge(envoy.get(0)).differences(envoy, ours)).isEmpty();
    assertThat(ours).hasSizeGreaterThan(100);
  }

  /** Order of headers and all. */
  @Test
  void asksServicesAndDoesAsTheySayAsEnvoyDoes() throws IOException {
    List<String> recording = recording("external");
    List<Map<String, Object>> envoy = parsed(recording);
    List<Map<String, Object>> ours = parsed(replay(recording, 0));
    assertThat(ours).hasSameSizeAs(envoy).hasSizeGreaterThan(190);
    for (int i = 0; i < envoy.size(); i++) {
      Map<String, Object> theirs = envoy.get(i);
      for (String answer : List.of("accepted", "expect")) {
        assertThat(ours.get(i).get(answer))
            .as(theirs.get("config") + " " + theirs.get("n") + " " + theirs.get("id"))
            .isEqualTo(theirs.get(answer));
      }
    }
  }

  @Test
  void doesNotLookAtTheAnswers() throws IOException {
    List<String> recording = recording();
    var stripped = new ArrayList<String>();
    for (Map<String, Object> line : parsed(recording)) {
      var bare = new LinkedHashMap<>(line);
      List.of("expect", "accepted", "error", "unstable", "random_cluster").forEach(bare::remove);
      stripped.add(new GsonBuilder().disableHtmlEscaping().create().toJson(bare));
    }
    assertThat(replay(stripped, 0)).isEqualTo(replay(recording, 0));
  }

  @Test
  void theJudgeSeesADifference() throws IOException {
    List<Map<String, Object>> envoy = parsed(recording());
    List<Map<String, Object>> ours = parsed(recording());
    Map<String, Object> changed =
        ours.stream().filter(line -> "case".equals(line.get("kind"))).findFirst().orElseThrow();
    Judge.map(changed.get("expect")).put("status", 299L);
    assertThat(new Judge(envoy.get(0)).differences(envoy, ours))
        .singleElement()
        .asString()
        .contains("status");
  }

  @Test
  void refusesWhatEnvoyRefuses() throws IOException {
    String route = "{\"match\":{\"safe_regex\":{\"regex\":\"(\"}},\"route\":{\"cluster\":\"c0\"}}";
    String config =
        "{\"kind\":\"config\",\"id\":\"bad\",\"route_config\":{\"name\":\"bad\",\"virtual_hosts\":"
            + "[{\"name\":\"v\",\"domains\":[\"*\"],\"routes\":["
            + route
            + "]}]}}";
    Map<String, Object> verdict = parsed(replay(List.of(recording().get(0), config), 0)).get(1);
    assertThat(verdict).containsEntry("accepted", false);
    assertThat(String.valueOf(verdict.get("error"))).contains("safe_regex");
  }

  @Test
  void distributionsAreDrawn() throws IOException {
    String split = "{\"clusters\":[{\"name\":\"c0\",\"weight\":1},{\"name\":\"c1\",\"weight\":3}]}";
    String config =
        "{\"kind\":\"config\",\"id\":\"d\",\"route_config\":{\"name\":\"d\",\"virtual_hosts\":"
            + "[{\"name\":\"v\",\"domains\":[\"*\"],\"routes\":[{\"match\":{\"prefix\":\"/\"},"
            + "\"route\":{\"weighted_clusters\":"
            + split
            + "}}]}]}}";
    String dist =
        "{\"kind\":\"dist\",\"config\":\"d\",\"req\":{\"method\":\"GET\",\"path\":\"/\","
            + "\"host\":\"foo.com\",\"headers\":[]},\"n\":600}";
    Map<String, Object> histogram =
        Judge.map(
            parsed(replay(List.of(recording().get(0), config, dist), 0)).get(2).get("histogram"));
    assertThat(histogram).containsOnlyKeys("c0", "c1");
    assertThat((Long) histogram.get("c0")).isBetween(100L, 200L);
  }

  @Test
  void saysWhichLineIsWrong() throws IOException {
    Path in = folder.resolve("wrong.jsonl");
    Files.writeString(in, recording().get(0) + "\n{\"kind\":\"nothing\"}\n");
    var errors = new StringWriter();
    int code =
        new CommandLine(new ReplayCommand())
            .setErr(new PrintWriter(errors))
            .execute(in.toString(), "--verdicts", folder.resolve("out").toString());
    assertThat(code).isEqualTo(1);
    assertThat(errors.toString()).contains("wrong.jsonl:2: unknown kind of line: nothing");
  }
}
