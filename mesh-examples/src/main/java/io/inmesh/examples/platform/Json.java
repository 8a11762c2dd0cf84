package io.inmesh.examples.platform;

import com.google.gson.Gson;
import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.server.ServerResponse;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** Requests and answers in JSON. */
public final class Json {
  private static final Gson GSON = new Gson();

  private Json() {}

  /** An answer. */
  public static ServerResponse answer(int status, Object value) {
    return new ServerResponse(
        status,
        Headers.of("content-type", "application/json"),
        Optional.of(Bodies.of(GSON.toJson(value))));
  }

  /** An answer that says what went wrong. */
  public static ServerResponse error(int status, String why) {
    return answer(status, Map.of("error", why));
  }

  /** What another service answered, as our own answer. */
  public static ServerResponse passedOn(Response response) {
    return new ServerResponse(
        response.status(),
        Headers.of("content-type", "application/json"),
        Optional.of(Bodies.of(response.text())));
  }

  /** A request without a body. */
  public static Request request(String method, String uri) {
    return Request.of(method, URI.create(uri));
  }

  /** A request with one. */
  public static Request request(String method, String uri, Object value) {
    return request(method, uri)
        .withHeaders(Headers.of("content-type", "application/json"))
        .withBody(Bodies.of(GSON.toJson(value)));
  }

  /** Reads a response's body. */
  public static <T> T read(Response response, Class<T> type) {
    return GSON.fromJson(response.text(), type);
  }
}
