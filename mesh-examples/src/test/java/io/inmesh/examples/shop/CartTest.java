package io.inmesh.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.Mesh;
import io.inmesh.call.Response;
import io.inmesh.examples.platform.Json;
import io.inmesh.junit.As;
import io.inmesh.junit.MeshTest;
import io.inmesh.junit.MeshTestPlane;
import io.inmesh.runtime.member.Member;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * One idea: a service is tested with a mesh of the test's own, in which the services that it calls
 * are played. Here the cart is real, and the catalogue is whatever a test needs.
 */
@MeshTest
class CartTest {
  private final AtomicInteger asked = new AtomicInteger();
  private volatile int failures;

  @BeforeEach
  void serve(MeshTestPlane plane) {
    plane.serve(
        "catalogue",
        request -> {
          boolean fails = asked.incrementAndGet() <= failures;
          return CompletableFuture.completedStage(
              fails
                  ? Json.error(503, "out of order")
                  : Json.answer(200, new Item("tea", "Tea", 890)));
        });
    Member cart = plane.join("cart");
    plane.serve(cart, Member.Service.local(), new Cart(cart.mesh()));
  }

  private static Response add(Mesh storefront) throws InterruptedException {
    return storefront.blocking().send(Json.request("POST", "http://cart/carts/ada/tea"));
  }

  @Test
  void anItemGoesIn(@As("storefront") Mesh storefront) throws Exception {
    assertThat(add(storefront).text()).contains("\"cents\":890");
  }

  @Test
  void aFailureIsPassedOn(@As("storefront") Mesh storefront) throws Exception {
    failures = 1;
    assertThat(add(storefront).status()).isEqualTo(503);
  }

  @Test
  void andHelpedByARule(MeshTestPlane plane, @As("storefront") Mesh storefront) throws Exception {
    plane.service("catalogue", "retry: {attempts: 1, on: [5xx]}");
    failures = 1;
    assertThat(add(storefront).status()).isEqualTo(200);
    assertThat(asked).hasValue(2);
  }
}
