package io.inmesh.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.Mesh;
import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Calls and answers of tests. */
final class Answers {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Answers() {}

  /** A service that tells who calls it. */
  static Handler caller() {
    return request ->
        CompletableFuture.completedFuture(
            new ServerResponse(
                200,
                Headers.of("content-type", "text/plain", "set-cookie", "a=b; Path=/"),
                Optional.of(Bodies.of(request.peer().map(Object::toString).orElse("nobody")))));
  }

  static Response call(Mesh from, Request request) {
    try {
      return from.blocking().send(request.withTimeout(Duration.ofSeconds(10)));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  static Response get(Mesh from, String uri, String... headers) {
    return call(from, Request.of("GET", URI.create(uri)).withHeaders(Headers.of(headers)));
  }

  static Response post(Mesh from, String uri, byte[] body, String... headers) {
    return call(
        from,
        Request.of("POST", URI.create(uri))
            .withHeaders(Headers.of(headers))
            .withBody(Bodies.of(body)));
  }

  static void awaitStatus(int status, Mesh from, String uri) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(get(from, uri).status()).isEqualTo(status));
  }

  /** What a server says to a client that speaks no TLS; nothing if it hangs up. */
  static String plaintext(int port, String path) throws IOException {
    try (var plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
      plain.setSoTimeout(10_000);
      String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      plain.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(plain.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (java.net.SocketException reset) {
      return "";
    }
  }
}
