package io.inmesh.xds.status;

import com.google.protobuf.Any;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.inmesh.config.Address;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneContext;
import io.inmesh.proto.envoy.service.status.v3.ClientStatusRequest;
import io.inmesh.proto.envoy.service.status.v3.ClientStatusResponse;
import io.inmesh.xds.grpc.Messages;
import io.inmesh.xds.json.RedactedResources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A plane, and a server where operators may ask what became of each resource: its version, when it
 * came, why the last update was refused. Keys and passwords are left out. Used for one session.
 *
 * <p>Source: envoy.service.status.v3.ClientStatusDiscoveryService, gRFC A40.
 */
public final class ClientStatusPlane implements ConfigPlane {
  private static final String SERVICE = "envoy.service.status.v3.ClientStatusDiscoveryService";

  /** One question, one answer. */
  public static final MethodDescriptor<ClientStatusRequest, ClientStatusResponse> FETCH =
      method(MethodType.UNARY, "FetchClientStatus");

  /** As many as one likes. */
  public static final MethodDescriptor<ClientStatusRequest, ClientStatusResponse> STREAM =
      method(MethodType.BIDI_STREAMING, "StreamClientStatus");

  private final ConfigPlane plane;
  private final InstantSource clock;
  private final Supplier<Function<Resource, Any>> shown = new Shown();
  private final Server server;
  private volatile @Nullable Opened opened;

  private record Opened(StatusBook book, EventLoop loop) {}

  /** Costly to make, and most processes are never asked. */
  private static final class Shown implements Supplier<Function<Resource, Any>> {
    private @Nullable Function<Resource, Any> made;

    @Override
    public synchronized Function<Resource, Any> get() {
      Function<Resource, Any> known = made == null ? new RedactedResources() : made;
      made = known;
      return known;
    }
  }

  private ClientStatusPlane(ConfigPlane plane, Address bind, InstantSource clock)
      throws IOException {
    this.plane = plane;
    this.clock = clock;
    var at = new InetSocketAddress(bind.host(), bind.port());
    InetAddress host = at.getAddress();
    if (host == null || !host.isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "client status is served to this machine only, not at " + bind);
    }
    this.server =
        NettyServerBuilder.forAddress(at)
            .addService(
                ServerServiceDefinition.builder(SERVICE)
                    .addMethod(FETCH, ServerCalls.asyncUnaryCall(this::fetch))
                    .addMethod(STREAM, ServerCalls.asyncBidiStreamingCall(this::stream))
                    .build())
            .build()
            .start();
  }

  /**
   * Serves from now on; nothing is known before the plane is opened.
   *
   * @param bind a loopback address; port 0 for any
   * @throws UncheckedIOException if it cannot be bound
   * @throws IllegalArgumentException if others could reach it
   */
  public static ClientStatusPlane start(ConfigPlane plane, Address bind, InstantSource clock) {
    try {
      return new ClientStatusPlane(plane, bind, clock);
    } catch (IOException failed) {
      throw new UncheckedIOException("client status cannot be served at " + bind, failed);
    }
  }

  private static MethodDescriptor<ClientStatusRequest, ClientStatusResponse> method(
      MethodType type, String name) {
    return Messages.method(
        type,
        SERVICE,
        name,
        ClientStatusRequest.getDefaultInstance(),
        ClientStatusResponse.getDefaultInstance());
  }

  /** Where it is served. */
  public int port() {
    return server.getPort();
  }

  @Override
  public Session open(PlaneContext context) {
    var book = new StatusBook(context.events(), clock, context.node());
    opened = new Opened(book, context.configLoop());
    return new Watched(plane.open(context.with(book)), book, server::shutdownNow);
  }

  private record Watched(Session session, StatusBook book, Runnable end) implements Session {
    @Override
    public void want(Set<Resource.Key> names) {
      want(names, Set.of());
    }

    @Override
    public void want(Set<Resource.Key> names, Set<Resource.Key> leaving) {
      book.wanted(names);
      session.want(names, leaving);
    }

    @Override
    public void node(Node node) {
      book.node(node);
      session.node(node);
    }

    @Override
    public ConfigPlane.Status status() {
      return session.status();
    }

    @Override
    public void close() {
      session.close();
      end.run();
    }
  }

  private void fetch(ClientStatusRequest request, StreamObserver<ClientStatusResponse> answer) {
    answer(request, answer, true);
  }

  private StreamObserver<ClientStatusRequest> stream(StreamObserver<ClientStatusResponse> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(ClientStatusRequest request) {
        answer(request, answer, false);
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        onLoop(answer, answer::onCompleted);
      }
    };
  }

  /** All answers come from the loop, in the order of the questions. */
  private void answer(
      ClientStatusRequest request, StreamObserver<ClientStatusResponse> answer, boolean last) {
    Opened now = opened;
    if (now == null) {
      answer.onError(
          io.grpc.Status.UNAVAILABLE.withDescription("not begun yet").asRuntimeException());
    } else if (request.getNodeMatchersCount() > 0) {
      answer.onError(
          io.grpc.Status.INVALID_ARGUMENT
              .withDescription("node_matchers: there is one node only")
              .asRuntimeException());
    } else {
      Function<Resource, Any> content = request.getExcludeResourceContents() ? null : shown.get();
      onLoop(
          answer,
          () -> {
            answer.onNext(
                ClientStatusResponse.newBuilder().addConfig(now.book().config(content)).build());
            if (last) {
              answer.onCompleted();
            }
          });
    }
  }

  /** Whoever asked may be gone by then. */
  private void onLoop(StreamObserver<ClientStatusResponse> answer, Runnable action) {
    Opened now = opened;
    if (now == null) {
      answer.onCompleted();
      return;
    }
    now.loop()
        .execute(
            () -> {
              try {
                action.run();
              } catch (RuntimeException gone) {
                answer.onError(io.grpc.Status.CANCELLED.withCause(gone).asRuntimeException());
              }
            });
  }
}
