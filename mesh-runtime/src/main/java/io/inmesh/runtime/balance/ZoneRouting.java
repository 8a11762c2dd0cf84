package io.inmesh.runtime.balance;

import io.inmesh.balance.PickContext;
import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.ZoneAware;
import io.inmesh.config.Locality;
import io.inmesh.runtime.balance.Level.LocalityHosts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How calls to the first priority spread over zones, the own one first: as much as keeps the hosts
 * of all zones equally busy if all processes like this one do the same. Immutable. Source: Envoy's
 * description of zone aware routing.
 */
final class ZoneRouting {
  private static final long WHOLE = 10_000;
  private static final long MIN_CLUSTER_SIZE = 6;

  private final int routingPercent;
  private final boolean localPanic;
  private final boolean failOnPanic;

  /** Of {@link #WHOLE}; all of it if the own zone can take everything. */
  private final long localShare;

  /** What each zone can take beyond its own callers' calls, summed up to it. */
  private final long[] residual;

  private ZoneRouting(
      int routingPercent,
      boolean localPanic,
      boolean failOnPanic,
      long localShare,
      long[] residual) {
    this.routingPercent = routingPercent;
    this.localPanic = localPanic;
    this.failOnPanic = failOnPanic;
    this.localShare = localShare;
    this.residual = residual;
  }

  /** Null where zones cannot count. */
  static @Nullable ZoneRouting of(Level upstream, Level local, Balancing config) {
    ZoneAware settings =
        config.locality() instanceof ZoneAware given ? given : new ZoneAware(100, MIN_CLUSTER_SIZE);
    if (upstream.localities().size() < 2
        || local.localities().size() < 2
        || !local.ownFirst()
        || local.localities().get(0).all().isEmpty()
        || upstream.healthy().size() < settings.minClusterSize()) {
      return null;
    }
    int zones = upstream.localities().size();
    var theirs = new long[zones];
    var ours = new long[zones];
    for (int i = 0; i < zones; i++) {
      LocalityHosts zone = upstream.localities().get(i);
      if (!zone.healthy().isEmpty()) {
        theirs[i] = WHOLE * zone.healthy().size() / upstream.healthy().size();
        ours[i] = share(zone.locality(), local);
      }
    }
    var residual = new long[zones];
    long localShare = 0;
    if (upstream.ownFirst()) {
      if (theirs[0] > 0 && theirs[0] >= ours[0]) {
        localShare = WHOLE;
      } else if (ours[0] > 0) {
        localShare = theirs[0] * WHOLE / ours[0];
      }
    }
    long sum = 0;
    for (int i = upstream.ownFirst() ? 1 : 0; i < zones; i++) {
      sum += Math.max(0, theirs[i] - ours[i]);
      residual[i] = sum;
    }
    long threshold = Math.min(100, Math.round(config.panicThreshold()));
    return new ZoneRouting(
        (int) Math.round(settings.routingEnabledPercent()),
        local.health(false, 100).belowThreshold(threshold),
        config.failTrafficOnPanic(),
        localShare,
        residual);
  }

  private static long share(Locality locality, Level local) {
    int total = local.healthy().size();
    List<LocalityHosts> zones = local.localities();
    for (LocalityHosts zone : zones) {
      if (zone.locality().equals(locality) && total > 0) {
        return WHOLE * zone.healthy().size() / total;
      }
    }
    return 0;
  }

  /** Whether this call is spread over zones. */
  boolean applies(PickContext context) {
    return routingPercent >= 100 || Long.remainderUnsigned(context.random(), 100) < routingPercent;
  }

  /** Whether too few processes like this one are healthy for their zones to say anything. */
  boolean localPanic() {
    return localPanic;
  }

  boolean failsOnLocalPanic() {
    return failOnPanic;
  }

  /** The zone of a call. */
  int next(PickContext context) {
    if (localShare >= WHOLE
        || (localShare > 0 && Long.remainderUnsigned(context.random(), WHOLE) < localShare)) {
      return 0;
    }
    long capacity = residual[residual.length - 1];
    if (capacity == 0) {
      return (int) Long.remainderUnsigned(context.random(), residual.length);
    }
    long at = Long.remainderUnsigned(context.random(), capacity);
    int zone = 0;
    while (at >= residual[zone]) {
      zone++;
    }
    return zone;
  }
}
