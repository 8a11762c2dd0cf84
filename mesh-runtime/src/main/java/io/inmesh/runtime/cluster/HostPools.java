package io.inmesh.runtime.cluster;

import io.inmesh.config.Action.Priority;
import io.inmesh.config.Address;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import io.inmesh.transport.ConnectionLimits;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Transport;
import io.inmesh.transport.Transport.PoolSettings;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The pools of one host under one transport socket and protocol, each made when first asked for:
 * one per priority, and per protocol where the caller's decides. Used from all loops.
 */
final class HostPools {
  private final Transport transport;
  private final Settings settings;
  private final Limits limits;
  private final @Nullable PerHostLimit perHost;
  private volatile @Nullable Runnable retired;
  private final AtomicReferenceArray<@Nullable ConnectionPool> pools =
      new AtomicReferenceArray<>(4);

  /** What the connections depend on; pools live as long as it stays equal. */
  record Settings(Address address, String hostname, Shape shape) {}

  /** What hosts of a cluster share of it. Its hash is known: it is asked for at each update. */
  static final class Shape {
    final TransportSocket socket;
    final ProtocolOptions protocol;
    final Duration connectTimeout;
    final int perHostMaxConnections;
    private final int hash;

    Shape(
        TransportSocket socket,
        ProtocolOptions protocol,
        Duration connectTimeout,
        int perHostMaxConnections) {
      this.socket = socket;
      this.protocol = protocol;
      this.connectTimeout = connectTimeout;
      this.perHostMaxConnections = perHostMaxConnections;
      this.hash = Objects.hash(socket, protocol, connectTimeout, perHostMaxConnections);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Shape that
              && hash == that.hash
              && perHostMaxConnections == that.perHostMaxConnections
              && connectTimeout.equals(that.connectTimeout)
              && socket.equals(that.socket)
              && protocol.equals(that.protocol));
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  HostPools(Transport transport, Settings settings, Limits limits) {
    this.transport = transport;
    this.settings = settings;
    this.limits = limits;
    this.perHost =
        settings.shape().perHostMaxConnections == Integer.MAX_VALUE
            ? null
            : new PerHostLimit(settings.shape().perHostMaxConnections);
  }

  Settings settings() {
    return settings;
  }

  TransportSocket socket() {
    return settings.shape().socket;
  }

  ConnectionPool pool(Priority priority, boolean http2) {
    int slot = priority == Priority.HIGH ? 2 : 0;
    ProtocolOptions.Http http = settings.shape().protocol.http();
    if (http == ProtocolOptions.Http.DOWNSTREAM) {
      http = http2 ? ProtocolOptions.Http.HTTP_2 : ProtocolOptions.Http.HTTP_1;
      slot += http2 ? 1 : 0;
    }
    ConnectionPool pool = pools.get(slot);
    return pool != null ? pool : make(slot, priority, http);
  }

  private ConnectionPool make(int slot, Priority priority, ProtocolOptions.Http http) {
    ConnectionLimits cluster = limits.of(priority);
    ConnectionPool made =
        transport.pool(
            new PoolSettings(
                settings.address(),
                settings.hostname(),
                settings.shape().socket,
                settings.shape().protocol.withHttp(http),
                settings.shape().connectTimeout,
                perHost == null ? cluster : perHost.over(cluster)));
    ConnectionPool other = pools.compareAndExchange(slot, null, made);
    if (other == null) {
      Runnable late = retired;
      if (late != null) {
        late.run();
      }
      return made;
    }
    made.drain();
    return other;
  }

  /**
   * On the writer: no host set holds them any more, though a call may.
   *
   * @param late runs if a pool is made nevertheless, on any loop
   * @return whether there are pools, to be drained soon
   */
  boolean retire(Runnable late) {
    retired = late;
    for (int i = 0; i < pools.length(); i++) {
      if (pools.get(i) != null) {
        return true;
      }
    }
    return false;
  }

  /** No new streams. */
  void drain() {
    for (int i = 0; i < pools.length(); i++) {
      ConnectionPool pool = pools.get(i);
      if (pool != null) {
        pool.drain();
      }
    }
  }
}
