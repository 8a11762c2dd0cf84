package io.inmesh.runtime.cluster;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster.Family;
import io.inmesh.loop.EventLoop;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Transport.PoolSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Connections to a host that is known by its name only. The name is looked up with the first
 * request, which waits, and again from time to time, behind requests that use what was known. Used
 * from all loops.
 */
final class NamedPool implements ConnectionPool {
  private static final Duration REFRESH = Duration.ofSeconds(60);

  private final ClusterParts parts;
  private final PoolSettings settings;
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private volatile @Nullable Target target;
  private volatile boolean drained;

  /** Where the name leads until it is looked up again. */
  private record Target(String address, ConnectionPool pool, long until) {}

  NamedPool(ClusterParts parts, PoolSettings settings) {
    this.parts = parts;
    this.settings = settings;
  }

  @Override
  public Cancel open(EventLoop loop, Stream.Handler handler) {
    Target known = target;
    if (known == null) {
      var waiting = new Waiting(loop, handler);
      parts.resolver().resolve(settings.address().host(), Family.AUTO, waiting);
      return waiting;
    }
    if (parts.writer().nanoTime() - known.until > 0 && refreshing.compareAndSet(false, true)) {
      parts.resolver().resolve(settings.address().host(), Family.AUTO, new Refresh());
    }
    return known.pool.open(loop, handler);
  }

  /** The pool of an address; the one before it, if it was another, serves no more. */
  private synchronized ConnectionPool at(String address) {
    long until = parts.writer().nanoTime() + REFRESH.toNanos();
    Target before = target;
    if (before != null && before.address.equals(address)) {
      target = new Target(address, before.pool, until);
      return before.pool;
    }
    ConnectionPool pool =
        parts
            .transport()
            .pool(
                new PoolSettings(
                    new Address(address, settings.address().port()),
                    settings.hostname(),
                    settings.socket(),
                    settings.protocol(),
                    settings.connectTimeout(),
                    settings.limits()));
    target = new Target(address, pool, until);
    if (before != null) {
      before.pool.drain();
    }
    if (drained) {
      pool.drain();
    }
    return pool;
  }

  @Override
  public synchronized void drain() {
    drained = true;
    Target known = target;
    if (known != null) {
      known.pool.drain();
    }
  }

  /** A request that waits for the first answer. Owner: its loop, but for the answer. */
  private final class Waiting implements Cancel, NameResolver.Answer {
    private final EventLoop loop;
    private final Stream.Handler handler;
    private Cancel inner = Cancel.NOTHING;
    private boolean cancelled;

    Waiting(EventLoop loop, Stream.Handler handler) {
      this.loop = loop;
      this.handler = handler;
    }

    @Override
    public void resolved(List<String> addresses, Duration timeToLive) {
      if (addresses.isEmpty()) {
        failed("no address for " + settings.address().host());
        return;
      }
      ConnectionPool pool = at(addresses.get(0));
      loop.execute(
          () -> {
            if (!cancelled) {
              inner = pool.open(loop, handler);
            }
          });
    }

    @Override
    public void failed(String reason) {
      loop.execute(
          () -> {
            if (!cancelled) {
              handler.onClose(Stream.Closed.CONNECT_FAILURE, reason);
            }
          });
    }

    @Override
    public void cancel() {
      cancelled = true;
      inner.cancel();
    }
  }

  /** A later answer; if it fails, what was known still holds. */
  private final class Refresh implements NameResolver.Answer {
    @Override
    public void resolved(List<String> addresses, Duration timeToLive) {
      if (!addresses.isEmpty()) {
        at(addresses.get(0));
      }
      refreshing.set(false);
    }

    @Override
    public void failed(String reason) {
      refreshing.set(false);
    }
  }
}
