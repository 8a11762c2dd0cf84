package io.inmesh.examples.small;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.config.Address;
import io.inmesh.examples.TestPlane;
import io.inmesh.examples.small.spring.Greeting;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.ServerResponse;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;

/** The examples do what they say. */
class SmallExamplesTest {
  private static final Path YAML = Path.of("small");

  @TempDir private Path directory;

  private TestPlane plane(String file) throws Exception {
    return new TestPlane(directory, YAML.resolve(file));
  }

  private static Member member(TestPlane plane, String service) {
    return Member.join(plane.joinFile(service)).threads(1).start();
  }

  private static Member version(TestPlane plane, String version) throws InterruptedException {
    Member member = member(plane, "orders");
    member.serve(
        0,
        new Member.Service(new Address("127.0.0.1", 0), "http", Map.of("version", version), 1),
        request ->
            CompletableFuture.completedStage(
                new ServerResponse(200, Headers.EMPTY, Optional.of(Bodies.of(version)))),
        ConnectionListener.NONE);
    return member;
  }

  private static Response send(Member member, String method, String uri, String... headers)
      throws InterruptedException {
    return member
        .mesh()
        .blocking()
        .send(Request.of(method, URI.create(uri)).withHeaders(Headers.of(headers)));
  }

  @Test
  void plainJavaGreetsByIdentity() throws Exception {
    try (TestPlane plane = plane("canary-by-header.yaml");
        Member greeter = member(plane, "greeter");
        Member web = member(plane, "web")) {
      greeter.serve(0, Member.Service.local(), PlainJava.greet(), ConnectionListener.NONE);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> 
                  assertThat(PlainJava.call(web))
                      .isEqualTo("200 Hello, spiffe://cluster.local/ns/default/sa/web"));
    }
  }

  @Test
  void canaryFollowsTheHeader() throws Exception {
    try (TestPlane plane = plane("canary-by-header.yaml");
        Member v1 = version(plane, "v1");
        Member v2 = version(plane, "v2");
        Member web = member(plane, "web")) {
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                assertThat(send(web, "GET", "http://orders/").text()).isEqualTo("v1");
                assertThat(send(web, "GET", "http://orders/", "x-canary", "true").text())
                    .isEqualTo("v2");
              });
      for (int i = 0; i < 50; i++) {
        assertThat(send(web, "GET", "http://orders/").text()).isEqualTo("v1");
        assertThat(send(web, "GET", "http://orders/", "x-canary", "true").text()).isEqualTo("v2");
      }
      assertThat(v1.name()).isEqualTo(v2.name());
    }
  }

  @Test
  void onlyWebReadsOrders() throws Exception {
    try (TestPlane plane = plane("authorization.yaml");
        Member orders = version(plane, "v1");
        Member web = member(plane, "web");
        Member other = member(plane, "other")) {
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> assertThat(send(web, "GET", "http://orders/").status()).isEqualTo(200));
      assertThat(send(web, "POST", "http://orders/").status()).isEqualTo(403);
      assertThat(send(other, "GET", "http://orders/").status()).isEqualTo(403);
      assertThat(orders.name()).isEqualTo("orders");
    }
  }

  @Test
  void springCallsItselfThroughTheMesh() throws Exception {
    try (TestPlane plane = plane("canary-by-header.yaml")) {
      plane.joinFile("greeter");
      try (var greeter =
              SpringApplication.run(
                  Greeting.class,
                  "--inmesh.service=greeter",
                  "--inmesh.join-directory=" + plane.joinDirectory());
          Member web = member(plane, "web")) {
        await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(
                () ->
                    assertThat(send(web, "GET", "http://greeter/twice").text())
                        .isEqualTo("Hello, Hello"));
        assertThat(greeter.isRunning()).isTrue();
      }
    }
  }
}
