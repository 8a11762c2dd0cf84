package io.inmesh.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.Mesh;
import io.inmesh.config.Address;
import io.inmesh.examples.platform.Json;
import io.inmesh.examples.shop.orders.Orders;
import io.inmesh.examples.shop.storefront.Storefront;
import io.inmesh.examples.shop.users.Users;
import io.inmesh.junit.As;
import io.inmesh.junit.MeshTest;
import io.inmesh.junit.MeshTestPlane;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.Handler;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole shop, with its own mesh.yaml, in one process. */
@MeshTest
class ShopTest {
  private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();
  private static final ExecutorService WORKERS = Executors.newFixedThreadPool(4);
  private static final HttpClient BROWSER = HttpClient.newHttpClient();

  private static String shop = "";

  @BeforeAll
  static void open(MeshTestPlane plane) throws Exception {
    plane.configure(Files.readString(Path.of("shop", "mesh.yaml")));
    for (int i = 0; i < 3; i++) {
      plain(plane, "catalogue", "", mesh -> new Catalogue());
    }
    plain(plane, "cart", "", Cart::new);
    plain(plane, "payment", "", Payment::new);
    for (String version : new String[] {"v1", "v2"}) {
      plain(plane, "checkout", version, mesh -> new Checkout(mesh, version, WORKERS));
    }
    spring(plane, Users.class, "users", true);
    spring(plane, Orders.class, "orders", true);
    ConfigurableApplicationContext front = spring(plane, Storefront.class, "storefront", false);
    shop = "http://127.0.0.1:" + front.getEnvironment().getProperty("local.server.port");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(send("GET", "/api/items").statusCode()).isEqualTo(200);
              assertThat(send("GET", "/api/cart/bob").statusCode()).isEqualTo(200);
              assertThat(send("GET", "/api/users/bob").statusCode()).isEqualTo(200);
              assertThat(send("POST", "/api/checkout/bob").statusCode()).isEqualTo(200);
            });
  }

  @AfterAll
  static void close() throws Exception {
    while (!OPEN.isEmpty()) {
      OPEN.pop().close();
    }
    WORKERS.shutdownNow();
  }

  private static <T extends AutoCloseable> T keep(T it) {
    OPEN.push(it);
    return it;
  }

  private static void plain(
      MeshTestPlane plane, String service, String version, Function<Mesh, Handler> handler) {
    Member member = plane.join(service);
    var labels = version.isEmpty() ? Map.<String, String>of() : Map.of("version", version);
    var what = new Member.Service(new Address("127.0.0.1", 0), "http", labels, 1);
    plane.serve(member, what, handler.apply(member.mesh()));
  }

  private static ConfigurableApplicationContext spring(
      MeshTestPlane plane, Class<?> application, String service, boolean serves) {
    return keep(
        SpringApplication.run(
            application,
            "--inmesh.service=" + service,
            "--inmesh.server.enabled=" + serves,
            "--inmesh.join=" + plane.joinFile(service)));
  }

  private static HttpResponse<String> send(String method, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(shop + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return BROWSER.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void somebodyBuysTea() throws Exception {
    assertThat(send("POST", "/api/cart/ada/tea").body()).contains("\"cents\":890");
    assertThat(send("GET", "/api/cart/ada").body()).contains("Darjeeling");
    HttpResponse<String> bought = send("POST", "/api/checkout/ada", "x-cohort", "beta");
    assertThat(bought.statusCode()).isEqualTo(200);
    assertThat(bought.body()).contains("\"cents\":801").contains("\"checkout\":\"v2\"");
    assertThat(send("GET", "/api/orders/ada").body()).contains("\"cents\":801");
    assertThat(send("GET", "/api/cart/ada").body()).isEqualTo("[]");
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    assertThat(send("POST", "/api/cart/ada/yacht").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/api/users/nobody").statusCode()).isEqualTo(404);
  }

  @Test
  void nobodyButCheckoutIsPaid(@As("storefront") Mesh storefront) throws Exception {
    var charge = Json.request("POST", "http://payment/charges/ada/1");
    assertThat(storefront.blocking().send(charge).status()).isEqualTo(403);
    var curious = storefront.blocking().send(Json.request("GET", "http://payment/curious"));
    assertThat(curious.text()).isEqualTo("{\"status\":403}");
  }

  @Test
  void paymentDoesNotReadTheCatalogue(@As("payment") Mesh payment) throws Exception {
    var read = Json.request("GET", "http://catalogue/items");
    assertThat(payment.blocking().send(read).status()).isEqualTo(403);
  }

  @Test
  void thereIsAPage() throws Exception {
    HttpResponse<String> page = send("GET", "/");
    assertThat(page.headers().firstValue("content-type").orElse("")).startsWith("text/html");
    assertThat(page.body()).contains("<h1>The shop</h1>");
  }

  /** The applications' classes name nothing of ours: what meshes them is the class path. */
  @Test
  void springApplicationsAreUntouched() throws Exception {
    for (Class<?> application : new Class<?>[] {Users.class, Orders.class, Storefront.class}) {
      String file = application.getSimpleName() + ".class";
      try (InputStream in = application.getResourceAsStream(file)) {
        String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(text.replace("io/inmesh/examples/shop/", "")).doesNotContain("io/inmesh/");
      }
    }
  }
}
