package io.inmesh.examples.shop.storefront;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/**
 * The shop's face: a page for people and JSON for programs. Browsers come in as they always did
 * ({@code inmesh.server.enabled=false}: it is the edge); what it calls goes through the mesh. An
 * ordinary Spring Boot application, too.
 */
@SpringBootApplication
@RestController
public class Storefront {
  /** People who try what is new; mesh.yaml sends them to checkout v2. */
  private static final String COHORT = "x-cohort";

  private final RestClient http;

  Storefront(RestClient.Builder http) {
    this.http = http.build();
  }

  public static void main(String[] arguments) {
    SpringApplication.run(Storefront.class, arguments);
  }

  @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
  Resource page() {
    return new ClassPathResource("shop/index.html");
  }

  @GetMapping("/api/items")
  ResponseEntity<String> items() {
    return call(HttpMethod.GET, "http://catalogue/items", Optional.empty());
  }

  @GetMapping("/api/cart/{user}")
  ResponseEntity<String> cart(@PathVariable("user") String user) {
    return call(HttpMethod.GET, "http://cart/carts/{user}", Optional.empty(), user);
  }

  @PostMapping("/api/cart/{user}/{sku}")
  ResponseEntity<String> add(@PathVariable("user") String user, @PathVariable("sku") String sku) {
    return call(HttpMethod.POST, "http://cart/carts/{user}/{sku}", Optional.empty(), user, sku);
  }

  @PostMapping("/api/checkout/{user}")
  ResponseEntity<String> checkout(@PathVariable("user") String user, HttpServletRequest request) {
    Optional<String> cohort = Optional.ofNullable(request.getHeader(COHORT));
    return call(HttpMethod.POST, "http://checkout/checkouts/{user}", cohort, user);
  }

  @GetMapping("/api/orders/{user}")
  ResponseEntity<String> orders(@PathVariable("user") String user) {
    return call(HttpMethod.GET, "http://orders/orders/{user}", Optional.empty(), user);
  }

  @GetMapping("/api/users/{user}")
  ResponseEntity<String> user(@PathVariable("user") String user) {
    return call(HttpMethod.GET, "http://users/users/{user}", Optional.empty(), user);
  }

  /** Whatever the service answers is the storefront's answer. */
  private ResponseEntity<String> call(
      HttpMethod method, String uri, Optional<String> cohort, Object... values) {
    ResponseEntity<String> answer =
        http.method(method)
            .uri(uri, values)
            .headers(headers -> cohort.ifPresent(name -> headers.set(COHORT, name)))
            .retrieve()
            .onStatus(status -> true, (request, response) -> {})
            .toEntity(String.class);
    return ResponseEntity.status(answer.getStatusCode())
        .contentType(MediaType.APPLICATION_JSON)
        .headers(
            headers ->
                Optional.ofNullable(answer.getHeaders().getFirst("x-version"))
                    .ifPresent(version -> headers.set("x-version", version)))
        .body(answer.getBody());
  }
}
