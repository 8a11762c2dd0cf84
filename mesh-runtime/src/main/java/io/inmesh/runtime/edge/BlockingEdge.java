package io.inmesh.runtime.edge;

import io.inmesh.BlockingMesh;
import io.inmesh.call.MeshException;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.call.StreamingResponse;
import io.inmesh.loop.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** The blocking form. */
final class BlockingEdge implements BlockingMesh {
  private final Edges edges;

  BlockingEdge(Edges edges) {
    this.edges = edges;
  }

  private EventLoop loop() {
    if (edges.onLoop()) {
      throw new IllegalStateException(
          "a blocking call on a thread of the mesh would stop everything on it");
    }
    return edges.loop();
  }

  @Override
  public Response send(Request request) throws InterruptedException {
    return new BlockedCall(edges.starter(), loop(), request, edges.limit()).await();
  }

  @Override
  public BlockingResponse exchange(Request request) throws InterruptedException {
    CompletableFuture<StreamingResponse> head =
        new StreamedCall(edges.starter(), loop(), request, Runnable::run).start();
    try {
      return new PulledResponse(head.get());
    } catch (InterruptedException interrupted) {
      head.cancel(false);
      throw interrupted;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof MeshException known) {
        throw known;
      }
      throw new IllegalStateException(failed.getCause());
    }
  }
}
