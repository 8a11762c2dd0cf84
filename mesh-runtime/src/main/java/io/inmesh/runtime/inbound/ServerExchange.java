package io.inmesh.runtime.inbound;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.net.NettyLoop;
import io.inmesh.runtime.net.Pacer;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, whatever the protocol: the request's body towards the handler, and
 * the reader of the answer's body. Owner: its loop; what the handler calls comes from any thread
 * and is brought there.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty reports a task that fails.
abstract class ServerExchange implements Body, Body.Sink, Pacer.Writer {
  private static final System.Logger LOG = System.getLogger("io.inmesh.server");

  private final NettyLoop loop;
  private final boolean toHead;

  private @Nullable Sink reader;
  private int demand;
  private boolean discarding;
  private boolean requestEnded;
  private @Nullable Throwable requestFailure;
  private Headers requestTrailers = Headers.EMPTY;

  private @Nullable RequestWatch watch;
  private @Nullable Body answer;
  private boolean headSent;
  private boolean answerEnded;
  private boolean broken;
  private @Nullable Pacer pacer;
  private final long stallNanos;
  private @Nullable Timer stall;

  /**
   * An exchange.
   *
   * @param stallNanos how long the client may take nothing of the answer; 0 for any time
   */
  ServerExchange(NettyLoop loop, boolean toHead, long stallNanos) {
    this.loop = loop;
    this.stallNanos = stallNanos;
    this.toHead = toHead;
  }

  /** Writes the head. {@code end}: nothing follows. Lengths as in {@code Http1Writer}. */
  abstract void writeHead(int status, Headers headers, long contentLength, boolean end);

  abstract void writeData(ByteBuffer chunk);

  abstract void writeEnd(Headers trailers);

  /** The handler can take more of the request. */
  abstract void demanded();

  /** The answer broke off after its head. */
  abstract void abort();

  /** The answer has been written to its end. */
  abstract void answered();

  final void handle(ServerSettings settings, ServerRequest request) {
    if (settings.requests() != RequestListener.NONE) {
      watch = new RequestWatch(settings.requests(), loop, request);
    }
    try {
      settings
          .handler()
          .handle(request)
          .whenComplete((response, failure) -> onLoop(() -> answer(response, failure)));
    } catch (RuntimeException failure) {
      answer(null, failure);
    }
  }

