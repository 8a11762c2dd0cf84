package io.inmesh.runtime.engine;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.runtime.stage.FilteredCall.BodyStart;
import io.inmesh.transport.Stream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Request bytes, pulled at the pace of the current attempt and kept, up to a limit, for the next
 * one and for mirrors. Beyond the limit the call goes on and can no longer be repeated. Owner: the
 * call's loop; the source may deliver on any thread.
 */
final class ReplayBuffer implements Body.Sink {
  private static final long SHORT = 64 * 1024;
  private static final int CHUNKS_AHEAD = 64;

  private final Body source;
  private final OutgoingCall call;
  private long limit;
  private boolean needed;
  private final List<ByteBuffer> kept = new ArrayList<>();
  private @Nullable Stream reader;

  /** Attempts before the latest that go on, if there are any. The body is whole then. */
  private @Nullable Earlier earlier;

  private Headers trailers = Headers.EMPTY;
  private long bytes;
  private int next;
  private int demand;
  private int pulled;
  private boolean ended;
  private boolean over;
  private boolean closed;

  /** How much of the body is awaited, at least or at most; -1 if none is. */
  private long awaited = -1;

  /** Whether it is the end that is awaited. */
  private boolean wholeAwaited;

  /**
   * A buffer that has not been opened.
   *
   * @param limit how many bytes are kept
   * @param needed whether the route foresees that they are sent again; they may be in any case
   */
  ReplayBuffer(Body source, OutgoingCall call, long limit, boolean needed) {
    this.source = source;
    this.call = call;
    this.limit = limit;
    this.needed = needed;
  }

  /**
   * Begins to read. A short body is read at once: its request is whole, and its time runs, whether
   * or not a peer can be reached.
   */
  void open() {
    source.open(this);
    long length = source.length();
    if (length >= 0 && length <= Math.min(limit, SHORT)) {
      pulled = Integer.MAX_VALUE;
      source.demand(Integer.MAX_VALUE);
    }
  }

  /** The route has been chosen for good: what it says of keeping holds from now on. */
  void keep(long bytesToKeep, boolean forRoute) {
    limit = Math.max(limit, bytesToKeep);
    needed = forRoute;
  }

  /** Pulls some of the body in before anybody reads it. */
  void readAhead() {
    if (pulled < CHUNKS_AHEAD && !ended) {
      source.demand(CHUNKS_AHEAD - pulled);
      pulled = CHUNKS_AHEAD;
    }
  }

  /**
   * Pulls the body in, whoever reads it then. The call hears of its end; of a {@code whole} body
   * also of its excess, of others when there are so many bytes.
   */
  void await(long count, boolean whole) {
    awaited = count;
    wholeAwaited = whole;
    if (whole) {
      limit = Math.max(limit, count);
      pulled = Integer.MAX_VALUE;
      source.demand(Integer.MAX_VALUE);
    } else if (bytes >= count) {
      awaitedIsThere();
    } else {
      readAhead();
    }
  }

  private void awaitedIsThere() {
    awaited = -1;
    call.bodyComplete();
  }

  /** What has been read, as long as nobody reads it; null if there is nothing. */
  @Nullable BodyStart start(int most) {
    return BodyStart.of(kept, bytes, most);
  }

  boolean hasEnded() {
    return ended;
  }

  boolean replayable() {
    return !over;
  }

  long length() {
    return ended && !over ? bytes : source.length();
  }

  /** All chunks and the trailers, once the body has ended; null if something is no longer kept. */
  @Nullable List<ByteBuffer> whole() {
    return ended && !over ? List.copyOf(kept) : null;
  }

  Headers trailers() {
    return trailers;
  }

  /** The latest attempt reads from the beginning; one that still reads goes on. */
  void attach(Stream stream) {
    if (reader != null) {
      earlier = new Earlier(reader, next, demand, earlier);
    }
    reader = stream;
    next = 0;
    demand = 0;
    call.sent = 0;
    if (call.messages != null) {
      call.messages.again();
    }
  }

