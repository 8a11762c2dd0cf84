package io.inmesh.cli.replay;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.call.Headers;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.proto.envoy.service.auth.v3.CheckRequest;
import io.inmesh.proto.envoy.service.ratelimit.v3.RateLimitRequest;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A transport without sockets, to the backend of the recordings and to the services that are asked
 * about requests, each behind a port of its own.
 */
final class ExternalBackends implements Transport {
  static final int BACKEND = 1;
  static final int OVER_HTTP = 2;
  static final int OVER_GRPC = 3;

  private static final int FRAME = 5;
  private static final Set<String> GRPC = Set.of("grpc-timeout", "te", "content-type");
  private static final Comparator<List<String>> BY_NAME_AND_VALUE =
      Comparator.<List<String>, String>comparing(field -> field.get(0))
          .thenComparing(field -> field.get(1));

  private final Map<String, Object> seen = new LinkedHashMap<>();
  private ExternalScript script = new ExternalScript(Map.of());

  /** Another case begins. */
  void begin(ExternalScript said) {
    script = said;
    seen.clear();
  }

  /** What the services and the backend have seen of it, in the recordings' form. */
  Map<String, Object> seen() {
    return seen;
  }

  @Override
  public ConnectionPool pool(PoolSettings settings) {
    int port = settings.address().port();
    return new ConnectionPool() {
      @Override
      public Cancel open(EventLoop loop, Stream.Handler handler) {
        handler.onOpen(new Exchange(loop, handler, port));
        return Cancel.NOTHING;
      }

      @Override
      public void drain() {}
    };
  }

  private void asked(Map<String, Object> question) {
    @SuppressWarnings("unchecked")
    var all = (List<Object>) seen.computeIfAbsent("external", absent -> new ArrayList<Object>());
    all.add(question);
  }

  /** One exchange, answered at once: no time passes, but on timers. */
  private final class Exchange extends Timer implements Stream {
    private final EventLoop loop;
    private final Handler handler;
    private final int port;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private Headers headers = Headers.EMPTY;
    private String path = "";
    private boolean closed;

    Exchange(EventLoop loop, Handler handler, int port) {
      this.loop = loop;
      this.handler = handler;
      this.port = port;
    }

    @Override
    public void head(RequestHead head, Headers fields, long contentLength, boolean end) {
      Seen request = Seen.of("", "", head, fields, end ? 0 : contentLength);
      headers = Headers.of(port == OVER_GRPC ? ":authority" : "host", request.host());
      for (int i = 0; i < request.headers().size(); i++) {
        headers.add(request.headers().name(i), request.headers().value(i));
      }
      path = request.path();
      headers.add(":method", request.method());
      if (end) {
        end(Headers.EMPTY);
      } else {
        handler.onWritable(Integer.MAX_VALUE);
      }
    }

    @Override
    public void data(ByteBuffer chunk) {
      byte[] bytes = new byte[chunk.remaining()];
      chunk.get(bytes);
      body.writeBytes(bytes);
    }

    @Override
    public void end(Headers trailers) {
      if (port == OVER_GRPC) {
        asked(grpc());
      } else if (port == OVER_HTTP) {
        Map<String, Object> request = plain();
        var sorted = new ArrayList<>(fields());
        sorted.sort(BY_NAME_AND_VALUE);
        request.put("headers", sorted);
        asked(request);
      } else {
        seen.put("upstream", plain());
      }
      loop.arm(this, loop.nanoTime());
    }

    private List<List<String>> fields() {
      var all = new ArrayList<List<String>>();
      for (int i = 0; i < headers.size(); i++) {
        String name = headers.name(i);
        if (!name.equals(":method")) {
          all.add(List.of(name, name.equals("x-request-id") ? "*" : headers.value(i)));
        }
      }
      return all;
    }

    private Map<String, Object> plain() {
      var request = new LinkedHashMap<String, Object>();
      request.put("method", String.valueOf(headers.get(":method")));
      request.put("path", path);
      request.put("headers", fields());
      if (body.size() > 0) {
        request.put("body", body.toString(StandardCharsets.UTF_8));
      }
      return request;
    }

    private boolean isRateLimit() {
      return path.contains("ratelimit");
    }

    private Map<String, Object> grpc() {
      byte[] all = body.toByteArray();
      byte[] message = all.length < FRAME ? all : Arrays.copyOfRange(all, FRAME, all.length);
      var request = new LinkedHashMap<String, Object>();
      request.put("path", path);
      request.put(
          "grpc_headers",
          fields().stream()
              .filter(field -> GRPC.contains(field.get(0)) || field.get(0).equals(":authority"))
              .sorted(BY_NAME_AND_VALUE)
              .toList());
      try {
        request.put(
            "message",
            isRateLimit()
                ? ExternalQuestion.of(RateLimitRequest.parseFrom(message))
                : ExternalQuestion.of(CheckRequest.parseFrom(message)));
      } catch (InvalidProtocolBufferException broken) {
        request.put("message", String.valueOf(broken.getMessage()));
      }
      return request;
    }

    @Override
    protected void onTimer() {
      if (closed) {
        return;
      }
      if (port == BACKEND) {
        Headers answer = Headers.of("x-b", "be", "x-resp", "be", "content-length", "2");
        whole(200, answer, "ok".getBytes(StandardCharsets.UTF_8), Headers.EMPTY);
        return;
      }
      switch (script.type()) {
        case "timeout" -> {}
        case "reset" -> close(port == OVER_GRPC ? Closed.RESET : Closed.TERMINATED);
        default -> {
          if (port == OVER_GRPC) {
            answerGrpc();
          } else {
            answerHttp();
          }
        }
      }
    }

    private void answerHttp() {
      if (script.type().equals("bad")) {
        close(Closed.PROTOCOL_ERROR);
        return;
      }
      byte[] text = script.text("body").getBytes(StandardCharsets.UTF_8);
      int status = script.number("status");
      var answer = new Headers();
      script.pairs("headers").forEach(pair -> answer.add(pair.get(0), pair.get(1)));
      if (status != 204) {
        answer.add("content-length", Integer.toString(text.length));
      }
      whole(status, answer, status == 204 ? new byte[0] : text, Headers.EMPTY);
    }

    private void answerGrpc() {
      Headers head = Headers.of("content-type", "application/grpc");
      switch (script.type()) {
        case "error" ->
            whole(
                200,
                head.add("grpc-status", "14").add("grpc-message", "boom"),
                new byte[0],
                Headers.EMPTY);
        case "bad" -> message(head, new byte[] {-1, -1, -1});
        default -> {
          Message answer = isRateLimit() ? script.rateLimitResponse() : script.checkResponse();
          message(head, answer.toByteArray());
        }
      }
    }

    private void message(Headers head, byte[] bytes) {
      ByteBuffer framed = ByteBuffer.allocate(FRAME + bytes.length);
      framed.put((byte) 0).putInt(bytes.length).put(bytes);
      whole(200, head, framed.array(), Headers.of("grpc-status", "0"));
    }

    private void whole(int status, Headers head, byte[] bytes, Headers trailers) {
      handler.onHead(status, head);
      if (!closed && bytes.length > 0) {
        handler.onData(ByteBuffer.wrap(bytes));
      }
      if (!closed && trailers.size() > 0) {
        handler.onTrailers(trailers);
      }
      close(Closed.COMPLETE);
    }

    private void close(Closed how) {
      if (!closed) {
        closed = true;
        handler.onClose(how, "");
      }
    }

    @Override
    public void demand(int chunks) {}

    @Override
    public void reset() {
      closed = true;
      disarm();
    }
  }
}
