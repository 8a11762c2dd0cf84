package io.inmesh.controlplane.ads;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.inmesh.controlplane.ads.NodeStream.Peer;
import io.inmesh.controlplane.ads.NodeStream.Services;
import io.inmesh.controlplane.ads.StreamAuthenticator.RefusedException;
import io.inmesh.loop.EventLoop;
import io.inmesh.xds.ads.AdsPlane;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves config to nodes over ADS, in both variants. One server may be reached through several
 * ports, each with its own way to tell who a client is. All streams live on one loop.
 *
 * <p>Source: envoy.service.discovery.v3.AggregatedDiscoveryService.
 */
public final class AdsServer {
  private static final System.Logger LOG = System.getLogger("io.inmesh.ads");

  private final EventLoop loop;
  private final Services services;
  private final InstantSource clock;
  private final Set<Connected> streams = new LinkedHashSet<>();
  private final AtomicBoolean following = new AtomicBoolean();

  private record Connected(NodeStream<?, ?> stream, String variant, Instant since) {
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /** Serves from now on what {@code source} has; reachable through {@link #definition}. */
  public AdsServer(
      EventLoop loop,
      ConfigSource source,
      RegistrationListener registrations,
      InstantSource clock) {
    this.loop = loop;
    this.services = new Services(loop, source, registrations, new Changes());
    this.clock = clock;
    source.onChange(this::changed);
  }

  private void changed() {
    if (following.compareAndSet(false, true)) {
      loop.execute(
          () -> {
            following.set(false);
            List.copyOf(streams).forEach(AdsServer::follow);
          });
    }
  }

  /** What fails for one node must not keep others from the config of now. */
  private static void follow(Connected connected) {
    try {
      connected.stream().follow();
    } catch (RuntimeException defect) {
      LOG.log(
          Level.ERROR,
          "the config of " + connected.stream().name() + " cannot be made: it keeps what it has",
          defect);
    }
  }

  /** The gRPC service, for a port. */
  public ServerServiceDefinition definition(StreamAuthenticator authenticator) {
    return ServerServiceDefinition.builder("envoy.service.discovery.v3.AggregatedDiscoveryService")
        .addMethod(
            AdsPlane.STREAM,
            handler(authenticator, StateOfTheWorldDialect::new, "state-of-the-world"))
        .addMethod(AdsPlane.DELTA, handler(authenticator, DeltaDialect::new, "delta"))
        .build();
  }

  private <Q, R> ServerCallHandler<Q, R> handler(
      StreamAuthenticator authenticator, Supplier<Dialect<Q, R>> dialects, String variant) {
    return (call, headers) -> {
      Peer peer;
      try {
        peer =
            new Peer(authenticator.authenticate(CallCredentials.of(call, headers)), address(call));
      } catch (RefusedException refused) {
        LOG.log(Level.WARNING, "{0} is not let in: {1}", address(call), refused.getMessage());
        call.close(Status.UNAUTHENTICATED.withDescription(refused.getMessage()), new Metadata());
        return new ServerCall.Listener<>() {};
      }
      return new Stream<>(call, dialects.get(), peer, variant);
    };
  }

  private static String address(ServerCall<?, ?> call) {
    SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    String text = String.valueOf(address);
    return text.startsWith("/") ? text.substring(1) : text;
  }

  /** The nodes that are connected, and how far each has got. */
  public CompletionStage<List<NodeStatus>> nodes() {
    var answer = new CompletableFuture<List<NodeStatus>>();
    loop.execute(
        () -> {
          var nodes = new ArrayList<NodeStatus>();
          for (Connected connected : streams) {
            ServedNode node = connected.stream().node();
            if (node != null) {
              nodes.add(
                  new NodeStatus(
                      node, connected.variant(), connected.since(), connected.stream().status()));
            }
          }
          answer.complete(nodes);
        });
    return answer;
  }

  /** A stream over gRPC: all that happens goes through the loop. */
  private final class Stream<Q, R> extends ServerCall.Listener<Q> implements Outlet<R> {
    private final ServerCall<Q, R> call;
    private final NodeStream<Q, R> stream;
    private final Connected connected;
    private boolean ended;

    Stream(ServerCall<Q, R> call, Dialect<Q, R> dialect, Peer peer, String variant) {
      this.call = call;
      this.stream = new NodeStream<>(dialect, this, peer, services);
      this.connected = new Connected(stream, variant, clock.instant());
      loop.execute(this::open);
    }

    private void open() {
      streams.add(connected);
      call.sendHeaders(new Metadata());
      call.request(1);
    }

    @Override
    public void onMessage(Q request) {
      loop.execute(
          () -> {
            if (!ended) {
              handle(request);
            }
          });
    }

    private void handle(Q request) {
      try {
        stream.request(request);
        call.request(1);
      } catch (RuntimeException defect) {
        LOG.log(Level.ERROR, "a request of " + address(call) + " failed", defect);
        end();
        call.close(Status.INTERNAL.withDescription(defect.toString()), new Metadata());
      }
    }

    @Override
    public void onReady() {
      loop.execute(
          () -> {
            if (!ended) {
              stream.ready();
            }
          });
    }

    @Override
    public void onHalfClose() {
      loop.execute(
          () -> {
            if (!ended) {
              end();
              call.close(Status.OK, new Metadata());
            }
          });
    }

    @Override
    public void onCancel() {
      loop.execute(this::end);
    }

    private void end() {
      if (!ended) {
        ended = true;
        streams.remove(connected);
        stream.closed();
      }
    }

    @Override
    public boolean isReady() {
      return !ended && call.isReady();
    }

    @Override
    public void send(R response) {
      call.sendMessage(response);
    }
  }
}
