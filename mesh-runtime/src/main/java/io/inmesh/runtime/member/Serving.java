package io.inmesh.runtime.member;

import io.inmesh.call.Headers;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.MeshRuntime.InboundCalls;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.enforcement.Enforcement;
import io.inmesh.runtime.inbound.ForwardedClientCert;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.inbound.RequestListener;
import io.inmesh.runtime.net.Loops;
import io.inmesh.runtime.observe.Observation;
import io.inmesh.server.Handler;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The part of a member that takes calls, whoever's server they come through. Safe for use by many
 * threads.
 */
public final class Serving {
  private final InboundCalls inbound;
  private final Observation observation;
  private final Loops loops;
  private final BiConsumer<Member.Service, Boolean> registration;
  private final SecretStore secrets;
  private final Duration notice;
  private Member.@Nullable Service service;
  private CompletableFuture<Void> heard = CompletableFuture.completedFuture(null);

  /**
   * The part of a member.
   *
   * @param notice how long others may take to hear of a goodbye
   */
  Serving(
      InboundCalls inbound,
      Observation observation,
      Loops loops,
      BiConsumer<Member.Service, Boolean> registration,
      SecretStore secrets,
      Duration notice) {
    this.secrets = secrets;
    this.notice = notice;
    this.inbound = inbound;
    this.observation = observation;
    this.loops = loops;
    this.registration = registration;
  }

  /** Judges requests by the listener that the control plane has for this process. */
  public Enforcement enforcement() {
    return inbound.enforcement();
  }

  /**
   * The headers of a request with {@code x-forwarded-client-cert} as the listener of the connection
   * says, for servers of the application's own; {@link MeshServer} does so itself.
   *
   * @param chain the client's verified certificates, its own first; empty without
   * @param headers are changed, and frozen
   */
  public Headers told(Downstream connection, List<X509Certificate> chain, Headers headers) {
    KeyMaterial own = secrets.certificate(SecretStore.OWN_CERTIFICATE);
    return ForwardedClientCert.of(
            enforcement().clientCert(connection), own == null ? null : own.chain().get(0), chain)
        .apply(headers);
  }

  /** To be told of each request that has ended. */
  public RequestListener requests() {
    return observation.requests();
  }

  /** The same handler, with a span for each request where spans are made. */
  public Handler observed(Handler handler) {
    return observation.serving(handler);
  }

  /** A loop to judge on. */
  public EventLoop loop() {
    return loops.choose();
  }

  /**
   * The server listens: registers the instance with the control plane.
   *
   * @param what with the port that others call
   */
  public void begin(Member.Service what) {
    synchronized (this) {
      service = what;
    }
    // The plane makes the listener of what is registered, so that it is asked for afterwards.
    registration.accept(what, false);
    inbound.listener().begin(what.address());
  }

  /**
   * No new calls, please: the instance is taken out of the balancing of all others. Idempotent.
   *
   * @return completes when callers should have heard of it. Until then some still call, and are to
   *     be let in
   */
  @SuppressWarnings("FutureReturnValueIgnored") // A loop that ends earlier lets nobody in anyway.
  public synchronized CompletionStage<Void> drain() {
    Member.Service what = service;
    if (what != null) {
      service = null;
      registration.accept(what, true);
      var told = new CompletableFuture<Void>();
      heard = told;
      loops
          .all()
          .get(0)
          .netty()
          .schedule(() -> told.complete(null), notice.toNanos(), TimeUnit.NANOSECONDS);
    }
    return heard;
  }
}
