package io.inmesh.examples.shop;

import io.inmesh.Mesh;
import io.inmesh.examples.platform.Json;
import io.inmesh.examples.platform.PlainService;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Payment. It needs nobody, and the mesh lets it reach nobody: what it tries at {@code /curious} is
 * refused by the catalogue, by name.
 *
 * <pre>
 * POST /charges/USER/CENTS   takes money
 * GET  /curious              tries to read the catalogue, and says what came of it
 * </pre>
 */
public final class Payment implements Handler {
  private final Mesh mesh;
  private final AtomicLong charges = new AtomicLong();

  Payment(Mesh mesh) {
    this.mesh = mesh;
  }

  public static void main(String[] arguments) throws Exception {
    PlainService.run(arguments, member -> new Payment(member.mesh()));
  }

  @Override
  public CompletionStage<ServerResponse> handle(ServerRequest request) {
    String[] words = request.path().split("/");
    if (request.path().equals("/curious")) {
      return mesh.send(Json.request("GET", "http://catalogue/items"))
          .thenApply(answer -> Json.answer(200, Map.of("status", answer.status())));
    }
    if (words.length != 4 || !request.method().equals("POST")) {
      return CompletableFuture.completedStage(Json.error(404, "no such path"));
    }
    return CompletableFuture.completedStage(
        Json.answer(200, Map.of("charge", charges.incrementAndGet(), "cents", words[3])));
  }
}
