package io.inmesh.examples.shop;

import io.inmesh.Mesh;
import io.inmesh.call.Response;
import io.inmesh.examples.platform.Json;
import io.inmesh.examples.platform.PlainService;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Shopping carts. An item is put in at the price that the catalogue says now, so that each addition
 * is a call through the mesh: asynchronous, without a thread that waits.
 *
 * <pre>
 * GET    /carts/USER         what is in it
 * POST   /carts/USER/SKU     puts an item in
 * DELETE /carts/USER         empties it
 * </pre>
 */
public final class Cart implements Handler {
  private static final int MOST_ITEMS = 100;

  private final Mesh mesh;
  private final Map<String, List<Item>> carts = new ConcurrentHashMap<>();

  Cart(Mesh mesh) {
    this.mesh = mesh;
  }

  public static void main(String[] arguments) throws Exception {
    PlainService.run(arguments, member -> new Cart(member.mesh()));
  }

  @Override
  public CompletionStage<ServerResponse> handle(ServerRequest request) {
    String[] words = request.path().split("/");
    if (words.length < 3 || !words[1].equals("carts")) {
      return CompletableFuture.completedStage(Json.error(404, "no such path"));
    }
    String user = words[2];
    return switch (request.method()) {
      case "POST" -> add(user, words[words.length - 1]);
      case "DELETE" -> CompletableFuture.completedStage(empty(user));
      default -> CompletableFuture.completedStage(Json.answer(200, cart(user)));
    };
  }

  private List<Item> cart(String user) {
    return carts.computeIfAbsent(user, any -> new CopyOnWriteArrayList<>());
  }

  private CompletionStage<ServerResponse> add(String user, String sku) {
    return mesh.send(Json.request("GET", "http://catalogue/items/" + sku))
        .thenApply(found -> added(user, found));
  }

  private ServerResponse added(String user, Response found) {
    if (found.status() != 200) {
      return Json.passedOn(found);
    }
    List<Item> cart = cart(user);
    if (cart.size() >= MOST_ITEMS) {
      return Json.error(409, "the cart is full");
    }
    cart.add(Json.read(found, Item.class));
    return Json.answer(200, cart);
  }

  private ServerResponse empty(String user) {
    carts.remove(user);
    return Json.answer(200, List.of());
  }
}
