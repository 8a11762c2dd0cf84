package io.inmesh.transport;

import io.inmesh.config.Address;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import java.time.Duration;

/** Makes connection pools. Secrets are read at each handshake, so a rotation needs no new pool. */
public interface Transport {
  /** A pool for one host. Nothing is connected before the first {@link ConnectionPool#open}. */
  ConnectionPool pool(PoolSettings settings);

  /** How many connections there are, with those that are being opened; none in memory. */
  default long openConnections() {
    return 0;
  }

  /** How many exchanges are under way on them. */
  default long activeStreams() {
    return 0;
  }

  /**
   * Whom to connect to, and how. Equal settings may share a pool within one host.
   *
   * @param hostname the endpoint's hostname, or empty
   * @param connectTimeout for TCP and TLS together
   * @param limits counted over the cluster
   */
  record PoolSettings(
      Address address,
      String hostname,
      TransportSocket socket,
      ProtocolOptions protocol,
      Duration connectTimeout,
      ConnectionLimits limits) {}
}
