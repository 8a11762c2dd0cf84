package io.inmesh.runtime.inbound;

import io.inmesh.config.ClientCertHeader;
import io.inmesh.runtime.downstream.DownstreamListener;
import io.inmesh.runtime.tls.ServerTls;
import io.inmesh.runtime.tls.TlsContexts;
import io.inmesh.server.Handler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What all connections of a server share.
 *
 * @param tls null for plaintext only
 * @param maxBodyBytes of a request; 0 for no limit
 * @param clientCert where there is no guard, whose config says
 * @param guard judges connections and requests instead of {@code mode}; null for nobody
 */
record ServerSettings(
    Handler handler,
    TlsMode mode,
    @Nullable ServerTls tls,
    ConnectionListener listener,
    RequestListener requests,
    int maxHeadBytes,
    int maxFields,
    long maxBodyBytes,
    Times times,
    ClientCertHeader clientCert,
    Counters counters,
    @Nullable Guard guard) {
  /**
   * How long a client may take; zero for as long as it likes.
   *
   * @param idle without a request
   * @param head from the first byte of a head over HTTP/1.1 to its end
   * @param stall without taking anything of an answer
   */
  record Times(Duration idle, Duration head, Duration stall) {}

  /** Who judges, and what it protects connections with. */
  record Guard(DownstreamListener listener, TlsContexts contexts) {}

  /** The same with another handler. */
  ServerSettings handledBy(Handler other) {
    return new ServerSettings(
        other,
        mode,
        tls,
        listener,
        requests,
        maxHeadBytes,
        maxFields,
        maxBodyBytes,
        times,
        clientCert,
        counters,
        guard);
  }
}
