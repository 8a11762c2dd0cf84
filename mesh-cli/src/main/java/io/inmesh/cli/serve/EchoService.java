package io.inmesh.cli.serve;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.inmesh.call.Bodies;
import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.identity.SpiffeId;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Answers with what it saw, as JSON. Some paths do more:
 *
 * <ul>
 *   <li>{@code /echo}: sends the request's body back as it comes
 *   <li>{@code /status/503}: answers with that status
 *   <li>{@code /delay/200}: answers after so many milliseconds
 *   <li>{@code /stall}: never answers
 *   <li>{@code /seen}: what this instance has seen: requests, and the values of {@code x-call-id}
 *       that came twice, of the first million
 * </ul>
 */
public final class EchoService implements Handler {
  private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

  private static final int MAX_IDS = 1_000_000;

  private final Settings settings;
  private final ScheduledExecutorService timer;
  private final LongAdder requests = new LongAdder();
  private final Set<String> ids = ConcurrentHashMap.newKeySet();
  private final Set<String> repeated = ConcurrentHashMap.newKeySet();

  /**
   * What an instance is like.
   *
   * @param instance told in answers, for instance its address
   * @param version told in answers
   * @param stalled accepts everything and answers nothing but {@code /seen}
   * @param ids is told every {@code x-call-id} as it comes in
   */
  public record Settings(
      String service, String instance, String version, boolean stalled, Consumer<String> ids) {}

  /** An instance. */
  public EchoService(Settings settings, ScheduledExecutorService timer) {
    this.settings = settings;
    this.timer = timer;
  }

  @Override
  public CompletionStage<ServerResponse> handle(ServerRequest request) {
    String path = request.path();
    int query = path.indexOf('?');
    String[] words = (query < 0 ? path : path.substring(0, query)).split("/");
    String word = words.length > 1 ? words[1] : "";
    if (word.equals("seen")) {
      return CompletableFuture.completedStage(json(200, seen()));
    }
    requests.increment();
    String id = request.headers().get("x-call-id");
    if (id != null) {
      settings.ids().accept(id);
      if (ids.size() < MAX_IDS && !ids.add(id)) {
        repeated.add(id);
      }
    }
    return switch (settings.stalled() ? "stall" : word) {
      case "echo" -> CompletableFuture.completedStage(echo(request));
      case "stall" -> new CompletableFuture<>();
      case "delay" -> later(number(words, 0), json(200, saw(request)));
      case "status" -> CompletableFuture.completedStage(json(number(words, 200), saw(request)));
      default -> CompletableFuture.completedStage(json(200, saw(request)));
    };
  }

  private static int number(String[] words, int otherwise) {
    try {
      return words.length > 2 ? Integer.parseInt(words[2]) : otherwise;
    } catch (NumberFormatException notOne) {
      return otherwise;
    }
  }

  private CompletionStage<ServerResponse> later(int millis, ServerResponse response) {
    return CompletableFuture.supplyAsync(
        () -> response, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, timer));
  }

  private JsonObject saw(ServerRequest request) {
    var json = new JsonObject();
    json.addProperty("service", settings.service());
    json.addProperty("version", settings.version());
    json.addProperty("instance", settings.instance());
    json.addProperty("method", request.method());
    json.addProperty("path", request.path());
    json.addProperty("authority", request.authority());
    json.addProperty("peer", request.peer().map(SpiffeId::uri).orElse(""));
    return json;
  }

  private JsonObject seen() {
    var json = new JsonObject();
    json.addProperty("instance", settings.instance());
    json.addProperty("requests", requests.sum());
    json.addProperty("ids", ids.size());
    json.add("repeated", JSON.toJsonTree(repeated));
    return json;
  }

  private ServerResponse json(int status, JsonObject value) {
    byte[] bytes = (JSON.toJson(value) + "\n").getBytes(StandardCharsets.UTF_8);
    Headers headers =
        Headers.of(
            "content-type",
            "application/json",
            "x-instance",
            settings.instance(),
            "x-version",
            settings.version());
    return new ServerResponse(status, headers, Optional.of(Bodies.of(ByteBuffer.wrap(bytes))));
  }

  private ServerResponse echo(ServerRequest request) {
    String type = request.headers().get("content-type");
    Headers headers =
        Headers.of("x-instance", settings.instance(), "x-version", settings.version());
    if (type != null) {
      headers.add("content-type", type);
    }
    return new ServerResponse(200, headers, Optional.of(new Copied(request.body())));
  }

  /** What comes in is lent, what goes out is given: each chunk is copied once. */
  private record Copied(Body source) implements Body {
    @Override
    public void open(Sink sink) {
      source.open(
          new Sink() {
            @Override
            public void onData(ByteBuffer chunk) {
              sink.onData(ByteBuffer.allocate(chunk.remaining()).put(chunk).flip());
            }

            @Override
            public void onEnd(Headers trailers) {
              sink.onEnd(trailers);
            }

            @Override
            public void onFailure(Throwable cause) {
              sink.onFailure(cause);
            }
          });
    }

    @Override
    public void demand(int chunks) {
      source.demand(chunks);
    }

    @Override
    public void cancel() {
      source.cancel();
    }

    @Override
    public long length() {
      return source.length();
    }
  }
}
