package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Resource;
import io.inmesh.xds.json.ProtoJson;
import io.inmesh.xds.json.ProtoJsonException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** We take what a real Envoy took, and refuse what it refused. */
class RecordedTest {
  private final ProtoJson json = new ProtoJson();

  @ParameterizedTest
  @ValueSource(strings = {"routing", "retry", "dist", "rbac", "filters", "invalid"})
  void listenersAsEnvoy(String profile) {
    List<Map<String, Object>> lines = Recorded.lines(profile);
    Decoder decoder = decoder(lines.get(0));
    var wrong = new ArrayList<String>();
    for (Map<String, Object> config : lines.subList(1, lines.size())) {
      String refusal = refusal(decoder, Recorded.listener(config));
      boolean accepted = (Boolean) config.get("accepted");
      if (accepted != refusal.isEmpty()) {
        wrong.add(
            config.get("id")
                + " "
                + config.get("mutation")
                + ": Envoy said \""
                + config.getOrDefault("error", "ok")
                + "\", we said \""
                + refusal
                + "\"");
      }
    }
    assertThat(lines).hasSizeGreaterThan(40);
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"routing"})
  void clustersAsEnvoy(String profile) {
    Decoder decoder = new Decoder();
    for (Object cluster : Recorded.list(Recorded.lines(profile).get(0).get("clusters"))) {
      Decoded decoded = decoder.decode(json.resource(Resource.Type.CLUSTER, cluster));
      assertThat(decoded).isInstanceOf(Decoded.Accepted.class);
      assertThat(((Decoded.Accepted) decoded).unsupported()).isEmpty();
    }
  }

  private String refusal(Decoder decoder, Map<String, Object> listener) {
    try {
      Decoded decoded = decoder.decode(json.resource(listener));
      return decoded instanceof Decoded.Refused refused ? refused.message() : "";
    } catch (ProtoJsonException wrong) {
      return wrong.getMessage();
    }
  }

  private static Decoder decoder(Map<String, Object> world) {
    Set<String> names = new HashSet<>();
    Recorded.list(world.get("clusters"))
        .forEach(cluster -> names.add((String) Recorded.map(cluster).get("name")));
    return new Decoder(Extensions.standard(), DecoderOptions.DEFAULT.withClusters(names::contains));
  }
}
