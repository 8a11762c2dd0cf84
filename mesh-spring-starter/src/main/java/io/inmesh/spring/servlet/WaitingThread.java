package io.inmesh.spring.servlet;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;

/**
 * A container's thread that waits for the mesh, and does what the mesh wants done meanwhile: read
 * the request's body, which only such a thread may wait for.
 */
final class WaitingThread implements Executor {
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /** Looks again at what is awaited. */
  void wake() {
    tasks.add(() -> {});
  }

  /** Works until it is so; {@link #wake} is called whenever that may have changed. */
  void awaitUntil(BooleanSupplier condition) throws IOException {
    try {
      while (!condition.getAsBoolean()) {
        tasks.take().run();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the mesh judged a request");
    }
  }

  /** Works until it is there. */
  <T> T await(CompletableFuture<T> wanted) throws IOException {
    CompletionStage<T> stage = wanted;
    stage.whenComplete((value, failure) -> wake());
    awaitUntil(wanted::isDone);
    try {
      return wanted.join();
    } catch (CompletionException broken) {
      throw new IOException("the mesh cannot judge a request", broken.getCause());
    }
  }
}
