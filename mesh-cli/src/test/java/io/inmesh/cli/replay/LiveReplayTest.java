package io.inmesh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import io.inmesh.xds.json.ProtoJson;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A sample of what a real Envoy 1.40 did, end to end: our control plane serves the recorded
 * resources, our client calls backends behind sockets, and these and the caller see what they saw
 * then. {@code inmesh replay --live} does it with whole recordings.
 */
class LiveReplayTest {
  private static final Gson GSON =
      new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

  private static List<Map<String, Object>> parsed(List<String> lines) {
    return lines.stream().map(line -> Judge.map(GSON.fromJson(line, Object.class))).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"routing", "retry", "rbac", "filters"})
  void backendsAndCallerSeeWhatTheySawFromEnvoy(String profile) throws Exception {
    List<String> recording = ReplayTest.recording(profile);
    LiveReplay.Result result = new LiveReplay(new ProtoJson(), true, 7).play(recording, 100);
    assertThat(result.failures()).isEmpty();
    assertThat(result.played()).isGreaterThanOrEqualTo(60);
    List<Map<String, Object>> envoy = parsed(result.reference());
    assertThat(new Judge(envoy.get(0)).differences(envoy, parsed(result.verdicts()))).isEmpty();
  }

  @Test
  void anotherScriptIsADifference() throws Exception {
    List<String> recording =
        ReplayTest.recording("retry").stream()
            .map(line -> line.replace("[\"x-script\",\"", "[\"x-script\",\"299,"))
            .toList();
    LiveReplay.Result result = new LiveReplay(new ProtoJson(), true, 7).play(recording, 10);
    List<Map<String, Object>> envoy = parsed(result.reference());
    assertThat(new Judge(envoy.get(0)).differences(envoy, parsed(result.verdicts())))
        .anyMatch(difference -> difference.contains("status"));
  }
}
