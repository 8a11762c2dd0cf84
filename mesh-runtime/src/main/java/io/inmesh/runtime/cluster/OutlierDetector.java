package io.inmesh.runtime.cluster;

import io.inmesh.config.OutlierDetection;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.cluster.HostEvents.Ejection;
import io.inmesh.runtime.cluster.OutlierMonitor.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Finds the hosts of one cluster that answer badly and ejects them for a while. Reports come from
 * all loops; everything else happens on the cluster's writer. Source:
 * envoy.config.cluster.v3.OutlierDetection.
 */
final class OutlierDetector extends Timer {
  private final String cluster;
  private final OutlierDetection config;
  private final EventLoop writer;
  private final HostEvents events;
  private final Runnable changed;
  private final long since;
  private List<HostState> hosts = List.of();

  /**
   * Starts with its first hosts.
   *
   * @param since when the first interval began, though there may have been no hosts to look at
   * @param changed called when a host has been ejected or is used again
   */
  OutlierDetector(
      String cluster, OutlierDetection config, ClusterParts parts, long since, Runnable changed) {
    this.cluster = cluster;
    this.config = config;
    this.writer = parts.writer();
    this.events = parts.events();
    this.since = since;
    this.changed = changed;
  }

  OutlierDetection config() {
    return config;
  }

  /** The hosts of now; those that have gone no longer count. */
  void hosts(List<HostState> now) {
    hosts = List.copyOf(now);
    hosts.forEach(HostState::watch);
    if (!isArmed()) {
      long interval = config.ejection().interval().toNanos();
      long over = (writer.nanoTime() - since) / interval;
      writer.arm(this, since + (over + 1) * interval);
    }
  }

  /** Ends detection; all hosts are as if nothing had been reported. */
  void close() {
    disarm();
    for (HostState host : hosts) {
      host.ejected = false;
      host.monitor().reset();
    }
    hosts = List.of();
  }

  void report(HostState host, int status) {
    OutlierMonitor monitor = host.monitor();
    if (status < 500 || status > 599) {
      monitor.succeeded();
      return;
    }
    monitor.external.failure();
    if (status >= 502 && status <= 504) {
      if (monitor.gatewayFailures.incrementAndGet() == config.consecutive().gatewayFailures()) {
        writer.execute(() -> consecutive(host, Ejection.CONSECUTIVE_GATEWAY_FAILURE));
      }
    } else {
      monitor.gatewayFailures.set(0);
    }
    if (monitor.serverErrors.incrementAndGet() == config.consecutive().serverErrors()) {
      writer.execute(() -> consecutive(host, Ejection.CONSECUTIVE_5XX));
    }
  }

  void report(HostState host, LocalOrigin result) {
    if (config.splitExternalLocalOrigin()) {
      local(host, result == LocalOrigin.CONNECTED);
    } else if (result == LocalOrigin.FAILED) {
      report(host, 503);
    } else if (result == LocalOrigin.TIMEOUT) {
      report(host, 504);
    }
  }

  private void local(HostState host, boolean success) {
    OutlierMonitor monitor = host.monitor();
    if (success) {
      monitor.connected();
      return;
    }
    monitor.localOrigin.failure();
    int failures = monitor.localOriginFailures.incrementAndGet();
    if (failures == config.consecutive().localOriginFailures()) {
      writer.execute(() -> consecutive(host, Ejection.CONSECUTIVE_LOCAL_ORIGIN_FAILURE));
    }
  }

  private void consecutive(HostState host, Ejection reason) {
    if (!hosts.contains(host) || host.ejected) {
      return;
    }
    boolean ejected = eject(host, reason);
    // Counting starts again, so that a host that was let go is found again.
    switch (reason) {
      case CONSECUTIVE_5XX -> host.monitor().serverErrors.set(0);
      case CONSECUTIVE_GATEWAY_FAILURE -> host.monitor().gatewayFailures.set(0);
      default -> host.monitor().localOriginFailures.set(0);
    }
    if (ejected) {
      changed.run();
    }
  }

  /** Whether it was ejected. */
  private boolean eject(HostState host, Ejection reason) {
    if (host.ejected || !mayEject()) {
      return false;
    }
    boolean enforced = Long.remainderUnsigned(writer.random(), 100) < enforcing(reason);
    OutlierMonitor monitor = host.monitor();
    if (enforced) {
      host.ejected = true;
      monitor.ejections++;
      monitor.ejectedAt = writer.nanoTime();
      monitor.jitter = jitter();
      long base = config.ejection().base().toNanos();
      if (monitor.backoff * base < config.ejection().max().toNanos() + base) {
        monitor.backoff++;
      }
    }
    events.ejected(cluster, host.address(), reason, monitor.ejections, enforced);
    return enforced;
  }

