package io.inmesh.runtime.balance;

import io.inmesh.config.Locality;
import io.inmesh.runtime.balance.Member.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * The hosts of one priority, sorted out.
 *
 * @param localities the own one first, then by name
 * @param ownFirst whether the first locality is the process's own
 */
record Level(
    List<Member> all,
    List<Member> healthy,
    List<Member> degraded,
    int excluded,
    List<LocalityHosts> localities,
    boolean ownFirst) {
  private static final Comparator<Locality> BY_NAME =
      Comparator.comparing(Locality::region)
          .thenComparing(Locality::zone)
          .thenComparing(Locality::subZone);

  /** The hosts of one locality of one priority. */
  record LocalityHosts(
      Locality locality,
      int weight,
      List<Member> all,
      List<Member> healthy,
      List<Member> degraded,
      int excluded) {
    LocalityHosts(Locality locality, int weight, List<Member> all) {
      this(
          locality,
          weight,
          all,
          with(all, Standing.HEALTHY),
          with(all, Standing.DEGRADED),
          with(all, Standing.EXCLUDED).size());
    }

    /** The share of its hosts that {@code eligible} are, overprovisioned, times its weight. */
    double effectiveWeight(List<Member> eligible, int overprovisioningFactor) {
      int counted = all.size() - excluded;
      if (counted == 0) {
        return 0;
      }
      double share = (double) eligible.size() / counted;
      return weight * Math.min(1, overprovisioningFactor / 100.0 * share);
    }
  }

  /** What loads are made of. */
  PriorityLoads.Health health(boolean weighted, int overprovisioningFactor) {
    int counted = all.size() - excluded;
    return new PriorityLoads.Health(
        all.size(),
        counted,
        healthy.size(),
        degraded.size(),
        overprovisioningFactor,
        weighted ? weight(all) - weight(with(all, Standing.EXCLUDED)) : counted,
        weighted ? weight(healthy) : healthy.size(),
        weighted ? weight(degraded) : degraded.size());
  }

  private static long weight(List<Member> hosts) {
    long sum = 0;
    for (Member host : hosts) {
      sum += host.endpoint().weight();
    }
    return sum;
  }

  private static List<Member> with(List<Member> hosts, Standing standing) {
    List<Member> found = new ArrayList<>();
    for (Member host : hosts) {
      if (host.standing() == standing) {
        found.add(host);
      }
    }
    return found;
  }

  /** Sorts out groups; at least one level, maybe empty ones in between. */
  static List<Level> of(List<Group> groups, Locality own) {
    int last = groups.stream().mapToInt(Group::priority).max().orElse(0);
    List<Level> levels = new ArrayList<>();
    for (int priority = 0; priority <= last; priority++) {
      int current = priority;
      levels.add(level(groups.stream().filter(group -> group.priority() == current).toList(), own));
    }
    return levels;
  }

  private static Level level(List<Group> groups, Locality own) {
    List<Member> all = new ArrayList<>();
    var byLocality =
        new TreeMap<Locality, LocalityHosts>(
            Comparator.<Locality, Boolean>comparing(locality -> !locality.equals(own))
                .thenComparing(BY_NAME));
    for (Group group : groups) {
      all.addAll(group.hosts());
      var before = byLocality.get(group.locality());
      List<Member> hosts = before == null ? new ArrayList<>() : new ArrayList<>(before.all());
      hosts.addAll(group.hosts());
      byLocality.put(group.locality(), new LocalityHosts(group.locality(), group.weight(), hosts));
    }
    return of(
        all,
        List.copyOf(byLocality.values()),
        !own.equals(Locality.NONE) && byLocality.containsKey(own));
  }

  static Level of(List<Member> all, List<LocalityHosts> localities, boolean ownFirst) {
    return new Level(
        all,
        with(all, Standing.HEALTHY),
        with(all, Standing.DEGRADED),
        with(all, Standing.EXCLUDED).size(),
        localities,
        ownFirst);
  }
}
