package io.inmesh.cli.replay;

import io.inmesh.call.Headers;
import io.inmesh.config.Address;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A transport without sockets, to the scripted backends of the recordings. An address without a
 * backend refuses connections.
 */
final class Backends implements Transport {
  private static final long MILLI = 1_000_000;

  private final Map<Integer, Place> places = new HashMap<>();
  private final List<Seen> seen = new ArrayList<>();
  private final boolean everywhere;

  private record Place(String cluster, String endpoint) {}

  /** Backends where they are added. */
  Backends() {
    this(false);
  }

  /**
   * Backends.
   *
   * @param everywhere whether each address has one, which goes by that address
   */
  Backends(boolean everywhere) {
    this.everywhere = everywhere;
  }

  private @Nullable Place place(Address address) {
    return everywhere ? new Place("", address.toString()) : places.get(address.port());
  }

  /** A backend that answers at a port. */
  void add(int port, String cluster, String endpoint) {
    places.put(port, new Place(cluster, endpoint));
  }

  /** What has arrived since the last time this was asked. */
  List<Seen> takeSeen() {
    List<Seen> all = List.copyOf(seen);
    seen.clear();
    return all;
  }

  @Override
  public ConnectionPool pool(PoolSettings settings) {
    Place place = place(settings.address());
    return new ConnectionPool() {
      @Override
      public Cancel open(EventLoop loop, Stream.Handler handler) {
        if (place == null) {
          return refuse(loop, handler, MILLI);
        }
        handler.onOpen(new Exchange(loop, handler, place));
        return Cancel.NOTHING;
      }

      @Override
      public void drain() {}
    };
  }

  /** A connection is refused, but never within the call that asks for it. */
  static ConnectionPool.Cancel refuse(EventLoop loop, Stream.Handler handler, long nanos) {
    var refusal =
        new Timer() {
          @Override
          protected void onTimer() {
            handler.onClose(
                Stream.Closed.CONNECT_FAILURE, "delayed connect error: Connection refused");
          }
        };
    loop.arm(refusal, loop.nanoTime() + nanos);
    return refusal::disarm;
  }

  /** One exchange; the timer is the time the backend takes. */
  private final class Exchange extends Timer implements Stream {
    private final EventLoop loop;
    private final Handler handler;
    private final Place place;
    private @Nullable Script script;
    private String method = "";
    private boolean closed;

    Exchange(EventLoop loop, Handler handler, Place place) {
      this.loop = loop;
      this.handler = handler;
      this.place = place;
    }

    @Override
    public void head(RequestHead head, Headers headers, long contentLength, boolean end) {
      method = head.method();
      Seen request = Seen.of(place.cluster, place.endpoint, head, headers, end ? 0 : contentLength);
      int attempt = (int) seen.stream().filter(one -> !one.isMirror()).count();
      script = request.isMirror() ? Script.of(Headers.EMPTY, 0) : Script.of(headers, attempt);
      seen.add(request);
      if (end) {
        answerLater();
      } else {
        handler.onWritable(Integer.MAX_VALUE);
      }
    }

    @Override
    public void data(ByteBuffer chunk) {}

    @Override
    public void end(Headers trailers) {
      answerLater();
    }

    private void answerLater() {
      long delay = script == null ? 0 : script.delayMillis();
      loop.arm(this, loop.nanoTime() + MILLI + delay * MILLI);
    }

    @Override
    protected void onTimer() {
      Script answer = script;
      if (closed || answer == null) {
        return;
      }
      if (answer.close()) {
        closed = true;
        handler.onClose(Closed.TERMINATED, "");
        return;
      }
      handler.onHead(answer.status(), answer.head(place.cluster));
      String body = answer.body(place.cluster);
      if (!closed && !body.isEmpty() && !method.equals("HEAD")) {
        handler.onData(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
      }
      if (!closed) {
        closed = true;
        handler.onClose(Closed.COMPLETE, "");
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
