package io.inmesh.spring.inbound;

import io.inmesh.call.Headers;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.inbound.RequestListener;
import io.inmesh.runtime.member.Serving;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request to the application's own server. It is judged on a loop of the mesh, before the
 * application is called; the head of the application's answer passes the same filters before it
 * goes out. May be used from any thread.
 */
public final class Incoming {
  private final Serving serving;
  private final EventLoop loop;
  private final ServerRequest asked;
  private final long start;

  /** What the filters let through; empty if they answered themselves. */
  private final CompletableFuture<Optional<ServerRequest>> granted = new CompletableFuture<>();

  /** What the application says, for the filters to see. */
  private final CompletableFuture<ServerResponse> answer = new CompletableFuture<>();

  /** What goes out. */
  private final CompletableFuture<ServerResponse> decided = new CompletableFuture<>();

  private final Tail tail = new Tail();
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * A request.
   *
   * @param asked as it came in
   */
  public Incoming(Serving serving, ServerRequest asked) {
    this.serving = serving;
    this.loop = serving.loop();
    this.asked = asked;
    this.start = loop.nanoTime();
  }

  /**
   * Begins to judge it.
   *
   * @return what the filters let through, once they have; empty if they answered themselves: then
   *     {@link #decided} is what they say
   */
  public CompletableFuture<Optional<ServerRequest>> judge(Downstream connection) {
    loop.execute(() -> judgeOnLoop(connection));
    return granted;
  }

  private void judgeOnLoop(Downstream connection) {
    serving
        .enforcement()
        .before(
            through -> {
              granted.complete(Optional.of(through));
              return answer;
            },
            connection,
            loop)
        .handle(asked)
        .whenComplete(
            (response, failure) -> {
              if (failure == null) {
                decided.complete(response);
              } else {
                decided.completeExceptionally(failure);
              }
              granted.complete(Optional.empty());
            });
  }

  /** What goes out instead of, or after, the application's answer. */
  public CompletableFuture<ServerResponse> decided() {
    return decided;
  }

  /** The application is not asked. */
  public CompletableFuture<ServerResponse> refuse(int status) {
    answer.complete(new ServerResponse(status, Headers.EMPTY, Optional.empty()));
    return decided;
  }

  /** The head of the application's answer; completes with what is to go out. */
  public CompletableFuture<ServerResponse> answered(int status, Headers headers) {
    answer.complete(new ServerResponse(status, headers, Optional.of(tail)));
    return decided.thenApply(
        out -> {
          out.body().ifPresent(body -> body.open(tail.reader()));
          return out;
        });
  }

  /**
   * It is over. Idempotent.
   *
   * @param whole whether the application's answer went out whole
   * @param received bytes of its body, as far as known
   */
  public void end(boolean whole, int status, long received, long sent) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    // Filters that still wait for an answer get none.
    answer.complete(new ServerResponse(500, Headers.EMPTY, Optional.empty()));
    tail.end(whole);
    RequestListener requests = serving.requests();
    if (requests != RequestListener.NONE) {
      loop.execute(
          () ->
              requests.onEnd(
                  new RequestListener.Served(
                      loop,
                      asked,
                      status,
                      Headers.EMPTY,
                      Headers.EMPTY,
                      loop.nanoTime() - start,
                      Math.max(0, received),
                      sent,
                      whole)));
    }
  }
}
