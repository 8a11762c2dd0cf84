package io.inmesh.cli.replay;

import io.inmesh.call.Headers;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.wire.Http2Resets;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A transport without sockets, to the one scripted backend of the HTTP/2 recordings. Every other
 * address refuses connections.
 */
final class Http2Backend implements Transport {
  private static final long MILLI = 1_000_000;
  private static final long BETWEEN = 30;

  private final int port;
  private final List<Map<String, Object>> seen = new ArrayList<>();
  private List<String> script = List.of();

  Http2Backend(int port) {
    this.port = port;
  }

  /** Another call begins; one token for each attempt, the last one repeated. */
  void begin(List<String> tokens) {
    script = List.copyOf(tokens);
    seen.clear();
  }

  /** The requests of the call, in the recordings' form. */
  List<Map<String, Object>> seen() {
    return List.copyOf(seen);
  }

  @Override
  public ConnectionPool pool(PoolSettings settings) {
    boolean here = settings.address().port() == port;
    return new ConnectionPool() {
      @Override
      public Cancel open(EventLoop loop, Stream.Handler handler) {
        if (!here) {
          return Backends.refuse(loop, handler, 0);
        }
        handler.onOpen(new Exchange(loop, handler));
        return Cancel.NOTHING;
      }

      @Override
      public void drain() {}
    };
  }

  /** One exchange; the timer is the time the backend takes. */
  private final class Exchange extends Timer implements Stream {
    private final EventLoop loop;
    private final Handler handler;
    private final Map<String, Object> request = new LinkedHashMap<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private String token = "";
    private boolean begun;
    private boolean closed;

    Exchange(EventLoop loop, Handler handler) {
      this.loop = loop;
      this.handler = handler;
    }

    @Override
    public void head(RequestHead head, Headers headers, long contentLength, boolean end) {
      var fields = new ArrayList<List<String>>();
      fields.add(List.of(":method", head.method()));
      fields.add(List.of(":scheme", head.scheme()));
      fields.add(List.of(":path", head.path()));
      fields.add(List.of(":authority", head.authority()));
      fields.addAll(Trial.fields(headers));
      request.put("headers", fields);
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
      request.put("body", body.toString(StandardCharsets.ISO_8859_1));
      if (trailers.size() > 0) {
        request.put("trailers", Trial.fields(trailers));
      }
      token = script.get(Math.min(seen.size(), script.size() - 1));
      seen.add(request);
      answerIn(token.startsWith("slow:") ? number() : 0);
    }

    private int number() {
      String text = token.substring(token.indexOf(':') + 1);
      int dash = text.indexOf('-');
      return Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
    }

    private void answerIn(long millis) {
      loop.arm(this, loop.nanoTime() + (1 + millis) * MILLI);
    }

    @Override
    protected void onTimer() {
      if (closed) {
        return;
      }
      int colon = token.indexOf(':');
      switch (colon < 0 ? token : token.substring(0, colon)) {
        case "ok" -> whole(Headers.of("grpc-status", "0", "x-trail", "t"));
        case "slow" -> whole(Headers.of("grpc-status", "0"));
        case "trailers" ->
            whole(Headers.of("grpc-status", Integer.toString(number()), "grpc-message", "tm"));
        case "early-200" -> whole(Headers.EMPTY);
        case "nostatus" -> whole(Headers.of("x-only", "1"));
        case "trailers-only" -> onlyHead("grpc-message", "m%20x");
        case "pushback" -> onlyHead("grpc-retry-pushback-ms", "-1");
        case "http" -> plain();
        case "rst" -> close(Http2Resets.closed(number()));
        case "close" -> close(Closed.TERMINATED);
        case "partial-rst" -> partial();
        case "goaway", "hang" -> {}
        default -> throw new IllegalStateException("unknown token of a script: " + token);
      }
    }

    private static Headers head() {
      return Headers.of("content-type", "application/grpc", "x-up", "1");
    }

    private void whole(Headers trailers) {
      handler.onHead(200, head());
      data(Http2World.message("hi"));
      if (!closed && trailers.size() > 0) {
        handler.onTrailers(trailers);
      }
      close(Closed.COMPLETE);
    }

    private void data(byte[] bytes) {
      if (!closed) {
        handler.onData(ByteBuffer.wrap(bytes));
      }
    }

    private void onlyHead(String name, String value) {
      Headers headers = head();
      headers.add("grpc-status", Integer.toString(number()));
      headers.add(name, value);
      handler.onHead(200, headers);
      close(Closed.COMPLETE);
    }

    private void plain() {
      handler.onHead(number(), Headers.of("content-type", "text/plain"));
      data("body".getBytes(StandardCharsets.US_ASCII));
      close(Closed.COMPLETE);
    }

    private void partial() {
      if (begun) {
        close(Http2Resets.closed(number()));
        return;
      }
      begun = true;
      handler.onHead(200, head());
      data(Http2World.message("hi"));
      if (!closed) {
        answerIn(BETWEEN);
      }
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
