package io.inmesh.runtime.edge;

import io.inmesh.call.Call;
import io.inmesh.call.MeshException;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.loop.EventLoop;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A whole response for a thread that waits for it: one hand-over to the loop, one wake-up back. */
final class BlockedCall extends Accumulator implements Runnable {
  private final CallStarter starter;
  private final @Nullable Object context;
  private final EventLoop loop;
  private final Request request;
  private final Thread waiter;
  private volatile @Nullable Call call;
  private @Nullable Response response;
  private @Nullable RuntimeException failure;
  private volatile boolean done;

  BlockedCall(CallStarter starter, EventLoop loop, Request request, int limit) {
    super(limit);
    this.starter = starter;
    this.context = starter.context();
    this.loop = loop;
    this.request = request;
    this.waiter = Thread.currentThread();
  }

  Response await() throws InterruptedException {
    loop.execute(this);
    boolean interrupted = false;
    while (!done) {
      LockSupport.park(this);
      if (!interrupted && Thread.interrupted()) {
        interrupted = true;
        loop.execute(this::giveUp);
      }
    }
    if (interrupted) {
      throw new InterruptedException("interrupted while waiting for " + request.authority());
    }
    if (failure != null) {
      throw failure;
    }
    if (response == null) {
      throw new IllegalStateException("a call ended without response and without failure");
    }
    return response;
  }

  private void giveUp() {
    Call started = call;
    if (started != null) {
      started.cancel("interrupted");
    }
  }

  @Override
  public void run() {
    try {
      Call started = starter.call(loop, request, this, context);
      call = started;
      bind(started);
    } catch (RuntimeException unexpected) {
      failure = unexpected;
      wake();
    }
  }

  @Override
  void finished(@Nullable Response whole, @Nullable MeshException broken) {
    response = whole;
    failure = broken;
    wake();
  }

  private void wake() {
    done = true;
    LockSupport.unpark(waiter);
  }
}
