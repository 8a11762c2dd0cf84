package io.inmesh.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.Mesh;
import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.config.Address;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerResponse;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What a test can do with a mesh of its own; its mesh.yaml stands beside it. */
@MeshTest
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MeshTestTest {
  private static MeshTestPlane ofAll;

  @As("storefront")
  private Mesh storefront;

  private MeshTestPlane plane;

  @BeforeAll
  static void serve(MeshTestPlane plane) {
    assertThat(ofAll).isSameAs(plane);
    plane.serve("stays", answering("stayed"));
  }

  private static Handler answering(String text) {
    return request ->
        CompletableFuture.completedFuture(
            new ServerResponse(
                200,
                Headers.of("x-peer", request.peer().map(Object::toString).orElse("nobody")),
                Optional.of(Bodies.of(text))));
  }

  private static Response get(Mesh from, String uri) throws InterruptedException {
    return from.blocking().send(Request.of("GET", URI.create(uri)));
  }

  @Test
  @Order(1)
  void itsFileHolds() throws Exception {
    assertThat(get(storefront, "http://greeting/").text()).isEqualTo("hello from the file");
    assertThat(get(storefront, "http://greeting.dev/").text()).isEqualTo("hello from dev");
  }

  @Test
  @Order(2)
  void serversKnowWhoCalls(@As("ops.dev") Mesh ops, Mesh nobody) throws Exception {
    plane.serve("orders", answering("served"));
    assertThat(get(storefront, "http://orders/").headers().get("x-peer"))
        .isEqualTo("spiffe://cluster.local/ns/default/sa/storefront");
    assertThat(get(ops, "http://orders.default/").headers().get("x-peer"))
        .isEqualTo("spiffe://cluster.local/ns/dev/sa/ops");
    assertThat(get(nobody, "http://orders/").headers().get("x-peer"))
        .isEqualTo("spiffe://cluster.local/ns/default/sa/test");
    assertThat(get(storefront, "http://stays/").text()).isEqualTo("stayed");
    plane.service("greeting", "routes: [{respond: {status: 200, body: changed}}]");
    assertThat(get(storefront, "http://greeting/").text()).isEqualTo("changed");
  }

  @Test
  @Order(3)
  void whatTheTestBeforeHasChangedIsPutBack() throws Exception {
    assertThat(get(storefront, "http://greeting/").text()).isEqualTo("hello from the file");
    assertThat(plane.controlPlane().registry().instances())
        .extracting(one -> one.service())
        .containsExactly("stays");
  }

  @Test
  void instancesCarryLabelsAndAreAdded() throws Exception {
    plane.service("pay", "subsets: {v2: {version: v2}}\nroutes: [{to: {v2: 1}}]\n");
    Member second = plane.join("pay");
    plane.serve(
        second,
        new Member.Service(new Address("127.0.0.1", 0), "http", Map.of("version", "v2"), 1),
        answering("second"));
    plane.serve("pay", answering("first"));
    for (int i = 0; i < 10; i++) {
      assertThat(get(storefront, "http://pay/").text()).isEqualTo("second");
    }
  }

  @Test
  void everyChangeIsInForceWhenTheMethodReturns() throws Exception {
    for (int i = 0; i < 20; i++) {
      plane.service("greeting", "routes: [{respond: {status: 200, body: \"%d\"}}]".formatted(i));
      assertThat(get(storefront, "http://greeting/").text()).isEqualTo(Integer.toString(i));
    }
    plane.configure(
        "apiVersion: inmesh.io/v1\nservices: {other: {routes: [{respond: {status: 204}}]}}\n");
    assertThat(get(storefront, "http://other/").status()).isEqualTo(204);
  }

  @Test
  void filesBesideItHoldToo() throws Exception {
    plane.serve("orders", answering("served"));
    assertThat(get(storefront, "http://orders/").status()).isEqualTo(200);
    plane.file(
        "policies.yaml",
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: nobody, namespace: default}
        spec: {}
        """);
    assertThat(get(storefront, "http://orders/").status()).isEqualTo(403);
    plane.removeFile("policies.yaml");
    assertThat(get(storefront, "http://orders/").status()).isEqualTo(200);
  }

  @Test
  void whatIsWrongIsRefusedByLineAndChangesNothing() throws Exception {
    assertThatThrownBy(() -> plane.service("greeting", "timeout: 1s\nretrys: off"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("service(\"greeting\"):2:1: error")
        .hasMessageContaining("retrys");
    assertThatThrownBy(() -> plane.configure("apiVersion: inmesh.io/v1\nservices: [a]\n"))
        .hasMessageContaining("io/inmesh/junit/MeshTestTest.mesh.yaml:2:11: error");
    assertThatThrownBy(() -> plane.file("policies.yaml", "kind: Nonsense"))
        .hasMessageContaining("policies.yaml:1:1: error");
    assertThatThrownBy(() -> plane.instance("greeting", "not an address"))
        .hasMessageContaining("not an address");
    assertThat(get(storefront, "http://greeting/").text()).isEqualTo("hello from the file");
  }

  @Test
  void instancesJoinThoseOfTheFile() throws Exception {
    plane.service("plain", "{timeout: 3s}");
    plane.instance("plain", 1);
    plane.instance("empty", "127.0.0.1:2");
    plane.instance("elsewhere.dev", 3);
    assertThat(get(storefront, "http://plain/").status()).isEqualTo(503);
    assertThat(get(storefront, "http://empty/").status()).isEqualTo(503);
    assertThat(get(storefront, "http://elsewhere.dev/").status()).isEqualTo(503);
    plane.removeInstances("elsewhere.dev");
    assertThat(storefront.status().rejections()).isEmpty();
  }

  @Nested
  class Inside {
    private MeshTestPlane inner;

    @Test
    void theMeshIsTheSame(MeshTestPlane given) {
      assertThat(inner).isSameAs(plane).isSameAs(given).isSameAs(ofAll);
    }
  }
}
