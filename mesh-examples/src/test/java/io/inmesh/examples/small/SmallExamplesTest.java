package io.inmesh.examples.small;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.Mesh;
import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.config.Address;
import io.inmesh.examples.small.spring.Greeting;
import io.inmesh.junit.As;
import io.inmesh.junit.MeshTest;
import io.inmesh.junit.MeshTestPlane;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.ServerResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;

/** The examples do what they say. */
@MeshTest
class SmallExamplesTest {
  private static void configure(MeshTestPlane plane, String file) throws IOException {
    plane.configure(Files.readString(Path.of("small", file)));
  }

  private static void version(MeshTestPlane plane, String version) {
    plane.serve(
        plane.join("orders"),
        new Member.Service(new Address("127.0.0.1", 0), "http", Map.of("version", version), 1),
        request ->
            CompletableFuture.completedStage(
                new ServerResponse(200, Headers.EMPTY, Optional.of(Bodies.of(version)))));
  }

  private static Response send(Mesh mesh, String method, String uri, String... headers)
      throws InterruptedException {
    return mesh.blocking()
        .send(Request.of(method, URI.create(uri)).withHeaders(Headers.of(headers)));
  }

  @Test
  void plainJavaGreetsByIdentity(MeshTestPlane plane, @As("web") Member web) throws Exception {
    plane.serve("greeter", PlainJava.greet());
    assertThat(PlainJava.call(web))
        .isEqualTo("200 Hello, spiffe://cluster.local/ns/default/sa/web");
  }

  @Test
  void canaryFollowsTheHeader(MeshTestPlane plane, @As("web") Mesh web) throws Exception {
    configure(plane, "canary-by-header.yaml");
    version(plane, "v1");
    version(plane, "v2");
    for (int i = 0; i < 50; i++) {
      assertThat(send(web, "GET", "http://orders/").text()).isEqualTo("v1");
      assertThat(send(web, "GET", "http://orders/", "x-canary", "true").text()).isEqualTo("v2");
    }
  }

  @Test
  void onlyWebReadsOrders(MeshTestPlane plane, @As("web") Mesh web, @As("other") Mesh other)
      throws Exception {
    configure(plane, "authorization.yaml");
    version(plane, "v1");
    assertThat(send(web, "GET", "http://orders/").status()).isEqualTo(200);
    assertThat(send(web, "POST", "http://orders/").status()).isEqualTo(403);
    assertThat(send(other, "GET", "http://orders/").status()).isEqualTo(403);
  }

  @Test
  void springCallsItselfThroughTheMesh(MeshTestPlane plane, @As("web") Mesh web) {
    try (var greeter =
        SpringApplication.run(
            Greeting.class,
            "--inmesh.service=greeter",
            "--inmesh.join=" + plane.joinFile("greeter"))) {
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
