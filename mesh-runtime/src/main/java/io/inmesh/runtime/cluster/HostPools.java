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
  private final AtomicReferenceArray<@Nullable ConnectionPool> pools =
      new AtomicReferenceArray<>(4);

  /** What the connections depend on; pools live as long as it stays equal. */
  record Settings(
      Address address,
      String hostname,
      TransportSocket socket,
      ProtocolOptions protocol,
      Duration connectTimeout,
      int perHostMaxConnections) {}

  HostPools(Transport transport, Settings settings, Limits limits) {
    this.transport = transport;
    this.settings = settings;
    this.limits = limits;
    this.perHost =
        settings.perHostMaxConnections() == Integer.MAX_VALUE
            ? null
            : new PerHostLimit(settings.perHostMaxConnections());
  }

  ConnectionPool pool(Priority priority, boolean http2) {
    int slot = priority == Priority.HIGH ? 2 : 0;
    ProtocolOptions.Http http = settings.protocol().http();
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
                settings.socket(),
                settings.protocol().withHttp(http),
                settings.connectTimeout(),
                perHost == null ? cluster : perHost.over(cluster)));
    ConnectionPool other = pools.compareAndExchange(slot, null, made);
    if (other == null) {
      return made;
    }
    made.drain();
    return other;
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