  private void onLoop(Runnable task) {
    if (loop.inLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  private void answer(@Nullable ServerResponse response, @Nullable Throwable failure) {
    if (response == null) {
      LOG.log(Level.WARNING, "a handler failed", failure);
      answer(new ServerResponse(500, Headers.EMPTY, Optional.empty()));
    } else {
      answer(response);
    }
  }

  /** Answers, unless something has been answered before. */
  final void answer(ServerResponse response) {
    Body body = response.body().orElse(null);
    if (headSent || broken) {
      if (body != null) {
        body.cancel();
      }
      return;
    }
    headSent = true;
    int status = response.status();
    if (watch != null) {
      watch.answered(status, response.headers());
    }
    boolean bodiless = toHead || status == 204 || status == 304;
    if (body == null || bodiless) {
      long length = body == null ? 0 : body.length();
      // No length is told where a body would have one that is not known.
      writeHead(status, response.headers(), bodiless && length <= 0 ? NO_LENGTH : length, true);
      if (body != null) {
        body.cancel();
      }
      ended(Headers.EMPTY);
      return;
    }
    answer = body;
    var writing = new Pacer(this, loop);
    pacer = writing;
    writeHead(status, response.headers(), body.length(), false);
    body.open(this);
    writing.grant();
  }

  /** For {@link #writeHead}: no word about a body. */
  static final long NO_LENGTH = -2;

  @Override
  public final void blocked() {
    if (stallNanos > 0 && !broken) {
      Timer timer = stall;
      if (timer == null) {
        timer =
            new Timer() {
              @Override
              protected void onTimer() {
                lost("the client takes nothing of the answer");
                abort();
              }
            };
        stall = timer;
      }
      loop.arm(timer, loop.nanoTime() + stallNanos);
    }
  }

  @Override
  public final void unblocked() {
    if (stall != null) {
      stall.disarm();
    }
  }

  private void ended(Headers trailers) {
    unblocked();
    if (watch != null) {
      watch.end(trailers, true);
    }
    answerEnded = true;
    answer = null;
    if (pacer == null) {
      flush();
    } else {
      pacer.endWritten();
    }
    answered();
  }

  final boolean isAnswered() {
    return answerEnded;
  }

  final boolean isHeadSent() {
    return headSent;
  }

  // ---- the answer's body, from any thread ----

  @Override
  public final void onData(ByteBuffer chunk) {
    if (loop.inLoop()) {
      data(chunk);
    } else {
      loop.execute(() -> data(chunk));
    }
  }

  private void data(ByteBuffer chunk) {
    if (answerEnded || broken) {
      return;
    }
    if (watch != null) {
      watch.sent(chunk.remaining());
    }
    writeData(chunk);
    if (pacer != null) {
      pacer.chunkWritten();
    }
  }

  @Override
  public final void onEnd(Headers trailers) {
    onLoop(
        () -> {
          if (!answerEnded && !broken) {
            writeEnd(trailers);
            if (!broken) {
              ended(trailers);
            }
          }
        });
  }

  @Override
  public final void onFailure(Throwable cause) {
    onLoop(
        () -> {
          if (!answerEnded && !broken) {
            LOG.log(Level.DEBUG, "an answer broke off", cause);
            answer = null;
            broken = true;
            lostSight();
            abort();
          }
        });
  }

  /** Lets the answer go on when the connection has room. */
  public final void schedule() {
    if (pacer != null) {
      pacer.schedule();
    }
  }

  @Override
  public final boolean mayWrite() {
    return answer != null;
  }

  @Override
  public final void grant(int chunks) {
    Body body = answer;
    if (body != null) {
      body.demand(chunks);
    }
  }

  // ---- the request's body, from any thread ----

  @Override
  public final void open(Sink sink) {
    onLoop(
        () -> {
          reader = sink;
          if (requestFailure != null) {
            sink.onFailure(requestFailure);
          } else if (requestEnded) {
            sink.onEnd(requestTrailers);
          } else {
            demanded();
          }
        });
  }

  @Override
  public final void demand(int chunks) {
    if (loop.inLoop()) {
      demandOnLoop(chunks);
    } else {
      loop.execute(() -> demandOnLoop(chunks));
    }
  }

  private void demandOnLoop(int chunks) {
    demand = demand + chunks < 0 ? Integer.MAX_VALUE : demand + chunks;
    if (!requestEnded && requestFailure == null) {
      demanded();
    }
  }

  @Override
  public final void cancel() {
    onLoop(this::discard);
  }

  /** The rest of the request is of no interest. */
  final void discard() {
    discarding = true;
    reader = null;
    if (!requestEnded && requestFailure == null) {
      demanded();
    }
  }

  /** Whether a chunk of the request may be passed on, or dropped. */
  final boolean isDemanded() {
    return discarding || (reader != null && demand > 0);
  }

  final boolean isDiscarding() {
    return discarding;
  }

  final boolean isRequestEnded() {
    return requestEnded;
  }

  /** A chunk of the request. */
  final void request(ByteBuffer chunk) {
    Sink sink = reader;
    if (watch != null) {
      watch.received(chunk.remaining());
    }
    if (sink != null) {
      if (demand != Integer.MAX_VALUE) {
        demand--;
      }
      sink.onData(chunk);
    }
  }

  /** The request's end. */
  final void requestEnd(Headers trailers) {
    requestEnded = true;
    requestTrailers = trailers;
    Sink sink = reader;
    if (sink != null) {
      reader = null;
      sink.onEnd(trailers);
    }
  }

  private void lostSight() {
    if (watch != null) {
      watch.end(Headers.EMPTY, false);
    }
  }

  /** The exchange is lost: the client went away, or broke the protocol. */
  final void lost(String reason) {
    unblocked();
    if (broken) {
      return;
    }
    broken = true;
    lostSight();
    var cause = new IOException(reason);
    if (!requestEnded) {
      requestFailure = cause;
      Sink sink = reader;
      reader = null;
      if (sink != null) {
        sink.onFailure(cause);
      }
    }
    Body body = answer;
    answer = null;
    if (body != null) {
      body.cancel();
    }
  }
}
