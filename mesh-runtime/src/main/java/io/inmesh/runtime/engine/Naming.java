package io.inmesh.runtime.engine;

import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.stats.Party;
import io.inmesh.runtime.stats.Relation.Service;
import java.util.List;
import java.util.Map;

/** What config says of the names of those who are called. */
final class Naming {
  private static final String ISTIO = "istio";
  private static final String UNKNOWN = Party.UNKNOWN.workload();

  private Naming() {}

  /** As Istio's plane names it in the cluster's metadata; else the cluster stands for it. */
  static Service service(Cluster cluster) {
    Object services = cluster.metadata().in(ISTIO).get("services");
    if (services instanceof List<?> all && !all.isEmpty() && all.get(0) instanceof Map<?, ?> one) {
      return new Service(text(one, "host"), text(one, "name"), text(one, "namespace"));
    }
    return new Service(cluster.name(), cluster.name(), Party.UNKNOWN.namespace());
  }

  private static String text(Map<?, ?> map, String key) {
    return map.get(key) instanceof String text && !text.isEmpty() ? text : UNKNOWN;
  }

  /** As the endpoint's metadata name the workload; else the service stands for it. */
  static Party workload(Service service, Cluster cluster, Endpoint endpoint) {
    if (endpoint.metadata().in(ISTIO).get("workload") instanceof String packed) {
      String[] words = packed.split(";", -1);
      if (words.length >= 4) {
        String name = orUnknown(words[2]);
        String revision = orUnknown(words[3]);
        return new Party(
            orUnknown(words[0]),
            orUnknown(words[1]),
            UNKNOWN,
            name,
            revision,
            name,
            revision,
            words.length > 4 ? orUnknown(words[4]) : UNKNOWN);
      }
    }
    Object subset = cluster.metadata().in(ISTIO).get("subset");
    return Party.of(service.name(), service.namespace(), subset instanceof String v ? v : "");
  }

  private static String orUnknown(String text) {
    return text.isEmpty() ? UNKNOWN : text;
  }

  /** The one identity that the peer must have had; empty if there is not one. */
  static String identity(TransportSocket.UpstreamTls tls) {
    var names =
        tls.common()
            .validation()
            .map(TransportSocket.Validation::subjectAltNames)
            .orElse(List.of());
    return names.size() == 1 && names.get(0).matcher() instanceof StringMatcher.Exact exact
        ? exact.value()
        : "";
  }
}