  private boolean mayEject() {
    long ejected = hosts.stream().filter(host -> host.ejected).count();
    double percent = 100.0 * (ejected + 1) / hosts.size();
    return percent <= Math.min(100, config.ejection().maxPercent())
        || (config.ejection().alwaysOne() && ejected == 0);
  }

  private long jitter() {
    long most = config.ejection().jitter().toNanos();
    return most == 0 ? 0 : Long.remainderUnsigned(writer.random(), most + 1);
  }

  private int enforcing(Ejection reason) {
    return switch (reason) {
      case CONSECUTIVE_5XX -> config.consecutive().enforcingServerErrors();
      case CONSECUTIVE_GATEWAY_FAILURE -> config.consecutive().enforcingGatewayFailures();
      case CONSECUTIVE_LOCAL_ORIGIN_FAILURE -> config.consecutive().enforcingLocalOriginFailures();
      case SUCCESS_RATE -> config.successRate().enforcing();
      case SUCCESS_RATE_LOCAL_ORIGIN -> config.successRate().enforcingLocalOrigin();
      case FAILURE_PERCENTAGE -> config.failurePercentage().enforcing();
      case FAILURE_PERCENTAGE_LOCAL_ORIGIN -> config.failurePercentage().enforcingLocalOrigin();
    };
  }

  private void armSweep() {
    writer.arm(this, writer.nanoTime() + config.ejection().interval().toNanos());
  }

  /** The sweep. */
  @Override
  protected void onTimer() {
    long now = writer.nanoTime();
    boolean any = false;
    for (HostState host : hosts) {
      if (host.ejected && now - host.monitor().ejectedAt >= ejectionTime(host.monitor())) {
        uneject(host);
        any = true;
      }
      host.monitor().external.turn();
      host.monitor().localOrigin.turn();
    }
    any |= judge(monitor -> monitor.external, Ejection.SUCCESS_RATE, Ejection.FAILURE_PERCENTAGE);
    any |=
        judge(
            monitor -> monitor.localOrigin,
            Ejection.SUCCESS_RATE_LOCAL_ORIGIN,
            Ejection.FAILURE_PERCENTAGE_LOCAL_ORIGIN);
    for (HostState host : hosts) {
      if (!host.ejected) {
        host.monitor().stayed(now, config.ejection().interval().toNanos());
      }
    }
    armSweep();
    if (any) {
      changed.run();
    }
  }

  private long ejectionTime(OutlierMonitor monitor) {
    long product = monitor.backoff * config.ejection().base().toNanos();
    return Math.min(product, config.ejection().max().toNanos()) + monitor.jitter;
  }

  private void uneject(HostState host) {
    host.ejected = false;
    host.monitor().unejected(writer.nanoTime());
    events.unejected(cluster, host.address());
  }

  /** An active health check succeeded. On the writer. */
  void checkedHealthy(HostState host) {
    if (host.ejected && config.ejection().healthyCheckUnejects()) {
      uneject(host);
    }
  }

  /** Ejects what is far below the mean, or fails too often; says whether anything was ejected. */
  private boolean judge(
      Function<OutlierMonitor, Rate> which, Ejection belowMean, Ejection failing) {
    if (hosts.size() < config.successRate().minimumHosts()
        && hosts.size() < config.failurePercentage().minimumHosts()) {
      return false;
    }
    List<HostState> rated = new ArrayList<>();
    List<HostState> counted = new ArrayList<>();
    for (HostState host : hosts) {
      long volume = which.apply(host.monitor()).volume();
      if (host.ejected || volume == 0) {
        continue;
      }
      if (volume >= config.successRate().requestVolume()) {
        rated.add(host);
      }
      if (volume >= config.failurePercentage().requestVolume()) {
        counted.add(host);
      }
    }
    boolean any = false;
    if (!rated.isEmpty() && rated.size() >= config.successRate().minimumHosts()) {
      double least = leastRate(rated, which);
      for (HostState host : rated) {
        any |= which.apply(host.monitor()).percent() < least && eject(host, belowMean);
      }
    }
    if (!counted.isEmpty() && counted.size() >= config.failurePercentage().minimumHosts()) {
      int most = config.failurePercentage().threshold();
      for (HostState host : counted) {
        any |= 100 - which.apply(host.monitor()).percent() >= most && eject(host, failing);
      }
    }
    return any;
  }

  private double leastRate(List<HostState> rated, Function<OutlierMonitor, Rate> which) {
    double sum = 0;
    for (HostState host : rated) {
      sum += which.apply(host.monitor()).percent();
    }
    double mean = sum / rated.size();
    double squares = 0;
    for (HostState host : rated) {
      double off = which.apply(host.monitor()).percent() - mean;
      squares += off * off;
    }
    double deviation = Math.sqrt(squares / rated.size());
    return mean - config.successRate().stdevFactor() / 1000.0 * deviation;
  }
}
