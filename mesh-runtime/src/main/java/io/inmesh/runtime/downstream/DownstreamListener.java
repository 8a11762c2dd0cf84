package io.inmesh.runtime.downstream;

import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.TransportSocket;
import io.inmesh.loop.EventLoop;
import io.inmesh.server.Handler;
import org.jspecify.annotations.Nullable;

/** Judges connections, and the requests on them, by the config of now. Called on their loops. */
public interface DownstreamListener {
  /**
   * How a connection is to be taken, from what its first bytes say; null if no filter chain takes
   * it: then it is closed.
   */
  @Nullable TransportSocket socket(Downstream connection);

  /** What is told of the client's certificate on such a connection. */
  default ClientCertHeader clientCert(Downstream connection) {
    return ClientCertHeader.SANITIZE;
  }

  /**
   * A handler for the requests of one connection, in front of the application's. Each request is
   * judged by the config of its own time.
   */
  Handler before(Handler application, Downstream connection, EventLoop loop);
}
