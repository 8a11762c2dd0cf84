package io.inmesh.runtime.enforcement;

import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.engine.Clusters;
import io.inmesh.runtime.engine.HttpChain;
import org.jspecify.annotations.Nullable;

/** What the config of now says about calls to this process. From any thread. */
public interface ServedListener {
  /** What is known of the listener. */
  enum State {
    /** Nobody has said anything yet. */
    UNKNOWN,
    /** It is served. */
    SERVED,
    /** The plane has said that there is none, and never served one. */
    ABSENT,
    /** It was served once, and is gone. */
    REMOVED
  }

  /** A state of the listener; a request is judged by one. */
  interface View {
    State state();

    /** Its name; empty if it is not served. */
    String name();

    /** How the chain that takes a connection talks; null if none does, or it is not served. */
    @Nullable TransportSocket socket(Downstream connection);

    /** The HTTP side of that chain; null if there is none. */
    @Nullable HttpChain http(Downstream connection);

    /** What is told of the client's certificate there. */
    default ClientCertHeader clientCert(Downstream connection) {
      return ClientCertHeader.SANITIZE;
    }

    Clusters clusters();

    String revision();
  }

  /** What is said now. */
  View now();

  /** Runs {@code decided}, on any thread, once the state is known. */
  void await(Runnable decided);
}
