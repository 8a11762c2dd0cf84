package io.inmesh.runtime.filter.jwt;

import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.JwtAuthentication.RemoteJwks;
import io.inmesh.runtime.stage.FilteredCall;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keys that are fetched from a cluster of the mesh when a token needs them, and again when they are
 * too old. One fetch at a time serves all who wait; a failed one is told to those who wait, and the
 * next token asks again. Safe for use by many loops.
 */
final class RemoteKeys implements KeySource {
  private static final int OK = 200;

  /** How long before their end keys are fetched anew while the old ones still serve. */
  private static final long AHEAD = TimeUnit.SECONDS.toNanos(5);

  private final RemoteJwks settings;
  private final AtomicBoolean fetching = new AtomicBoolean();
  private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();
  private volatile State state = new State(null, JwtStatus.FETCH_FAILED, 0, false);

  private record Waiter(FilteredCall call, Runnable ready) {
    void tell() {
      call.loop().execute(ready);
    }
  }

  private record State(@Nullable Jwks keys, JwtStatus problem, long until, boolean limited) {
    boolean isFresh(long now) {
      return keys != null && (!limited || now - until < 0);
    }
  }

  RemoteKeys(RemoteJwks settings) {
    this.settings = settings;
  }

  @Override
  public boolean isPending(FilteredCall call) {
    State now = state;
    long nanos = call.nowNanos();
    if (now.isFresh(nanos)) {
      if (settings.async() && !now.isFresh(nanos + AHEAD)) {
        fetch(call);
      }
      return false;
    }
    return true;
  }

  @Override
  public void await(FilteredCall call, Runnable ready) {
    waiters.add(new Waiter(call, ready));
    fetch(call);
  }

  private void fetch(FilteredCall call) {
    if (!fetching.compareAndSet(false, true)) {
      return;
    }
    URI uri = URI.create(settings.uri());
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    var request =
        new Request(
            "GET",
            uri.getScheme() == null ? "http" : uri.getScheme(),
            uri.getRawAuthority() == null ? settings.cluster() : uri.getRawAuthority(),
            uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery(),
            Headers.EMPTY,
            Optional.empty(),
            settings.timeout());
    call.fetch(settings.cluster(), request, answer -> fetched(call, answer));
  }

  private void fetched(FilteredCall call, FilteredCall.@Nullable Answer answer) {
    String body =
        answer != null && answer.status() == OK
            ? new String(answer.body(), StandardCharsets.UTF_8)
            : null;
    Jwks keys = body == null ? null : Jwks.read(body);
    JwtStatus problem = body == null ? JwtStatus.FETCH_FAILED : JwtStatus.NO_VALID_KEYS;
    if (keys != null || !state.isFresh(call.nowNanos())) {
      long until = call.nowNanos() + settings.cacheDuration().toNanos();
      state = new State(keys, problem, until, true);
    }
    fetching.set(false);
    for (Waiter waiter = waiters.poll(); waiter != null; waiter = waiters.poll()) {
      waiter.tell();
    }
  }

  @Override
  public @Nullable Jwks keys() {
    return state.keys();
  }

  @Override
  public JwtStatus problem() {
    return state.problem();
  }
}
