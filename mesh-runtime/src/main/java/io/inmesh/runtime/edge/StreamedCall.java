package io.inmesh.runtime.edge;

import io.inmesh.call.Body;
import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.StreamingResponse;
import io.inmesh.loop.EventLoop;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A response whose body is read as it comes. The head completes the future on the executor for user
 * code; the body's sink is called on the loop. Nothing of the body arrives before it is opened and
 * asked for: the call's demand is the reader's. Owner: the loop; the methods of {@link Body} may be
 * called from any thread.
 */
final class StreamedCall implements CallSink, Body, Runnable {
  private final CallStarter starter;
  private final @Nullable Object context;
  private final EventLoop loop;
  private final Request request;
  private final Executor executor;
  private final CompletableFuture<StreamingResponse> head = new Head();
  private @Nullable Call call;
  private @Nullable Sink reader;
  private int early;
  private int status;
  private Headers headers = Headers.EMPTY;
  private Headers trailers = Headers.EMPTY;
  private @Nullable Ended ended;
  private @Nullable ByteBuffer kept;
  private boolean headSeen;
  private boolean told;
  private boolean cancelled;
  private long length = -1;

  /** Cancelling the future cancels the call. */
  private final class Head extends CompletableFuture<StreamingResponse> {
    @Override
    public boolean cancel(boolean interrupt) {
      boolean first = super.cancel(interrupt);
      if (first) {
        StreamedCall.this.cancel();
      }
      return first;
    }
  }

  StreamedCall(CallStarter starter, EventLoop loop, Request request, Executor executor) {
    this.starter = starter;
    this.context = starter.context();
    this.loop = loop;
    this.request = request;
    this.executor = executor;
  }

  CompletableFuture<StreamingResponse> start() {
    onLoop(this);
    return head;
  }

  private void onLoop(Runnable step) {
    if (loop.inLoop()) {
      step.run();
    } else {
      loop.execute(step);
    }
  }

  @Override
  public void run() {
    if (cancelled) {
      return;
    }
    try {
      Call started = starter.call(loop, request, this, context);
      call = started;
      if (headSeen) {
        tellHead(started);
      }
      if (early > 0 && ended == null) {
        started.demand(early);
      }
      if (ended != null) {
        finish(started);
      }
    } catch (RuntimeException unexpected) {
      executor.execute(() -> head.completeExceptionally(unexpected));
    }
  }

  @Override
  public void onHead(int code, Headers fields) {
    status = code;
    headers = fields;
    headSeen = true;
    length = lengthOf(fields);
    Call started = call;
    if (started != null) {
      tellHead(started);
    }
  }

  private static long lengthOf(Headers fields) {
    String announced = fields.get("content-length");
    try {
      return announced == null ? -1 : Long.parseLong(announced);
    } catch (NumberFormatException malformed) {
      return -1;
    }
  }

  private void tellHead(Call started) {
    var response = new StreamingResponse(status, headers, this, started.outcome());
    executor.execute(
        () -> {
          if (!head.complete(response)) {
            cancel();
          }
        });
  }

  @Override
  public void onData(ByteBuffer chunk) {
    Sink to = reader;
    if (to != null) {
      to.onData(chunk);
    } else {
      keep(chunk);
    }
  }

  /** Only the body of a local reply comes without being asked for. */
  private void keep(ByteBuffer chunk) {
    ByteBuffer before = kept == null ? ByteBuffer.allocate(0) : kept;
    kept =
        ByteBuffer.allocate(before.remaining() + chunk.remaining()).put(before).put(chunk).flip();
  }

  @Override
  public void onTrailers(Headers last) {
    trailers = last;
  }

  @Override
  public void onEnd(Ended how) {
    ended = how;
    Call started = call;
    if (started != null) {
      finish(started);
    }
  }

  private void finish(Call started) {
    Ended how = ended;
    if (how == null || told) {
      return;
    }
    if (!headSeen) {
      told = true;
      var failure = Failures.of(started, how);
      executor.execute(() -> head.completeExceptionally(failure));
      return;
    }
    Sink to = reader;
    if (to != null && kept == null) {
      told = true;
      if (how == Ended.COMPLETE) {
        to.onEnd(trailers);
      } else {
        to.onFailure(Failures.of(started, how));
      }
    }
  }

  @Override
  public void open(Sink sink) {
    onLoop(
        () -> {
          if (reader != null) {
            sink.onFailure(new IllegalStateException("a body is read once"));
            return;
          }
          reader = sink;
          Call started = call;
          if (started != null) {
            finish(started);
          }
        });
  }

  @Override
  public void demand(int chunks) {
    onLoop(() -> demanded(chunks));
  }

  private void demanded(int chunks) {
    int left = chunks;
    Sink to = reader;
    ByteBuffer waiting = kept;
    if (to != null && waiting != null && left > 0) {
      kept = null;
      to.onData(waiting);
      left = left == Integer.MAX_VALUE ? left : left - 1;
    }
    Call started = call;
    if (started == null) {
      early = (int) Math.min((long) early + left, Integer.MAX_VALUE);
    } else if (ended == null) {
      started.demand(left);
    } else {
      finish(started);
    }
  }

  @Override
  public void cancel() {
    onLoop(
        () -> {
          cancelled = true;
          told = true;
          kept = null;
          Call started = call;
          if (started != null) {
            started.cancel("cancelled by the caller");
          }
        });
  }

  @Override
  public long length() {
    return length;
  }
}
