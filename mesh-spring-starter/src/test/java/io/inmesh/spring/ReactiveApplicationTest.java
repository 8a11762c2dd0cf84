package io.inmesh.spring;

import static io.inmesh.spring.Answers.awaitStatus;
import static io.inmesh.spring.Answers.get;
import static io.inmesh.spring.Answers.post;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.shop.Reviews;
import io.inmesh.Mesh;
import io.inmesh.junit.As;
import io.inmesh.junit.MeshTest;
import io.inmesh.junit.MeshTestPlane;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A WebFlux application, in the mesh by dependency and properties. */
@MeshTest
@SpringBootTest(
    classes = Reviews.class,
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.main.web-application-type=reactive",
      "inmesh.service=reviews",
      "server.address=127.0.0.1"
    })
class ReactiveApplicationTest {
  private static final String WEB = "spiffe://cluster.local/ns/default/sa/web";
  private static final String REVIEWS = "spiffe://cluster.local/ns/default/sa/reviews";

  private MeshTestPlane plane;

  @As("web")
  private Mesh web;

  @BeforeEach
  void isThere() {
    awaitStatus(200, web, "http://reviews/hello");
  }

  @Test
  void othersCallItAndItCallsOthers() {
    plane.serve("catalogue", Answers.caller());
    assertThat(get(web, "http://reviews/hello").text()).isEqualTo("hello");
    assertThat(get(web, "http://reviews/through").text()).isEqualTo(REVIEWS);
    assertThat(get(web, "http://reviews/broken").status()).isEqualTo(500);
    assertThat(get(web, "http://reviews/none").status()).isEqualTo(404);
  }

  @Test
  void itKnowsWhoCalls() {
    assertThat(
            get(web, "http://reviews/who", "x-forwarded-client-cert", "URI=spiffe://x/boss").text())
        .isEqualTo(WEB);
    assertThat(
            get(web, "http://reviews/headers", "x-forwarded-client-cert", "URI=spiffe://x/boss")
                .text())
        .doesNotContain("x-forwarded-client-cert");
  }

  @Test
  void bodiesAreStreamed() {
    for (int size : new int[] {0, 1, 70_000, 3_000_000}) {
      assertThat(post(web, "http://reviews/count", new byte[size]).text())
          .isEqualTo(Integer.toString(size));
    }
    assertThat(get(web, "http://reviews/page?parts=100").text()).hasSize(1_000_000);
  }

  @Test
  void theMeshDecidesWhoMayCallWhat(@As("other") Mesh other) {
    plane.service("reviews", "allow: [{from: [web], paths: [\"/hello\"]}]");
    assertThat(get(web, "http://reviews/hello").status()).isEqualTo(200);
    assertThat(get(other, "http://reviews/hello").status()).isEqualTo(403);
    assertThat(get(other, "http://reviews/hello").text()).isEqualTo("RBAC: access denied");
    assertThat(get(web, "http://reviews/who").status()).isEqualTo(403);
    assertThat(get(web, "http://reviews/hello/../who").status()).isEqualTo(403);
    assertThat(get(web, "http://reviews/who/../hello").text()).isEqualTo("hello");
    // Judged as one path, dispatched as another.
    plane.service("reviews", "deny: [{paths: [\"/who\"]}]");
    assertThat(get(web, "http://reviews/who").status()).isEqualTo(403);
    assertThat(get(web, "http://reviews/%77ho").status()).isEqualTo(403);
    assertThat(get(web, "http://reviews/who;x=1").status()).isEqualTo(400);
    assertThat(get(web, "http://reviews/hello?x=;").text()).isEqualTo("hello");
  }

  @Test
  void nobodyCallsWithoutTls(@LocalServerPort int port) throws Exception {
    assertThat(Answers.plaintext(port, "/hello")).doesNotContain("hello");
  }
}
