package io.inmesh.examples.shop.orders;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/**
 * Order processing. An ordinary Spring Boot application: it is called, and calls {@code users} by
 * its {@link RestClient}, and nothing here knows of a mesh.
 */
@SpringBootApplication
@RestController
public class Orders {
  private static final int KEPT = 1_000;

  private final RestClient http;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Order> orders = new ConcurrentHashMap<>();
  private final ConcurrentLinkedDeque<Long> kept = new ConcurrentLinkedDeque<>();

  /** What was bought. */
  public record Order(long number, String user, Object items, int cents, String checkout) {}

  /** What is to be bought. */
  public record Placed(List<Map<String, Object>> items, int cents, String checkout) {}

  Orders(RestClient.Builder http) {
    this.http = http.build();
  }

  public static void main(String[] arguments) {
    SpringApplication.run(Orders.class, arguments);
  }

  @PostMapping("/orders/{user}")
  Order place(@PathVariable("user") String user, @RequestBody Placed placed) {
    http.get().uri("http://users/users/{id}", user).retrieve().toBodilessEntity();
    long number = numbers.incrementAndGet();
    var order = new Order(number, user, placed.items(), placed.cents(), placed.checkout());
    orders.put(number, order);
    kept.addLast(number);
    if (kept.size() > KEPT) {
      orders.remove(kept.removeFirst());
    }
    return order;
  }

  @GetMapping("/orders/{user}")
  List<Order> of(@PathVariable("user") String user) {
    return orders.values().stream().filter(order -> order.user().equals(user)).toList();
  }
}
