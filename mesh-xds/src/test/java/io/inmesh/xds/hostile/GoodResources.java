package io.inmesh.xds.hostile;

import com.google.protobuf.Message;
import io.inmesh.identity.Pem;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.xds.codec.Recorded;
import io.inmesh.xds.json.ProtoJson;
import io.inmesh.xds.json.ProtoJsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What real control planes have served, and what was given to a real Envoy. */
public final class GoodResources {
  private GoodResources() {}

  public static List<Message> all() {
    var json = new ProtoJson();
    var all = new ArrayList<Message>();
    String key =
        Pem.ofPrivateKey(new TestPki("cluster.local").service("web").key()).replace("\n", "\\n");
    for (Map<String, Object> line : Recorded.lines("captures", "@KEY@", key)) {
      all.add(json.resource(line.get("resource")));
    }
    for (String profile : List.of("routing", "retry", "rbac", "filters")) {
      List<Map<String, Object>> lines = Recorded.lines(profile);
      for (Map<String, Object> config : lines.subList(1, lines.size())) {
        try {
          all.add(json.resource(Recorded.listener(config)));
        } catch (ProtoJsonException notJson) {
          // Some were recorded to be refused.
        }
      }
    }
    return all;
  }
}
