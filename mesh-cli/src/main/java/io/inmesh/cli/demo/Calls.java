package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.call.Request;
import io.inmesh.cli.load.Load;
import io.inmesh.cli.load.Sample;
import io.inmesh.cli.load.Tally;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/** Calls by the number. */
final class Calls {
  private static final long ENDLESS = 1_000_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private Calls() {}

  /** So many, and then the count of them. */
  static Tally make(Mesh mesh, LongFunction<Request> requests, long calls, int concurrency)
      throws Exception {
    var tally = new Tally();
    make(mesh, requests, calls, concurrency, tally);
    return tally;
  }

  /** So many, on top of what was counted before. */
  static void make(
      Mesh mesh, LongFunction<Request> requests, long calls, int concurrency, Tally tally)
      throws Exception {
    try (Load load = Load.start(mesh, requests, tally, System::nanoTime, calls, concurrency)) {
      Broken.unless(load.await(PATIENCE), tally.calls() + " calls have ended, the last do not");
    }
  }

  /** The same GET. */
  static Tally get(Mesh mesh, String uri, long calls, int concurrency) throws Exception {
    Request request = Requests.get(uri);
    return make(mesh, ordinal -> request, calls, concurrency);
  }

  /** The same GET, until it is closed. */
  static Load endless(Mesh mesh, String uri, int concurrency, Consumer<Sample> observer) {
    Request request = Requests.get(uri);
    return Load.start(mesh, ordinal -> request, observer, System::nanoTime, ENDLESS, concurrency);
  }

  /** Breaks the promise if a call failed. */
  static void allSucceeded(Tally tally) throws Broken {
    Broken.unless(
        tally.failed() == 0,
        tally.failed() + " of " + tally.calls() + " calls failed: " + tally.failures());
  }
}
