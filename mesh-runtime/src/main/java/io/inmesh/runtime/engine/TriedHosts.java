package io.inmesh.runtime.engine;

import io.inmesh.balance.Host;
import io.inmesh.config.Metadata;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.runtime.cluster.ClusterHost;

/** Which hosts a further attempt passes over. Source: retry_host_predicate. */
final class TriedHosts {
  private TriedHosts() {}

  /**
   * Whether a host is passed over.
   *
   * @param last the attempt before the one that asks
   */
  static boolean passOver(HostSelection rules, Attempt last, Host candidate) {
    return (rules.avoidPrevious() && wasTried(last, candidate))
        || (rules.omitCanary() && isCanary(candidate))
        || (!rules.omitMetadata().byNamespace().isEmpty()
            && holds(candidate.endpoint().metadata(), rules.omitMetadata()));
  }

  private static boolean isCanary(Host candidate) {
    return Boolean.TRUE.equals(candidate.endpoint().metadata().in(Metadata.LB).get("canary"));
  }

  private static boolean holds(Metadata metadata, Metadata wanted) {
    for (String namespace : wanted.byNamespace().keySet()) {
      var values = metadata.in(namespace).entrySet();
      if (!values.containsAll(wanted.in(namespace).entrySet())) {
        return false;
      }
    }
    return true;
  }

  private static boolean wasTried(Attempt last, Host candidate) {
    if (!(candidate instanceof ClusterHost other)) {
      return false;
    }
    for (Attempt earlier = last; earlier != null; earlier = earlier.previous()) {
      ClusterHost host = earlier.host();
      if (host != null && host.state() == other.state()) {
        return true;
      }
    }
    return false;
  }
}
