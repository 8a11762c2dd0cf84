package io.inmesh.runtime.net;

import io.inmesh.loop.EventLoop;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Transport.PoolSettings;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A pool with a part on each loop. Each part is made, and touched, by its own loop only. */
final class NettyPool implements ConnectionPool {
  private final NettyTransport transport;
  private final PoolSettings settings;
  private final Connector connector;
  private final @Nullable LoopPool[] parts;

  /** Written before the loops are told, so that a part made later knows too. */
  private volatile boolean drained;

  NettyPool(NettyTransport transport, PoolSettings settings, Connector connector) {
    this.transport = transport;
    this.settings = settings;
    this.connector = connector;
    this.parts = new LoopPool[transport.loops().all().size()];
  }

  NettyTransport transport() {
    return transport;
  }

  PoolSettings settings() {
    return settings;
  }

  Connector connector() {
    return connector;
  }

  @Override
  public Cancel open(EventLoop loop, Stream.Handler handler) {
    return part((NettyLoop) loop).open(handler);
  }

  private LoopPool part(NettyLoop loop) {
    LoopPool part = parts[loop.index()];
    if (part == null) {
      part = new LoopPool(this, loop);
      parts[loop.index()] = part;
      if (drained) {
        part.drain();
      }
    }
    return part;
  }

  @Override
  public void drain() {
    if (!drained) {
      drained = true;
      transport.forget(this);
      onEachPart(LoopPool::drain);
    }
  }

  /** Closes all connections. */
  void close() {
    drained = true;
    onEachPart(LoopPool::close);
  }

  /** Secrets have changed: connections that stand on the old ones retire. */
  void secretsChanged() {
    onEachPart(LoopPool::secretsChanged);
  }

  private void onEachPart(Consumer<LoopPool> action) {
    List<NettyLoop> loops = transport.loops().all();
    for (int i = 0; i < parts.length; i++) {
      int index = i;
      loops
          .get(i)
          .execute(
              () -> {
                LoopPool part = parts[index];
                if (part != null) {
                  action.accept(part);
                }
              });
    }
  }
}
