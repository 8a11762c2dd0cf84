package io.inmesh.runtime.engine;

import io.inmesh.balance.Host;
import io.inmesh.balance.Pick;
import io.inmesh.balance.PickContext;
import io.inmesh.call.CallSink;
import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.cluster.Admission;
import io.inmesh.runtime.cluster.ClusterHost;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.route.MirrorEntry;
import io.inmesh.runtime.stats.ClusterStats.Count;
import io.inmesh.transport.ConnectionPool.Cancel;
import io.inmesh.transport.Stream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a call to another cluster. Its response is read and dropped; nothing that happens to it
 * touches the call it was copied from. It is sent once, when the request is whole, and given up
 * after the route's timeout. Owner: the call's loop.
 */
final class Mirror extends CallState {
  private static final CallSink NOBODY =
      new CallSink() {
        @Override
        public void onHead(int status, Headers headers) {}

        @Override
        public void onData(ByteBuffer chunk) {}

        @Override
        public void onTrailers(Headers trailers) {}

        @Override
        public void onEnd(Ended how) {}
      };

  private final ClusterRuntime to;
  private final List<ByteBuffer> chunks;
  private final Headers trailers;
  private final long patience;
  private final int stripe;
  private final Exchange exchange = new Exchange();

  Mirror(OutgoingCall call, ClusterRuntime to, MirrorEntry entry) {
    super(
        call.chain, call.clusters, "", call.surroundings, call.loop, original(call), NOBODY, null);
    this.to = to;
    List<ByteBuffer> whole = call.body == null ? List.of() : call.body.whole();
    this.chunks = whole == null ? List.of() : whole;
    this.trailers = call.body == null ? Headers.EMPTY : call.body.trailers();
    this.patience = call.responseNanos;
    this.stripe = call.stripe();
    caller(call.callerAddress(), call.internal());
    cluster = to;
    entry.finalizeCopy(this, patience);
  }

  private static Request original(OutgoingCall call) {
    Request kept = call.original;
    return kept == null ? of(call, call.headers()) : kept;
  }

  /** The request as copies of it begin: finalized, but not yet rewritten for a host. */
  static Request of(OutgoingCall call, Headers headers) {
    return new Request(
        call.method(),
        call.scheme(),
        call.authority(),
        call.path(),
        headers,
        Optional.empty(),
        Duration.ZERO);
  }

  void begin() {
    exchange.begin();
  }

  @Override
  public void resume() {}

  @Override
  public void reply(int status, Headers headers, String body, String details) {}

  @Override
  public void demand(int count) {}

  @Override
  public void cancel(String reason) {
    exchange.end();
  }

  /** The one exchange with a host of the mirror's cluster. */
  private final class Exchange extends Timer implements PickContext, Stream.Handler {
    private @Nullable ClusterHost host;
    private @Nullable Admission admitted;
    private Cancel opening = Cancel.NOTHING;
    private @Nullable Stream stream;
    private int next;
    private boolean done;

    void begin() {
      Pick pick = to.hosts().pick(this);
      if (!(pick instanceof ClusterHost chosen)) {
        return;
      }
      surroundings.counters().mirrored();
      host = chosen;
      chosen.began();
      if (patience > 0) {
        loop.arm(this, loop.nanoTime() + patience);
      }
      opening =
          chosen
              .pool(io.inmesh.config.Action.Priority.DEFAULT, Grpc.isRequest(headers()))
              .open(loop, this);
    }

    @Override
    protected void onTimer() {
      end();
    }

    void end() {
      disarm();
      if (!done) {
        done = true;
        opening.cancel();
        if (host != null) {
          host.ended();
        }
        if (admitted != null) {
          admitted.requestEnded();
        }
        Stream open = stream;
        stream = null;
        if (open != null) {
          open.reset();
        }
      }
    }

    @Override
    public void onOpen(Stream opened) {
      ClusterHost chosen = host;
      if (done
          || chosen == null
          || !chosen.admission(io.inmesh.config.Action.Priority.DEFAULT).tryRequest()) {
        opened.reset();
        end();
        return;
      }
      admitted = chosen.admission(io.inmesh.config.Action.Priority.DEFAULT);
      chosen.stats().add(stripe, Count.UPSTREAM_RQ_TOTAL);
      stream = opened;
      boolean bodiless = chunks.isEmpty() && trailers.size() == 0;
      long length = 0;
      for (ByteBuffer chunk : chunks) {
        length += chunk.remaining();
      }
      opened.head(Mirror.this, headers(), length, bodiless);
    }

    @Override
    public void onWritable(int count) {
      Stream open = stream;
      for (int i = 0; i < count && open != null && next < chunks.size(); i++) {
        open.data(chunks.get(next++).asReadOnlyBuffer());
        open = stream;
      }
      if (open != null && next == chunks.size() && !(chunks.isEmpty() && trailers.size() == 0)) {
        next++;
        open.end(trailers);
      }
    }

    @Override
    public void onHead(int status, Headers headers) {
      if (host != null) {
        host.report(status);
        host.stats().answered(stripe, status);
      }
      if (stream != null) {
        stream.demand(Integer.MAX_VALUE);
      }
    }

    @Override
    public void onData(ByteBuffer chunk) {}

    @Override
    public void onTrailers(Headers last) {}

    @Override
    public void onClose(Stream.Closed how, String reason) {
      stream = null;
      end();
    }

    @Override
    public boolean hashed() {
      return false;
    }

    @Override
    public long hash() {
      return 0;
    }

    @Override
    public long random() {
      return loop.random();
    }

    @Override
    public boolean tried(Host candidate) {
      return false;
    }

    @Override
    public int hostSelectionAttempts() {
      return 1;
    }

    @Override
    public Map<String, Object> metadataMatch() {
      return Map.of();
    }
  }
}
