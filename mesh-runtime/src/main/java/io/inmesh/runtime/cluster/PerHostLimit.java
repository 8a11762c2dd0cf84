package io.inmesh.runtime.cluster;

import io.inmesh.transport.ConnectionLimits;
import java.util.concurrent.atomic.AtomicInteger;

/** A host's own limit on connections beside its cluster's. Exact. Source: per_host_thresholds. */
final class PerHostLimit {
  private final AtomicInteger connections = new AtomicInteger();
  private final int most;

  PerHostLimit(int most) {
    this.most = most;
  }

  /** Both limits as one. */
  ConnectionLimits over(ConnectionLimits cluster) {
    return new Both(cluster);
  }

  private final class Both implements ConnectionLimits {
    private final ConnectionLimits cluster;

    Both(ConnectionLimits cluster) {
      this.cluster = cluster;
    }

    @Override
    public boolean tryConnect() {
      if (connections.incrementAndGet() <= most && cluster.tryConnect()) {
        return true;
      }
      connections.decrementAndGet();
      return false;
    }

    @Override
    public void forceConnect() {
      connections.incrementAndGet();
      cluster.forceConnect();
    }

    @Override
    public void disconnected() {
      connections.decrementAndGet();
      cluster.disconnected();
    }

    @Override
    public boolean tryWait() {
      return cluster.tryWait();
    }

    @Override
    public void waited() {
      cluster.waited();
    }
  }
}
