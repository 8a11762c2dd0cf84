package io.inmesh.runtime.cluster;

import io.inmesh.loop.EventLoop;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Transport;
import java.util.ArrayList;
import java.util.List;

/**
 * A transport that remembers which pools were asked for, opened and drained, and connects nothing.
 */
final class TestPools implements Transport {
  final List<TestPool> made = new ArrayList<>();

  @Override
  public ConnectionPool pool(PoolSettings settings) {
    var pool = new TestPool(settings);
    made.add(pool);
    return pool;
  }

  static final class TestPool implements ConnectionPool {
    final Transport.PoolSettings settings;
    boolean drained;
    int opened;

    TestPool(Transport.PoolSettings settings) {
      this.settings = settings;
    }

    @Override
    public Cancel open(EventLoop loop, Stream.Handler handler) {
      opened++;
      return Cancel.NOTHING;
    }

    @Override
    public void drain() {
      drained = true;
    }
  }
}
