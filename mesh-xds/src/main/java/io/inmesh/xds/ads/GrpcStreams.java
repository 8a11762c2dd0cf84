package io.inmesh.xds.ads;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.inmesh.identity.SecretStore;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.xds.grpc.PlaneChannel;
import io.inmesh.xds.grpc.PlaneServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Streams over gRPC, each on a connection of its own. Owner: the config loop.
 *
 * @param <Q> requests
 * @param <R> responses
 */
final class GrpcStreams<Q, R> implements AdsStream.Opener<Q, R> {
  /** How long a stream that we end has to deliver what was sent. */
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private final MethodDescriptor<Q, R> method;
  private final AdsOptions options;
  private final SecretStore secrets;
  private final EventLoop loop;
  private final InstantSource clock;

  /** Doubled for a server that finds it too frequent. */
  private final Duration[] keepAlive;

  GrpcStreams(
      MethodDescriptor<Q, R> method,
      AdsOptions options,
      SecretStore secrets,
      EventLoop loop,
      InstantSource clock) {
    this.method = method;
    this.options = options;
    this.secrets = secrets;
    this.loop = loop;
    this.clock = clock;
    this.keepAlive = new Duration[options.servers().size()];
    Arrays.fill(keepAlive, options.keepAlive());
  }

  @Override
  public AdsStream<Q> open(int server, AdsStream.Callbacks<R> callbacks) {
    PlaneServer target = options.servers().get(server);
    try {
      var times = new PlaneChannel.Times(options.connectTimeout(), keepAlive[server]);
      PlaneChannel channel = PlaneChannel.to(target, secrets, clock, times);
      return new GrpcStream(channel, server, callbacks);
    } catch (SSLException | RuntimeException unusable) {
      loop.execute(() -> callbacks.closed("no connection can be made: " + unusable.getMessage()));
      return new Dead<>();
    }
  }

  /** A stream that could not even be tried. */
  private static final class Dead<Q> implements AdsStream<Q> {
    @Override
    public void send(Q request) {}

    @Override
    public void request() {}

    @Override
    public void close() {}
  }

  private final class GrpcStream extends ClientCall.Listener<R> implements AdsStream<Q> {
    private final PlaneChannel channel;
    private final int server;
    private final ClientCall<Q, R> call;
    private AdsStream.@Nullable Callbacks<R> callbacks;
    private final Timer farewell =
        new Timer() {
          @Override
          protected void onTimer() {
            channel.close();
          }
        };

    GrpcStream(PlaneChannel channel, int server, AdsStream.Callbacks<R> callbacks) {
      this.channel = channel;
      this.server = server;
      this.callbacks = callbacks;
      this.call = channel.calls().newCall(method, CallOptions.DEFAULT);
      call.start(this, channel.headers());
      call.request(1);
    }

    @Override
    public void send(Q request) {
      if (callbacks != null) {
        call.sendMessage(request);
      }
    }

    @Override
    public void request() {
      if (callbacks != null) {
        call.request(1);
      }
    }

    @Override
    public void close() {
      if (callbacks != null) {
        callbacks = null;
        call.halfClose();
        // What the server has sent already is read and dropped; unread, its buffers would stay.
        call.request(Integer.MAX_VALUE);
        channel.finish();
        loop.arm(farewell, loop.nanoTime() + FAREWELL.toNanos());
      }
    }

    @Override
    public void onReady() {
      loop.execute(
          () -> {
            if (callbacks != null) {
              callbacks.ready();
            }
          });
    }

    @Override
    public void onHeaders(Metadata headers) {
      loop.execute(
          () -> {
            if (callbacks != null) {
              callbacks.accepted();
            }
          });
    }

    @Override
    public void onMessage(R response) {
      loop.execute(
          () -> {
            if (callbacks != null) {
              callbacks.response(response);
            }
          });
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      loop.execute(() -> ended(status));
    }

    private void ended(Status status) {
      farewell.disarm();
      channel.close();
      AdsStream.Callbacks<R> last = callbacks;
      if (last != null) {
        callbacks = null;
        String reason = status.isOk() ? "the server ended the stream" : PlaneChannel.reason(status);
        if (reason.contains("too_many_pings")) {
          keepAlive[server] = keepAlive[server].multipliedBy(2);
        }
        last.closed(reason);
      }
    }
  }
}
