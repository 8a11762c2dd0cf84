package io.inmesh.runtime.identity;

import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.CertificateAuthority.Issued;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import io.inmesh.identity.TrustBundle;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.identity.IdentityFile.Kept;
import io.inmesh.state.StateDirectory;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Has the process's own certificate signed, keeps it on disk, and renews it: after half of the time
 * from its receipt to its end, give or take a tenth of that time, but never sooner than five
 * seconds after the last. A refused or failed renewal is tried again with back-off; until it
 * succeeds the old certificate serves as long as it is valid. Owner: its loop; the methods of
 * {@link SecretStore} may be called from any thread.
 */
public final class IdentityKeeper implements SecretStore, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.inmesh.identity");
  private static final Duration LEAST_PAUSE = Duration.ofSeconds(5);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

  private final Settings settings;
  private final CertificateAuthority authority;
  private final @Nullable IdentityFile file;
  private final EventLoop loop;
  private final InstantSource clock;
  private final SecureRandom random;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final CompletableFuture<KeyMaterial> first = new CompletableFuture<>();
  private final Timer renewal =
      new Timer() {
        @Override
        protected void onTimer() {
          request();
        }
      };

  private volatile @Nullable Kept current;
  private volatile String error = "";

  /**
   * What was wrong with the identity on disk; stays part of the message until there is a new one.
   */
  private String onDisk = "";

  private Duration retry = FIRST_RETRY;
  private boolean closed;

  /**
   * Whose certificate, and for how long.
   *
   * @param validity how long a certificate should be valid; the authority may shorten it
   * @param persist whether key and chain are kept in the state directory
   */
  public record Settings(SpiffeId id, Duration validity, boolean persist) {}

  /** Nothing happens before {@link #start}. */
  public IdentityKeeper(
      Settings settings,
      CertificateAuthority authority,
      Optional<StateDirectory> state,
      EventLoop loop,
      InstantSource clock,
      SecureRandom random) {
    this.settings = settings;
    this.authority = authority;
    this.file = settings.persist() ? state.map(IdentityFile::new).orElse(null) : null;
    this.loop = loop;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Takes up what the last run left, if it is still valid, and asks for a certificate otherwise.
   * The stage completes when there is one; it fails only by {@link #close}.
   */
  public CompletionStage<KeyMaterial> start() {
    loop.execute(
        () -> {
          if (!takeUp()) {
            request();
          }
        });
    return first;
  }

  /** Completes when there is a certificate; fails only by {@link #close}. */
  public CompletionStage<KeyMaterial> whenReady() {
    return first;
  }

  private boolean takeUp() {
    if (file == null) {
      return false;
    }
    try {
      Optional<Kept> kept = file.read();
      if (kept.isEmpty()) {
        return false;
      }
      return takeUp(kept.get());
    } catch (RuntimeException unusable) {
      onDisk("the identity on disk cannot be used: " + unusable.getMessage());
      return false;
    }
  }

  private boolean takeUp(Kept kept) {
    KeyMaterial material = kept.material();
    if (!SpiffeId.of(material.leaf()).equals(Optional.of(settings.id()))) {
      onDisk(
          "the identity on disk is not "
              + settings.id()
              + " but "
              + SpiffeId.of(material.leaf()).map(SpiffeId::uri).orElse("none"));
      return false;
    }
    if (!material.notAfter().isAfter(clock.instant())) {
      onDisk("the certificate on disk expired at " + material.notAfter());
      return false;
    }
    publish(kept);
    renewAt(renewalOf(material));
    return true;
  }

  private void request() {
    if (closed) {
      return;
    }
    CertificateRequest request = CertificateRequest.of(settings.id(), random);
    CompletionStage<Issued> signed;
    try {
      signed = authority.sign(request.pem(), settings.validity());
    } catch (RuntimeException failed) {
      signed = CompletableFuture.failedFuture(failed);
    }
    signed.whenComplete(
        (issued, failure) ->
            loop.execute(
                () -> {
                  if (closed) {
                    return;
                  }
                  if (failure != null) {
                    failed(failure);
                  } else {
                    issued(request, issued);
                  }
                }));
  }

  private void issued(CertificateRequest request, Issued issued) {
    if (issued.chain().isEmpty()) {
      failed(new IllegalStateException("the authority sent no certificate"));
      return;
    }
    var material = new KeyMaterial(issued.chain(), request.keys().getPrivate(), clock.instant());
    Optional<SpiffeId> named = SpiffeId.of(material.leaf());
    if (!named.equals(Optional.of(settings.id()))
        || !material.leaf().getPublicKey().equals(request.keys().getPublic())) {
      failed(
          new IllegalStateException(
              "the authority signed "
                  + named.map(SpiffeId::uri).orElse("no SPIFFE id")
                  + " instead of "
                  + settings.id()
                  + ", or another key"));
      return;
    }
    retry = FIRST_RETRY;
    error = "";
    onDisk = "";
    var kept = new Kept(material, issued.roots());
    publish(kept);
    renewAt(renewalOf(material));
    persist(kept);
  }

  private void persist(Kept kept) {
    if (file != null) {
      try {
        file.write(kept);
      } catch (RuntimeException failed) {
        LOG.log(Level.WARNING, "the identity could not be kept on disk: {0}", failed.getMessage());
      }
    }
  }

  private void publish(Kept kept) {
    Kept before = current;
    // The same roots stay the same object: whoever derived something from them keeps it.
    TrustBundle roots =
        before != null && before.roots().equals(kept.roots()) ? before.roots() : kept.roots();
    current = new Kept(kept.material(), roots);
    LOG.log(Level.INFO, "certificate of {0}", kept.material());
    listeners.forEach(Runnable::run);
    first.complete(kept.material());
  }

  private void failed(Throwable failure) {
    Throwable cause =
        failure.getCause() != null && failure instanceof java.util.concurrent.CompletionException
            ? failure.getCause()
            : failure;
    report("no certificate for " + settings.id() + ": " + cause.getMessage());
    long pause =
        retry.toNanos() / 2 + Long.remainderUnsigned(loop.random(), retry.toNanos() / 2 + 1);
    retry = min(retry.multipliedBy(2), LONGEST_RETRY);
    loop.arm(renewal, loop.nanoTime() + pause);
  }

  private void onDisk(String message) {
    onDisk = "; " + message;
    LOG.log(Level.WARNING, message);
  }

  private void report(String message) {
    Kept kept = current;
    String until =
        kept == null
            ? ""
            : kept.material().notAfter().isAfter(clock.instant())
                ? "; the old certificate is valid until " + kept.material().notAfter()
                : "; the old certificate expired at " + kept.material().notAfter();
    error = message + onDisk + until;
    LOG.log(Level.WARNING, error);
  }

  /** When to renew a certificate that was received at a time: the rule of the class comment. */
  private Instant renewalOf(KeyMaterial material) {
    Duration life = Duration.between(material.receivedAt(), material.notAfter());
    long tenth = life.toNanos() / 10;
    long shift = tenth <= 0 ? 0 : Long.remainderUnsigned(loop.random(), 2 * tenth + 1) - tenth;
    return material.receivedAt().plusNanos(life.toNanos() / 2 + shift);
  }

  private void renewAt(Instant when) {
    Duration wait = Duration.between(clock.instant(), when);
    loop.arm(
        renewal,
        loop.nanoTime() + (wait.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : wait).toNanos());
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Why there is no certificate, or why it was not renewed; empty if nothing is wrong. */
  public String error() {
    return error;
  }

  /** The certificate of now; empty before there is one. */
  public Optional<KeyMaterial> current() {
    Kept kept = current;
    return kept == null ? Optional.empty() : Optional.of(kept.material());
  }

  @Override
  public @Nullable KeyMaterial certificate(String name) {
    Kept kept = current;
    return kept == null || !name.equals(OWN_CERTIFICATE) ? null : kept.material();
  }

  @Override
  public @Nullable TrustBundle trust(String name) {
    Kept kept = current;
    return kept == null || !name.equals(OWN_ROOTS) ? null : kept.roots();
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Stops renewing and closes the authority's connection. The current certificate stays readable.
   */
  @Override
  public void close() {
    loop.execute(
        () -> {
          closed = true;
          renewal.disarm();
          first.completeExceptionally(
              new IllegalStateException("closed before there was a certificate: " + error));
        });
    authority.close();
  }
}
