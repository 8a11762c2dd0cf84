package io.inmesh.testkit;

import io.inmesh.call.Headers;
import io.inmesh.config.Address;
import io.inmesh.loop.EventLoop;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Transport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Peers in memory. Each address answers 200 after a millisecond unless told otherwise. Owner: the
 * loop.
 */
public final class FakeTransport implements Transport {
  private final Map<Address, Peer> peers = new HashMap<>();
  private final List<PoolSettings> built = new ArrayList<>();
  private final List<PoolSettings> drained = new ArrayList<>();
  private final List<FakeStream> streams = new ArrayList<>();
  private final List<Stream.Handler> waiting = new ArrayList<>();

  private boolean gatesClosed;

  /** What a peer does with a request that is whole. */
  @FunctionalInterface
  public interface Peer {
    /** Answers it, now or later, through the stream. */
    void onRequest(FakeStream stream);

    /** What happens before there is a stream; null lets it open. */
    default Stream.@Nullable Closed refusal() {
      return null;
    }

    /** Whether the question for a stream stays open. */
    default boolean stalls() {
      return false;
    }
  }

  /** Answers with a status and no body, after a millisecond. */
  public static Peer answering(int status) {
    return stream -> stream.later(1_000_000, () -> stream.respond(status, "").complete());
  }

  /** Answers 200 with a body, after a millisecond. */
  public static Peer saying(String body) {
    return saying(200, body);
  }

  /** Answers with a body, after a millisecond. */
  public static Peer saying(int status, String body) {
    return stream -> stream.later(1_000_000, () -> stream.respond(status, body).complete());
  }

  /** Answers with headers and no body, after a millisecond. */
  public static Peer answering(int status, String... headers) {
    return stream ->
        stream.later(
            1_000_000,
            () -> {
              stream.head(status, Headers.of(headers));
              stream.complete();
            });
  }

  /** Never answers. */
  public static Peer silent() {
    return stream -> {};
  }

  /** Cannot be connected to. */
  public static Peer refusing(Stream.Closed how) {
    return new Peer() {
      @Override
      public void onRequest(FakeStream stream) {}

      @Override
      public Stream.Closed refusal() {
        return how;
      }
    };
  }

  /** Connecting takes for ever. */
  public static Peer stalling() {
    return new Peer() {
      @Override
      public void onRequest(FakeStream stream) {}

      @Override
      public boolean stalls() {
        return true;
      }
    };
  }

  /** Takes the request and breaks the stream after a millisecond. */
  public static Peer breaking(Stream.Closed how) {
    return stream -> stream.later(1_000_000, () -> stream.close(how));
  }

  /** Does something else with each request; the last one again and again. */
  public static Peer script(Peer... turns) {
    return new Peer() {
      private int next;

      private Peer turn() {
        return turns[Math.min(next, turns.length - 1)];
      }

      @Override
      public void onRequest(FakeStream stream) {
        Peer now = turn();
        next++;
        now.onRequest(stream);
      }

      @Override
      public Stream.@Nullable Closed refusal() {
        Stream.Closed refusal = turn().refusal();
        next += refusal == null ? 0 : 1;
        return refusal;
      }
    };
  }

  /** From now on, streams take no chunks of a request but those of {@link FakeStream#allow}. */
  public void closeGates() {
    gatesClosed = true;
  }

  /** Decides what a peer does. */
  public void peer(String host, Peer peer) {
    peers.put(Configs.at(host), peer);
  }

  Peer peer(Address address) {
    return peers.getOrDefault(address, answering(200));
  }

  @Override
  public ConnectionPool pool(PoolSettings settings) {
    built.add(settings);
    return new ConnectionPool() {
      @Override
      public Cancel open(EventLoop loop, Stream.Handler handler) {
        Peer peer = peer(settings.address());
        if (peer.stalls()) {
          waiting.add(handler);
          return () -> waiting.remove(handler);
        }
        Stream.Closed refusal = peer.refusal();
        if (refusal != null) {
          handler.onClose(refusal, "");
          return Cancel.NOTHING;
        }
        var stream = new FakeStream(peer, settings, loop, handler);
        streams.add(stream);
        if (gatesClosed) {
          stream.stopWriting();
        }
        handler.onOpen(stream);
        return Cancel.NOTHING;
      }

      @Override
      public void drain() {
        drained.add(settings);
      }
    };
  }

  /** The pools that were made, in order. */
  public List<PoolSettings> built() {
    return built;
  }

  /** The pools that were drained, in order. */
  public List<PoolSettings> drained() {
    return drained;
  }

  /** All streams, in order. */
  public List<FakeStream> streams() {
    return streams;
  }

  /** The stream opened last. */
  public FakeStream last() {
    return streams.get(streams.size() - 1);
  }

  /** The hosts that were asked, in order. */
  public List<String> asked() {
    return streams.stream().map(stream -> stream.address().host()).toList();
  }

  /** How many wait for a stream at stalling peers. */
  public int waiting() {
    return waiting.size();
  }
}
