package io.inmesh.cli.load;

import io.inmesh.Mesh;
import io.inmesh.call.MeshException;
import io.inmesh.call.Outcome;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls, so many at once, until a number is reached or it is stopped. Each of the concurrent
 * strands makes its next call when the last has ended. The observer is called by several threads.
 */
public final class Load implements AutoCloseable {
  private static final Outcome NOTHING =
      new Outcome(Set.of(), "", "", "", "", 0, "", Duration.ZERO);

  private final Mesh mesh;
  private final LongFunction<Request> requests;
  private final Consumer<Sample> observer;
  private final LongSupplier nanoTime;
  private final long calls;
  private final AtomicLong next = new AtomicLong();
  private final AtomicInteger strands;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean stopped;

  private Load(
      Mesh mesh,
      LongFunction<Request> requests,
      Consumer<Sample> observer,
      LongSupplier nanoTime,
      long calls,
      int concurrency) {
    this.mesh = mesh;
    this.requests = requests;
    this.observer = observer;
    this.nanoTime = nanoTime;
    this.calls = calls;
    this.strands = new AtomicInteger(concurrency);
  }

  /**
   * Starts making calls.
   *
   * @param requests makes the request of an ordinal
   * @param calls how many in all; it stops by itself
   * @param concurrency how many at once; at least 1
   */
  public static Load start(
      Mesh mesh,
      LongFunction<Request> requests,
      Consumer<Sample> observer,
      LongSupplier nanoTime,
      long calls,
      int concurrency) {
    if (concurrency < 1) {
      throw new IllegalArgumentException("there must be at least one call at once");
    }
    var load = new Load(mesh, requests, observer, nanoTime, calls, concurrency);
    for (int i = 0; i < concurrency; i++) {
      load.strand();
    }
    return load;
  }

  /**
   * Makes calls as long as they end at once, and leaves the rest to the end of the first that does
   * not: no recursion.
   */
  private void strand() {
    while (true) {
      long ordinal = stopped ? calls : next.getAndIncrement();
      if (ordinal >= calls) {
        if (strands.decrementAndGet() == 0) {
          ended.countDown();
        }
        return;
      }
      long start = nanoTime.getAsLong();
      CompletionStage<Response> stage = mesh.send(requests.apply(ordinal));
      var turn = new Turn(ordinal, start);
      stage.whenComplete(turn::ended);
      if (!turn.alreadyEnded()) {
        return;
      }
    }
  }

  private final class Turn {
    private final long ordinal;
    private final long start;
    private final AtomicInteger marks = new AtomicInteger();

    Turn(long ordinal, long start) {
      this.ordinal = ordinal;
      this.start = start;
    }

    void ended(@Nullable Response response, @Nullable Throwable failure) {
      long nanos = nanoTime.getAsLong() - start;
      observer.accept(sample(nanos, response, failure));
      if (marks.getAndIncrement() != 0) {
        strand();
      }
    }

    private Sample sample(long nanos, @Nullable Response response, @Nullable Throwable failure) {
      if (response != null) {
        return new Sample(ordinal, start, nanos, Optional.of(response), "", response.outcome());
      }
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      Outcome outcome = cause instanceof MeshException known ? known.outcome() : NOTHING;
      return new Sample(ordinal, start, nanos, Optional.empty(), String.valueOf(cause), outcome);
    }

    boolean alreadyEnded() {
      return marks.getAndIncrement() != 0;
    }
  }

  /** How many calls have been started. */
  public long started() {
    return Math.min(next.get(), calls);
  }

  /** Starts no more calls. */
  public void stop() {
    stopped = true;
  }

  /** Waits until all calls have ended; false if the time is over before. */
  public boolean await(Duration most) throws InterruptedException {
    return ended.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Starts no more calls and waits for those under way, for ten seconds at most. */
  @Override
  public void close() {
    stop();
    try {
      if (!await(Duration.ofSeconds(10))) {
        throw new IllegalStateException("calls are still under way after ten seconds");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