  /** An attempt is over; what still arrives waits for the next one. */
  void detach(Stream stream) {
    if (stream == reader) {
      reader = null;
      demand = 0;
      next = 0;
    } else if (earlier != null) {
      earlier = earlier.without(stream);
    }
  }

  void demand(Stream stream, int chunks) {
    if (stream == reader) {
      demand = sum(demand, chunks);
      serve();
    } else if (earlier != null) {
      earlier.demand(stream, chunks);
    }
  }

  private static int sum(int demand, int more) {
    return (int) Math.min((long) demand + more, Integer.MAX_VALUE);
  }

  private void serve() {
    Stream to = reader;
    while (to != null && demand > 0 && next < kept.size()) {
      demand--;
      ByteBuffer chunk = kept.get(next++);
      call.sent += chunk.remaining();
      if (call.messages != null) {
        call.messages.sent.take(chunk);
      }
      // What may be needed again must not lose its position to the reader.
      to.data(over ? chunk : chunk.asReadOnlyBuffer());
      to = reader;
    }
    if (over) {
      kept.subList(0, next).clear();
      next = 0;
    }
    if (next < kept.size() || to == null) {
      return;
    }
    if (ended) {
      reader = null;
      to.end(trailers);
    } else if (demand > pulled) {
      int more = demand - pulled;
      pulled = demand;
      source.demand(more);
    }
  }

  @Override
  public void onData(ByteBuffer chunk) {
    if (call.loop.inLoop()) {
      take(chunk);
    } else {
      call.loop.execute(() -> take(chunk));
    }
  }

  private void take(ByteBuffer chunk) {
    if (closed) {
      return;
    }
    call.lastActivity = call.loop.nanoTime();
    pulled = pulled == Integer.MAX_VALUE ? pulled : Math.max(0, pulled - 1);
    bytes += chunk.remaining();
    if (bytes > limit && !over) {
      over = true;
      if (needed) {
        call.surroundings.counters().becameUnrepeatable();
      }
    }
    kept.add(chunk);
    if (awaited >= 0 && wholeAwaited && bytes > awaited) {
      awaited = -1;
      call.bodyTooLarge();
      return;
    }
    serve();
    if (awaited >= 0 && !wholeAwaited) {
      if (bytes >= awaited) {
        awaitedIsThere();
      } else {
        readAhead();
      }
    }
  }

  @Override
  public void onEnd(Headers last) {
    if (call.loop.inLoop()) {
      finish(last);
    } else {
      call.loop.execute(() -> finish(last));
    }
  }

  private void finish(Headers last) {
    if (!closed && !ended) {
      ended = true;
      trailers = last;
      call.requestEnded();
      serve();
      if (awaited >= 0) {
        awaitedIsThere();
      }
    }
  }

  @Override
  public void onFailure(Throwable cause) {
    call.cancel("the request's body failed: " + cause.getMessage());
  }

  /** Nobody reads on. Idempotent. */
  void close() {
    if (!closed) {
      closed = true;
      reader = null;
      earlier = null;
      kept.clear();
      if (!ended) {
        source.cancel();
      }
    }
  }

  /** Where an attempt before the latest stands in the body. */
  private final class Earlier {
    private final Stream to;
    private int at;
    private int wanted;
    private @Nullable Earlier others;

    Earlier(Stream to, int at, int wanted, @Nullable Earlier others) {
      this.to = to;
      this.at = at;
      this.wanted = wanted;
      this.others = others;
    }

    @Nullable Earlier without(Stream stream) {
      if (to == stream) {
        return others;
      }
      if (others != null) {
        others = others.without(stream);
      }
      return this;
    }

    void demand(Stream stream, int chunks) {
      if (to == stream) {
        wanted = sum(wanted, chunks);
        go();
      } else if (others != null) {
        others.demand(stream, chunks);
      }
    }

    private void go() {
      while (wanted > 0 && at < kept.size()) {
        wanted--;
        to.data(kept.get(at++).asReadOnlyBuffer());
      }
      if (at == kept.size() && !closed) {
        detach(to);
        to.end(trailers);
      }
    }
  }
}
