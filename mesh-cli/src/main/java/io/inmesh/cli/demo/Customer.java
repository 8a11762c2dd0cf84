package io.inmesh.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Somebody with a browser. Not of the mesh: the storefront is asked in plain HTTP. */
final class Customer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final HttpClient browser =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI front;

  Customer(URI front) {
    this.front = front;
  }

  /** Asks the storefront; headers are names and values in turn. */
  HttpResponse<String> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(front.resolve(path))
            .timeout(PATIENCE)
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Looks around, buys one thing, and looks at the order: every service of the shop is asked. */
  boolean buys(String user, String... headers) throws IOException, InterruptedException {
    boolean well = send("GET", "/api/items").statusCode() == 200;
    well &= send("GET", "/api/users/" + user).statusCode() == 200;
    well &= send("POST", "/api/cart/" + user + "/tea").statusCode() == 200;
    well &= send("GET", "/api/cart/" + user).statusCode() == 200;
    well &= send("POST", "/api/checkout/" + user, headers).statusCode() == 200;
    return well;
  }

  /** Java 17's client ends with its last reference. */
  @Override
  public void close() {}
}
