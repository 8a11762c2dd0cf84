package io.inmesh.examples.shop;

import io.inmesh.examples.platform.Json;
import io.inmesh.examples.platform.PlainService;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The product catalogue. The shop runs three of them: each registers itself, and callers spread
 * their calls over whatever instances there are.
 *
 * <pre>
 * GET /items        all items
 * GET /items/SKU    one of them
 * </pre>
 */
public final class Catalogue implements Handler {
  private final Map<String, Item> items = new LinkedHashMap<>();

  Catalogue() {
    put(new Item("tea", "Darjeeling, 100 g", 890));
    put(new Item("pot", "Cast iron pot", 4900));
    put(new Item("cup", "Porcelain cup", 1250));
    put(new Item("tin", "Caddy, cherry bark", 3400));
  }

  private void put(Item item) {
    items.put(item.sku(), item);
  }

  public static void main(String[] arguments) throws Exception {
    PlainService.run(arguments, member -> new Catalogue());
  }

  @Override
  public CompletionStage<ServerResponse> handle(ServerRequest request) {
    return CompletableFuture.completedStage(answer(request.path()));
  }

  private ServerResponse answer(String path) {
    if (path.equals("/items")) {
      return Json.answer(200, items.values());
    }
    Item item = items.get(path.substring(path.lastIndexOf('/') + 1));
    return item == null ? Json.error(404, "no such item") : Json.answer(200, item);
  }
}
