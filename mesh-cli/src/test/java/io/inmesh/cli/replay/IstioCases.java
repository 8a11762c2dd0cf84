package io.inmesh.cli.replay;

import com.google.protobuf.ByteString;
import io.inmesh.config.Locality;
import io.inmesh.config.Resource;
import io.inmesh.xds.codec.Decoded;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.json.ProtoJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Configurations of Istio, the resources that Istio 1.31 made of them for some nodes, and what a
 * real Envoy 1.40 answered with these. Resources stand once, cases name them by their number.
 */
final class IstioCases {
  private final List<Map<String, Object>> resources = new ArrayList<>();
  private final Map<Integer, Decoded> decoded = new HashMap<>();
  private final List<Case> cases = new ArrayList<>();

  IstioCases() throws IOException {
    try (InputStream file = IstioCases.class.getResourceAsStream("istio.jsonl.gz");
        var reader =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        Map<String, Object> line = Judge.map(ProtoJson.parse(text));
        if (line.containsKey("resource")) {
          resources.add(line);
        } else {
          cases.add(new Case(line));
        }
      }
    }
  }

  List<Case> all() {
    return cases;
  }

  /** What Istio sent to a node, without what is refused. */
  List<Resource> resources(Proxy proxy) {
    return Judge.list(proxy.line().get("resources")).stream()
        .map(number -> decoded.computeIfAbsent(((Number) number).intValue(), this::decode))
        .flatMap(one -> one instanceof Decoded.Accepted known ? Stream.of(known.resource()) : null)
        .toList();
  }

  /** What was refused so far. */
  List<String> refused() {
    return decoded.values().stream()
        .flatMap(
            one -> one instanceof Decoded.Refused refused ? Stream.of(refused.message()) : null)
        .toList();
  }

  private Decoded decode(int number) {
    Map<String, Object> line = resources.get(number);
    byte[] message = Base64.getDecoder().decode(text(line, "pb"));
    return new Decoder()
        .decode(Resource.Type.valueOf(text(line, "resource")), ByteString.copyFrom(message));
  }

  private static String text(Map<?, ?> map, String name) {
    return map.get(name) instanceof String text ? text : "";
  }

  /** A case; it is called by its name. */
  record Case(Map<String, Object> line) {
    @Override
    public String toString() {
      return text(line, "id");
    }

    /** YAML of Istio's kinds. */
    String config() {
      return text(line, "config");
    }

    /** Whether Istio refuses it. */
    boolean rejected() {
      return line.containsKey("rejected");
    }

    /** YAML of the mesh's settings. */
    String mesh() {
      return text(line, "mesh");
    }

    /** YAML of Kubernetes' kinds. */
    String kube() {
      return text(line, "kube");
    }

    List<Proxy> proxies() {
      return Judge.list(line.get("proxies")).stream()
          .map(one -> new Proxy(Judge.map(one)))
          .toList();
    }

    /** The calls of a node of which there is something to compare. */
    List<Map<String, Object>> outbound(Proxy proxy) {
      return calls(proxy, "outbound").stream()
          .filter(call -> call.containsKey(proxy.answers()) || !proxy.grpc())
          .toList();
    }

    private List<Map<String, Object>> calls(Proxy proxy, String mode) {
      String name = proxy.answersFor();
      return Judge.list(line.get("calls")).stream()
          .map(Judge::map)
          .filter(call -> name.equals(call.get("proxy")) && mode.equals(call.get("mode")))
          .toList();
    }
  }

  /** A node. */
  record Proxy(Map<String, Object> line) {
    String name() {
      return text(line, "name");
    }

    boolean grpc() {
      return text(line, "kind").equals("grpc");
    }

    boolean client() {
      return text(line, "role").equals("client");
    }

    /** Calls name the sidecar; gRPC's node beside it makes the same ones. */
    String answersFor() {
      return grpc() ? name().replace("-grpc", "") : name();
    }

    /** Where its answers stand in a call. */
    String answers() {
      return grpc() ? "envoy_grpc" : "envoy";
    }

    String namespace() {
      return text(line, "namespace");
    }

    Map<String, String> labels() {
      var labels = new HashMap<String, String>();
      Judge.map(line.get("labels")).forEach((name, value) -> labels.put(name, value.toString()));
      return labels;
    }

    Locality locality() {
      String[] parts = (text(line, "locality") + "///").split("/", -1);
      return new Locality(parts[0], parts[1], parts[2]);
    }
  }
}
