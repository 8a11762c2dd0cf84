package io.inmesh.examples.shop;

import io.inmesh.Mesh;
import io.inmesh.call.Headers;
import io.inmesh.call.Response;
import io.inmesh.examples.platform.Arguments;
import io.inmesh.examples.platform.Json;
import io.inmesh.examples.platform.PlainService;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * Checkout, in two versions: v2 gives a tenth off. Both run side by side, and mesh.yaml says who
 * gets which. Here a thread of a pool waits for one call after another.
 *
 * <pre>
 * POST /checkouts/USER   cart, payment, order
 * GET  /version          which version answers
 * </pre>
 */
public final class Checkout implements Handler {
  private final Mesh mesh;
  private final String version;
  private final Executor workers;

  Checkout(Mesh mesh, String version, Executor workers) {
    this.mesh = mesh;
    this.version = version;
    this.workers = workers;
  }

  public static void main(String[] words) throws Exception {
    String version = Arguments.of(words).required("inmesh.server.labels.version");
    Executor workers = Executors.newFixedThreadPool(16);
    PlainService.run(words, member -> new Checkout(member.mesh(), version, workers));
  }

  @Override
  public CompletionStage<ServerResponse> handle(ServerRequest request) {
    if (request.path().equals("/version")) {
      return CompletableFuture.completedStage(said(Json.answer(200, Map.of("version", version))));
    }
    String user = request.path().substring(request.path().lastIndexOf('/') + 1);
    // The span of this request comes along to the other thread.
    return CompletableFuture.supplyAsync(() -> checkOut(user), Context.current().wrap(workers));
  }

  private ServerResponse checkOut(String user) {
    try {
      Response cart = call("GET", "http://cart/carts/" + user);
      if (cart.status() != 200) {
        return said(Json.passedOn(cart));
      }
      List<Item> items = List.of(Json.read(cart, Item[].class));
      int cents = total(items);
      Response charge = call("POST", "http://payment/charges/" + user + "/" + cents);
      if (charge.status() != 200) {
        return said(Json.passedOn(charge));
      }
      var order = Map.of("items", items, "cents", cents, "checkout", version);
      var placing = Json.request("POST", "http://orders/orders/" + user, order);
      Response placed = mesh.blocking().send(placing);
      if (placed.status() == 200) {
        call("DELETE", "http://cart/carts/" + user);
      }
      return said(Json.passedOn(placed));
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      return said(Json.error(503, "ending"));
    }
  }

  private Response call(String method, String uri) throws InterruptedException {
    return mesh.blocking().send(Json.request(method, uri));
  }

  private int total(List<Item> items) {
    int cents = items.stream().mapToInt(Item::cents).sum();
    return version.equals("v2") ? cents * 9 / 10 : cents;
  }

  private ServerResponse said(ServerResponse answer) {
    Headers headers = Headers.of("content-type", "application/json", "x-version", version);
    return new ServerResponse(answer.status(), headers, answer.body());
  }
}
