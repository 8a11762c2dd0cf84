package io.inmesh.runtime.cluster;

import io.inmesh.balance.PickContext;
import io.inmesh.config.Action.Priority;
import io.inmesh.config.Cluster;
import io.inmesh.config.Locality;
import io.inmesh.explain.Explanation.Candidate;
import io.inmesh.explain.Explanation.HostChoice;
import io.inmesh.explain.Explanation.PriorityStep;
import io.inmesh.runtime.balance.Described;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a pick would choose from, and who is left out why. */
public final class HostReport {
  private final Described from;
  private final PickContext context;
  private final List<Candidate> candidates = new ArrayList<>();

  private HostReport(Described from, PickContext context) {
    this.from = from;
    this.context = context;
  }

  /**
   * For one pick that has not been made.
   *
   * @param hosts the cluster's, of now
   * @param find finds the members of an aggregate
   */
  public static HostChoice of(
      ClusterRuntime cluster,
      HostSet hosts,
      Priority priority,
      PickContext context,
      Function<String, @Nullable ClusterRuntime> find) {
    Cluster config = cluster.config();
    Described from = hosts.describe(context);
    var report = new HostReport(from, context);
    if (config.discovery() instanceof Cluster.Aggregate aggregate) {
      for (String name : aggregate.clusters()) {
        ClusterRuntime member = find.apply(name);
        if (member != null) {
          // Its priorities are numbered anew over all members: the loads are not those of its own.
          report.add(name, member.hosts(), List.of());
        }
      }
    } else {
      report.add(config.name(), hosts, from.priorities());
    }
    return new HostChoice(
        config.balancing().policy().getClass().getSimpleName().toLowerCase(Locale.ROOT),
        from.subset(),
        from.priorities(),
        report.candidates,
        cluster.admission(priority).describe(priority),
        cluster.circuitBreaker(),
        "",
        report.candidates.isEmpty() ? "the cluster has no hosts" : "no host may be used");
  }

  private void add(String cluster, HostSet hosts, List<PriorityStep> priorities) {
    for (ClusterHost host : hosts.hosts()) {
      candidates.add(
          new Candidate(
              cluster,
              host.endpoint().address().toString(),
              host.priority(),
              locality(host.locality()),
              host.weight(),
              host.health().name(),
              host.inFlight(),
              exclusion(host, priorities)));
    }
  }

  private static String locality(Locality of) {
    return of.equals(Locality.NONE)
        ? ""
        : of.region() + "/" + of.zone() + (of.subZone().isEmpty() ? "" : "/" + of.subZone());
  }

  private String exclusion(ClusterHost host, List<PriorityStep> priorities) {
    if (!from.belongs().test(host)) {
      return "not in the " + (from.subset().isEmpty() ? "subset" : from.subset());
    }
    if (context.tried(host)) {
      return "tried before, or of a kind that the retry policy omits";
    }
    String own = host.exclusion();
    for (PriorityStep priority : priorities) {
      if (priority.level() == host.priority()) {
        boolean idle = priority.healthyLoad() + priority.degradedLoad() == 0;
        if (priority.panic()) {
          return idle ? "priority " + priority.level() + " takes no calls" : "";
        }
        if (own.isEmpty() && priority.healthyLoad() == 0) {
          return "priority " + priority.level() + " takes no calls: another has hosts enough";
        }
      }
    }
    return own;
  }
}
