package io.inmesh.runtime.filter.jwt;

import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.JwtAuthentication.AsyncFetch;
import io.inmesh.config.JwtAuthentication.RemoteJwks;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.stage.Errands;
import io.inmesh.runtime.stage.FilteredCall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keys that are fetched from a cluster of the mesh: when a token needs them, and again when they
 * are too old; or ahead of all tokens, and then over and over. One fetch at a time serves all who
 * wait; a failed one is told to those who wait, and the next token asks again. Safe for use by many
 * loops.
 */
final class RemoteKeys implements KeySource {
  private static final int OK = 200;

  /** How long before their end keys are fetched anew. */
  private static final Duration AHEAD = Duration.ofSeconds(5);

  /** Whatever config says, keys are not fetched ahead more often than that. */
  private static final Duration OFTEN = Duration.ofMillis(100);

  private final RemoteJwks settings;
  private final Errands errands;
  private final Request request;
  private final AtomicBoolean fetching = new AtomicBoolean();
  private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();
  private final Ahead ahead = new Ahead();
  private volatile State state = new State(null, 0, false);

  private record Waiter(FilteredCall call, Runnable ready) {
    void tell() {
      call.loop().execute(ready);
    }
  }

  private record State(@Nullable Jwks keys, long until, boolean limited) {
    boolean isFresh(long now) {
      return keys != null && (!limited || now - until < 0);
    }
  }

  /** On the config thread, while config is assembled. */
  RemoteKeys(RemoteJwks settings, Errands errands) {
    this.settings = settings;
    this.errands = errands;
    this.request = request(settings);
    // Once what is being assembled is in force: before, the cluster may not be there.
    settings.async().ifPresent(how -> errands.loop().execute(ahead::onTimer));
  }

  private static Request request(RemoteJwks settings) {
    String uri = settings.uri();
    int end = uri.indexOf("://");
    int host = end < 0 ? 0 : end + 3;
    int slash = uri.indexOf('/', host);
    String authority = slash < 0 ? uri.substring(host) : uri.substring(host, slash);
    return new Request(
        "GET",
        end <= 0 ? "http" : uri.substring(0, end),
        authority.isEmpty() ? settings.cluster() : authority,
        slash < 0 ? "/" : uri.substring(slash),
        Headers.EMPTY,
        Optional.empty(),
        settings.timeout());
  }

  /** Fetches at its time, whoever asks or does not. Owner: the errands' loop. */
  private final class Ahead extends Timer {
    private boolean closed;

    @Override
    protected void onTimer() {
      if (closed) {
        return;
      }
      if (fetching.compareAndSet(false, true)) {
        errands.fetch(settings.cluster(), request, settings.retry(), this::fetched);
      } else {
        // A token was faster: its fetch counts as any other, only that its keys have an end.
        again(settings.async().map(AsyncFetch::failedRefetch).orElse(AHEAD));
      }
    }

    private void fetched(FilteredCall.@Nullable Answer answer) {
      Jwks keys = read(answer);
      if (keys != null) {
        state = new State(keys, 0, false);
      }
      told();
      Duration good = settings.cacheDuration();
      Duration next = good.compareTo(AHEAD) > 0 ? good.minus(AHEAD) : good;
      again(keys != null ? next : settings.async().orElse(AsyncFetch.DEFAULT).failedRefetch());
    }

    private void again(Duration after) {
      Duration in = after.compareTo(OFTEN) < 0 ? OFTEN : after;
      if (!closed) {
        errands.loop().arm(this, errands.loop().nanoTime() + in.toNanos());
      }
    }

    void close() {
      closed = true;
      disarm();
    }
  }

  /** On the config thread: nothing is fetched ahead any more. */
  void close() {
    ahead.close();
  }

  @Override
  public boolean isPending(FilteredCall call) {
    return !state.isFresh(call.nowNanos());
  }

  @Override
  public void await(FilteredCall call, Runnable ready) {
    waiters.add(new Waiter(call, ready));
    if (fetching.compareAndSet(false, true)) {
      call.fetch(settings.cluster(), request, settings.retry(), answer -> fetched(call, answer));
    }
  }

  private void fetched(FilteredCall call, FilteredCall.@Nullable Answer answer) {
    Jwks keys = read(answer);
    long now = call.nowNanos();
    if (keys != null || !state.isFresh(now)) {
      state = new State(keys, now + settings.cacheDuration().toNanos(), true);
    }
    told();
  }

  private static @Nullable Jwks read(FilteredCall.@Nullable Answer answer) {
    return answer == null || answer.status() != OK
        ? null
        : Jwks.read(new String(answer.body(), StandardCharsets.UTF_8));
  }

  private void told() {
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
    return JwtStatus.FETCH_FAILED;
  }
}
