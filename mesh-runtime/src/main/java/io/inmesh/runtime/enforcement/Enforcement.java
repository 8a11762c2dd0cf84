package io.inmesh.runtime.enforcement;

import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.config.TransportSocket.Local;
import io.inmesh.config.TransportSocket.Validation;
import io.inmesh.config.TransportSocket.Version;
import io.inmesh.identity.SecretStore;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.downstream.DownstreamListener;
import io.inmesh.runtime.enforcement.ServedListener.State;
import io.inmesh.runtime.engine.Surroundings;
import io.inmesh.server.Handler;
import io.inmesh.server.SecurityListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Enforces the inbound listener that the plane serves. Until it is known, connections must prove by
 * mutual TLS who they are, and requests wait; where the plane says that there is none, requests of
 * such connections go to the application.
 */
public final class Enforcement implements DownstreamListener {
  /** Mutual TLS with the process's own certificate. */
  static final TransportSocket STRICT =
      new DownstreamTls(
          new CommonTls(
              Optional.of(new Local(SecretStore.OWN_CERTIFICATE)),
              Optional.of(
                  new Validation(
                      Optional.of(new Local(SecretStore.OWN_ROOTS)),
                      List.of(),
                      List.of(),
                      List.of(),
                      false,
                      false)),
              List.of("h2", "http/1.1"),
              Version.AUTO,
              Version.AUTO),
          true);

  private final ServedListener listener;
  private final Surroundings surroundings;
  private final SecurityListener security;
  private final Duration patience;
  private final DenialLog denials = new DenialLog();

  /**
   * An enforcement.
   *
   * @param surroundings of incoming calls
   * @param patience how long requests wait for the plane's first answer
   */
  public Enforcement(
      ServedListener listener,
      Surroundings surroundings,
      SecurityListener security,
      Duration patience) {
    this.listener = listener;
    this.surroundings = surroundings;
    this.security = security;
    this.patience = patience;
  }

  @Override
  public @Nullable TransportSocket socket(Downstream connection) {
    ServedListener.View now = listener.now();
    if (now.state() == State.SERVED) {
      return now.socket(connection);
    }
    return connection.tls() ? STRICT : null;
  }

  @Override
  public ClientCertHeader clientCert(Downstream connection) {
    return listener.now().clientCert(connection);
  }

  @Override
  public Handler before(Handler application, Downstream connection, EventLoop loop) {
    var at = new Judgement.Place(connection, loop, application);
    return request -> {
      var judgement = new Judgement(this, at, request);
      judgement.begin();
      return judgement;
    };
  }

  ServedListener listener() {
    return listener;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  SecurityListener security() {
    return security;
  }

  DenialLog denials() {
    return denials;
  }

  long patienceNanos() {
    return patience.toNanos();
  }
}
