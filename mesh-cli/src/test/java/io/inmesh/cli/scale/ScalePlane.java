package io.inmesh.cli.scale;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.VirtualHost;
import io.inmesh.controlplane.ads.AdsServer;
import io.inmesh.controlplane.ads.ConfigSource;
import io.inmesh.controlplane.ads.RegistrationListener;
import io.inmesh.controlplane.ads.ServedConfig;
import io.inmesh.controlplane.ads.ServedNode;
import io.inmesh.controlplane.ads.ServedResource;
import io.inmesh.controlplane.ads.StreamAuthenticator;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.inbound.TlsMode;
import io.inmesh.runtime.net.Loops;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.testkit.Configs;
import io.inmesh.xds.codec.Encoder;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.codec.TlsFlavor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A control plane with many clusters of ten endpoints under one route table, and servers for every
 * hundredth of them. What it is to do next is asked for over HTTP: {@code /plane/all} sends all
 * endpoints anew, {@code /plane/one} those of one cluster, {@code /plane/requests} says how many
 * requests the stream has seen.
 */
final class ScalePlane implements ConfigSource, AutoCloseable {
  static final int ENDPOINTS = 10;
  static final int CALLED = 100;

  private final int clusters;
  private final Encoder encoder = new Encoder(Extensions.standard(), TlsFlavor.INMESH);
  private final ThreadLoop loop = new ThreadLoop(ScalePlane::thread, System::nanoTime, 2);
  private final Loops loops =
      new Loops(new Loops.Settings(1, "backend", 1, System::nanoTime, true));
  private final List<MeshServer> backends = new ArrayList<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final Server server;
  private int generation;
  private volatile ServedConfig config;

  ScalePlane(int clusters) throws IOException {
    this.clusters = clusters;
    for (int i = 0; i < ENDPOINTS; i++) {
      backends.add(
          MeshServer.builder(loops, 0, this::answer)
              .host("127.0.0.1")
              .tls(TlsMode.PLAINTEXT)
              .start());
    }
    var served = new LinkedHashMap<Resource.Key, Optional<ServedResource>>();
    var routes = new ArrayList<Route>();
    for (int i = 0; i < clusters; i++) {
      put(Configs.cluster(name(i)), served);
      put(endpoints(i, 1), served);
      routes.add(Configs.route("/" + i + "/", Configs.forward(name(i))));
    }
    put(
        new RouteConfiguration("scale", List.of(new VirtualHost("scale", List.of("*"), routes))),
        served);
    put(Configs.api("scale", "scale"), served);
    config = ServedConfig.EMPTY.next("0", true, served);
    var ads = new AdsServer(loop, this, RegistrationListener.NONE, InstantSource.system());
    var local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        NettyServerBuilder.forAddress(local)
            .maxInboundMessageSize(64 << 20)
            .addService(
                ServerInterceptors.intercept(
                    ads.definition(StreamAuthenticator.ANYONE), new Counting()))
            .build()
            .start();
  }

  /** Serves a number of clusters until its input ends; prints the ports of plane and backend. */
  public static void main(String[] arguments) throws IOException {
    try (var plane = new ScalePlane(Integer.parseInt(arguments[0]))) {
      System.out.println("ready " + plane.port() + " " + plane.backend());
      while (System.in.read() >= 0) {}
    }
  }

  private static Thread thread(Runnable work) {
    var thread = new Thread(work, "ads");
    thread.setDaemon(true);
    return thread;
  }

  static String name(int cluster) {
    return "outbound|8080||service-"
        + cluster
        + ".namespace-"
        + cluster % 40
        + ".svc.cluster.local";
  }

  private EndpointSet endpoints(int cluster, int weight) {
    var endpoints = new ArrayList<Endpoint>();
    for (int i = 0; i < ENDPOINTS; i++) {
      int last = cluster * ENDPOINTS + i;
      Address address =
          cluster % CALLED == 0
              ? backends.get(i).address()
              : new Address(
                  "10." + (last >> 16) + "." + (last >> 8 & 255) + "." + (last & 255), 8080);
      endpoints.add(
          new Endpoint(
              address, "", weight, EndpointSet.Health.HEALTHY, io.inmesh.config.Metadata.EMPTY));
    }
    return EndpointSet.of(name(cluster), endpoints);
  }

  private void put(Resource resource, Map<Resource.Key, Optional<ServedResource>> into) {
    var message = encoder.message(resource).toByteString();
    into.put(
        resource.key(),
        Optional.of(ServedResource.of(resource.key(), message, resource.references())));
  }

  int port() {
    return server.getPort();
  }

  int backend() {
    return backends.get(0).port();
  }

  /** Making config takes long: not on the loop that serves calls. */
  private CompletionStage<ServerResponse> answer(ServerRequest request) {
    return switch (request.path()) {
      case "/plane/requests" -> later(() -> Integer.toString(requests.get()));
      case "/plane/all" -> later(this::all);
      case "/plane/one" -> later(this::one);
      default -> CompletableFuture.completedFuture(ok("ok"));
    };
  }

  private static CompletionStage<ServerResponse> later(Supplier<String> text) {
    return CompletableFuture.supplyAsync(() -> ok(text.get()));
  }

  private static ServerResponse ok(String text) {
    return new ServerResponse(200, Headers.EMPTY, Optional.of(Bodies.of(text)));
  }

  /** Answers when it was published. */
  private synchronized String all() {
    generation++;
    var changes = new HashMap<Resource.Key, Optional<ServedResource>>();
    for (int i = 0; i < clusters; i++) {
      put(endpoints(i, 1 + generation), changes);
    }
    return publish(changes);
  }

  private synchronized String one() {
    generation++;
    var changes = new HashMap<Resource.Key, Optional<ServedResource>>();
    put(endpoints(clusters / 2 + 1, 1 + generation), changes);
    return publish(changes);
  }

  private String publish(Map<Resource.Key, Optional<ServedResource>> changes) {
    String published = Long.toString(System.nanoTime());
    config = config.next(Integer.toString(generation), true, changes);
    listeners.forEach(Runnable::run);
    return published;
  }

  @Override
  public ServedConfig configOf(ServedNode node) {
    return config;
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    server.shutdownNow();
    loop.close();
    backends.forEach(MeshServer::close);
    loops.close();
  }

  /** Counts messages of clients. */
  private final class Counting implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
        @Override
        public void onMessage(Q message) {
          requests.incrementAndGet();
          super.onMessage(message);
        }
      };
    }
  }
}
