package io.inmesh.runtime.edge;

import io.inmesh.call.Call;
import io.inmesh.call.MeshException;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.loop.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A whole response as a future, which completes on the executor for user code. Cancelling it
 * cancels the call.
 */
final class FutureCall extends CompletableFuture<Response> implements Runnable {
  private final Accumulator sink;
  private final Executor executor;
  private final CallStarter starter;
  private final @Nullable Object context;
  private final EventLoop loop;
  private final Request request;
  private volatile @Nullable Call call;
  private @Nullable Response response;
  private @Nullable MeshException failure;

  FutureCall(CallStarter starter, EventLoop loop, Request request, Executor executor, int limit) {
    this.starter = starter;
    this.context = starter.context();
    this.loop = loop;
    this.request = request;
    this.executor = executor;
    this.sink =
        new Accumulator(limit) {
          @Override
          void finished(@Nullable Response whole, @Nullable MeshException broken) {
            response = whole;
            failure = broken;
            FutureCall.this.executor.execute(FutureCall.this::deliver);
          }
        };
  }

  void start() {
    if (loop.inLoop()) {
      run();
    } else {
      loop.execute(this);
    }
  }

  /** On the loop. */
  @Override
  public void run() {
    if (isCancelled()) {
      return;
    }
    try {
      Call started = starter.call(loop, request, sink, context);
      call = started;
      sink.bind(started);
      if (isCancelled()) {
        started.cancel("cancelled by the caller");
      }
    } catch (RuntimeException unexpected) {
      completeExceptionally(unexpected);
    }
  }

  private void deliver() {
    if (response != null) {
      complete(response);
    } else if (failure != null) {
      completeExceptionally(failure);
    }
  }

  @Override
  public boolean cancel(boolean interrupt) {
    boolean first = super.cancel(interrupt);
    Call started = call;
    if (first && started != null) {
      started.cancel("cancelled by the caller");
    }
    return first;
  }
}
