package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import java.net.URI;
import java.time.Duration;

/** The requests that checks make. */
final class Requests {
  private Requests() {}

  static Request get(String uri) {
    return Request.of("GET", URI.create(uri)).withTimeout(Duration.ofSeconds(20));
  }

  /** A request that carries an id by which the service finds repetitions. */
  static Request post(String uri, String id, String body) {
    return Request.of("POST", URI.create(uri))
        .withHeaders(Headers.of("x-call-id", id, "content-type", "text/plain"))
        .withBody(Bodies.of(body))
        .withTimeout(Duration.ofSeconds(20));
  }

  /** Waits until a destination answers. */
  static void awaitReady(Mesh mesh, String uri) throws Exception {
    Await.until(uri + " answers", World.PATIENCE, () -> send(mesh, get(uri)).status() == 200);
  }

  static Response send(Mesh mesh, Request request) throws InterruptedException {
    return mesh.blocking().send(request);
  }
}
