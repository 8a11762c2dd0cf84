package io.inmesh.cli.replay;

import io.inmesh.config.Resource;
import io.inmesh.controlplane.ads.ServedResource;
import io.inmesh.xds.codec.Decoded;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.codec.DecoderOptions;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.json.ProtoJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The resources of a recording as a control plane serves them: byte for byte what Envoy got. Where
 * the recorded ports cannot be had, the backends take others, and hash keys stand in for the
 * addresses that rings are made of.
 */
final class LiveResources {
  private static final Set<String> HASHING = Set.of("RING_HASH", "MAGLEV");
  private static final String PORT = "port_value";

  /**
   * The id of a config of our own, which has all clusters in use: a header may name any of them.
   */
  static final String ALL = "all clusters";

  /** Its port: none of the recorded ones. */
  static final int ALL_PORT = 1;

  private final ProtoJson json;
  private final boolean movePorts;
  private final Map<?, ?> clusters;
  private final Decoder decoder;
  private final List<ServedResource> served = new ArrayList<>();

  LiveResources(Map<?, ?> world, ProtoJson json, boolean movePorts) {
    this.json = json;
    this.movePorts = movePorts;
    this.clusters = ReplayMesh.map(world.get("clusters"));
    this.decoder =
        new Decoder(
            Extensions.standard(), DecoderOptions.DEFAULT.withClusters(clusters::containsKey));
  }

  /** Adds the listener of a config; null, or why it is refused. */
  @Nullable String add(Map<?, ?> config) {
    return add(Resource.Type.LISTENER, Settings.listener(config));
  }

  private @Nullable String add(Resource.Type type, Object value) {
    try {
      var message = json.resource(type, value);
      Decoded decoded = decoder.decode(message);
      if (decoded instanceof Decoded.Refused refused) {
        return refused.message();
      }
      Resource resource = decoded.orThrow();
      served.add(ServedResource.of(resource, message.toByteString()));
      return null;
    } catch (IllegalArgumentException malformed) {
      return String.valueOf(malformed.getMessage());
    }
  }

  /**
   * Opens the backends, and adds the clusters.
   *
   * @throws IllegalArgumentException if one of the clusters is refused
   */
  void open(LiveBackends backends) {
    var routes = new ArrayList<Object>();
    clusters.forEach(
        (name, value) -> {
          Map<Long, Long> ports = listen(backends, String.valueOf(name), ReplayMesh.map(value));
          Map<?, ?> cluster = ReplayMesh.map(ReplayMesh.map(value).get("cluster"));
          Object moved = movePorts ? moved(cluster, cluster, ports) : cluster;
          String refusal = add(Resource.Type.CLUSTER, moved);
          if (refusal != null) {
            throw new IllegalArgumentException("cluster " + name + ": " + refusal);
          }
          routes.add(Map.of("match", Map.of("prefix", "/"), "route", Map.of("cluster", name)));
        });
    Object host = Map.of("name", "all", "domains", List.of("*"), "routes", routes);
    Object all = Map.of("name", "all", "virtual_hosts", List.of(host));
    String refusal = add(Map.of("id", ALL, "listener_port", ALL_PORT, "route_config", all));
    if (refusal != null) {
      throw new IllegalArgumentException(refusal);
    }
  }

  /** Opens a cluster's backends; their ports by the recorded ones. */
  private Map<Long, Long> listen(LiveBackends backends, String name, Map<?, ?> cluster) {
    var ports = new LinkedHashMap<Long, Long>();
    if (cluster.get("endpoints") instanceof List<?> endpoints) {
      for (Object endpoint : endpoints) {
        Map<?, ?> fields = ReplayMesh.map(endpoint);
        if (fields.get("port") instanceof Number port) {
          int wanted = movePorts ? 0 : port.intValue();
          int taken = backends.listen(wanted, name, String.valueOf(fields.get("name")));
          ports.put(port.longValue(), (long) taken);
        }
      }
    }
    return ports;
  }

  List<ServedResource> served() {
    return List.copyOf(served);
  }

  /** The same with other ports. */
  private static Object moved(@Nullable Object value, Map<?, ?> cluster, Map<Long, Long> ports) {
    if (value instanceof List<?> list) {
      return list.stream().map(each -> moved(each, cluster, ports)).toList();
    }
    if (!(value instanceof Map<?, ?> map)) {
      return value == null ? "" : value;
    }
    var copy = new LinkedHashMap<String, Object>();
    map.forEach((name, inner) -> copy.put(String.valueOf(name), moved(inner, cluster, ports)));
    if (map.get(PORT) instanceof Number port) {
      copy.put(PORT, ports.getOrDefault(port.longValue(), port.longValue()));
    }
    boolean hashed = HASHING.contains(String.valueOf(cluster.get("lb_policy")));
    if (hashed && map.containsKey("endpoint") && !cluster.containsKey("common_lb_config")) {
      Map<?, ?> known = ReplayMesh.map(ReplayMesh.map(map.get("metadata")).get("filter_metadata"));
      if (!ReplayMesh.map(known.get("envoy.lb")).containsKey("hash_key")) {
        Map<?, ?> address = ReplayMesh.map(ReplayMesh.map(map.get("endpoint")).get("address"));
        Map<?, ?> socket = ReplayMesh.map(address.get("socket_address"));
        String key = socket.get("address") + ":" + socket.get(PORT);
        copy.put(
            "metadata", Map.of("filter_metadata", Map.of("envoy.lb", Map.of("hash_key", key))));
      }
    }
    return copy;
  }
}
