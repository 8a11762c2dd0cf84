package io.inmesh.runtime.edge;

import io.inmesh.BlockingMesh;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.call.StreamingResponse;
import io.inmesh.loop.EventLoop;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** All forms of a call, over the lean one. */
public final class Edges {
  private final CallStarter starter;
  private final Supplier<? extends EventLoop> loops;
  private final BooleanSupplier onLoop;
  private final Executor executor;
  private final int limit;

  /**
   * The forms for one mesh.
   *
   * @param loops chooses a loop for a call
   * @param onLoop whether the current thread is one of the mesh's, where nobody may block
   * @param executor runs what hangs on futures
   * @param limit the most bytes of a response that is collected whole
   */
  public Edges(
      CallStarter starter,
      Supplier<? extends EventLoop> loops,
      BooleanSupplier onLoop,
      Executor executor,
      int limit) {
    this.starter = starter;
    this.loops = loops;
    this.onLoop = onLoop;
    this.executor = executor;
    this.limit = limit;
  }

  /** See {@link io.inmesh.Mesh#send}. */
  public CompletionStage<Response> send(Request request) {
    var future = new FutureCall(starter, loop(), request, executor, limit);
    future.start();
    return future;
  }

  /** See {@link io.inmesh.Mesh#exchange}. */
  public CompletionStage<StreamingResponse> exchange(Request request) {
    return new StreamedCall(starter, loop(), request, executor).start();
  }

  /** See {@link io.inmesh.Mesh#blocking}. */
  public BlockingMesh blocking() {
    return new BlockingEdge(this);
  }

  CallStarter starter() {
    return starter;
  }

  /** A loop for the next call. */
  public EventLoop loop() {
    return loops.get();
  }

  boolean onLoop() {
    return onLoop.getAsBoolean();
  }

  int limit() {
    return limit;
  }
}
