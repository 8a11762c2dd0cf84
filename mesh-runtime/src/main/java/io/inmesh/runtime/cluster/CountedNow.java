package io.inmesh.runtime.cluster;

import io.inmesh.config.Action.Priority;
import io.inmesh.runtime.stats.ClusterStats;

/** What a cluster has now, for whoever exports it. Nothing is made for its sake. */
record CountedNow(ClusterHosts hosts) implements ClusterStats.Gauges {
  private Admission normal() {
    return hosts.limits().of(Priority.DEFAULT);
  }

  private Admission high() {
    return hosts.limits().of(Priority.HIGH);
  }

  @Override
  public long activeRequests() {
    return normal().requests() + (long) high().requests();
  }

  @Override
  public long pendingRequests() {
    return normal().pending() + (long) high().pending();
  }

  @Override
  public long connections() {
    return normal().connections() + (long) high().connections();
  }

  @Override
  public long members() {
    return hosts.known().hosts().size();
  }

  @Override
  public long healthyMembers() {
    return hosts.known().hosts().stream().filter(host -> host.health().usable()).count();
  }

  @Override
  public long ejectedMembers() {
    return hosts.known().hosts().stream().filter(host -> host.state().ejected).count();
  }
}
