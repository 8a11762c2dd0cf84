package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Locality;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import io.inmesh.controlplane.config.model.TrafficPolicy.Distribution;
import io.inmesh.controlplane.config.model.TrafficPolicy.LoadBalancer;
import io.inmesh.controlplane.config.model.TrafficPolicy.Localities;
import io.inmesh.controlplane.config.model.Workload;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which hosts a caller prefers for where they are. As in Istio, hosts farther away are only for
 * when nearer ones fail, and only where failing hosts are noticed: with outlier detection.
 */
final class LocalityPriorities {
  private static final String REGION = "topology.kubernetes.io/region";
  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final String SUB_ZONE = "topology.istio.io/subzone";

  /** All hosts are alike. */
  static final LocalityPriorities NONE =
      new LocalityPriorities(NodeView.api(""), Localities.NONE, false);

  private final NodeView view;
  private final Localities settings;
  private final boolean failover;

  private LocalityPriorities(NodeView view, Localities settings, boolean failover) {
    this.view = view;
    this.settings = settings;
    this.failover = failover;
  }

  static LocalityPriorities of(NodeView view, TrafficPolicy policy) {
    Localities settings =
        policy.loadBalancer().map(LoadBalancer::localities).orElse(Localities.NONE);
    if (!settings.enabled().orElse(true) || view.locality().equals(Locality.NONE)) {
      return NONE;
    }
    return new LocalityPriorities(view, settings, policy.outliers().isPresent());
  }

  /** Whether localities were spoken of and are to be weighed against each other. */
  static boolean weighted(TrafficPolicy policy) {
    return policy
        .loadBalancer()
        .map(LoadBalancer::localities)
        .filter(localities -> !localities.equals(Localities.NONE))
        .filter(localities -> localities.enabled().orElse(true))
        .isPresent();
  }

  /** How far away a workload is: 0 is the nearest. Gaps mean nothing. */
  int of(Workload workload) {
    if (!failover || distribution().isPresent()) {
      return 0;
    }
    return settings.failoverPriority().isEmpty()
        ? distance(workload.locality())
        : mismatch(workload);
  }

  private int distance(Locality to) {
    Locality from = view.locality();
    if (!from.region().equals(to.region())) {
      String next = settings.failover().get(from.region());
      return next == null || next.equals(to.region()) ? 3 : 4;
    }
    if (!from.zone().equals(to.zone())) {
      return 2;
    }
    return from.subZone().equals(to.subZone()) ? 0 : 1;
  }

  /** The earlier the first label in which the workload differs, the farther away it is. */
  private int mismatch(Workload workload) {
    List<String> labels = settings.failoverPriority();
    for (int i = 0; i < labels.size(); i++) {
      String label = labels.get(i);
      int equals = label.indexOf('=');
      String name = equals < 0 ? label : label.substring(0, equals);
      String wanted =
          equals < 0 ? value(name, view.labels(), view.locality()) : label.substring(equals + 1);
      if (!value(name, workload.labels(), workload.locality()).equals(wanted)) {
        return labels.size() - i;
      }
    }
    return 0;
  }

  private static String value(String label, Map<String, String> labels, Locality locality) {
    return switch (label) {
      case REGION -> locality.region();
      case ZONE -> locality.zone();
      case SUB_ZONE -> locality.subZone();
      default -> labels.getOrDefault(label, "");
    };
  }

  /** The shares of localities for this caller, if they were given. */
  Optional<Map<String, Integer>> distribution() {
    return settings.distribute().stream()
        .filter(one -> covers(one.from(), view.locality()))
        .findFirst()
        .map(Distribution::to);
  }

  /** Whether {@code region/zone/subzone}, in which {@code *} ends what must be equal, covers it. */
  static boolean covers(String pattern, Locality locality) {
    String[] parts = pattern.split("/");
    String[] values = {locality.region(), locality.zone(), locality.subZone()};
    for (int i = 0; i < parts.length && i < values.length; i++) {
      if (parts[i].equals("*")) {
        return true;
      }
      if (!parts[i].equals(values[i])) {
        return false;
      }
    }
    return true;
  }
}
