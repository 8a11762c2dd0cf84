package io.inmesh.cli.replay;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.cli.load.DaemonThreads;
import io.inmesh.config.Node;
import io.inmesh.controlplane.ads.AdsServer;
import io.inmesh.controlplane.ads.ConfigSource;
import io.inmesh.controlplane.ads.RegistrationListener;
import io.inmesh.controlplane.ads.ServedConfig;
import io.inmesh.controlplane.ads.ServedNode;
import io.inmesh.controlplane.ads.StreamAuthenticator;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.OutboundPolicy;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.net.Loops;
import io.inmesh.runtime.net.SocketIo;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.grpc.PlaneServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The world of a recording for real: its resources served by our control plane over ADS, a mesh
 * that takes them, and backends behind sockets. A composition root: threads, clocks and randomness
 * begin here.
 */
final class LiveWorld implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final int WARM_UP = 30;

  private final LiveBackends backends = new LiveBackends();
  private final ThreadLoop planeLoop =
      new ThreadLoop(new DaemonThreads("replay-plane"), System::nanoTime, 1);
  private final Server plane;
  private final Loops loops;
  private final MeshRuntime mesh;

  /**
   * Starts everything.
   *
   * @param resources as Envoy got them
   * @param listeners the ports of the listeners, by config
   * @param seed of all draws
   */
  LiveWorld(Map<?, ?> line, LiveResources resources, Map<String, Integer> listeners, long seed)
      throws IOException {
    resources.open(backends);
    var config = new ServedConfig("replay", true, resources.served());
    plane = serve(config);
    loops = new Loops(new Loops.Settings(2, "replay", seed, System::nanoTime, SocketIo.of("best")));
    var server = PlaneServer.of("127.0.0.1:" + plane.getPort(), new PlaneServer.Plaintext());
    var ads =
        new AdsPlane(
            AdsOptions.of(server),
            new Decoder().forStream(),
            ResourceMemory.NONE,
            InstantSource.system());
    Set<String> environment = new HashSet<>();
    ReplayMesh.map(line.get("env")).keySet().forEach(name -> environment.add(String.valueOf(name)));
    Node node = ReplayMesh.node(line);
    mesh =
        MeshRuntime.builder()
            .node(node)
            .plane(ads)
            .loops(loops)
            .dialer(new CaseDialer(listeners))
            .outboundPolicy(OutboundPolicy.REGISTRY_ONLY)
            .runtime(new RuntimeValues(Settings.runtime(line.get("runtime"))))
            .environment(environment)
            .resendUnsent(false)
            .build();
  }

  private Server serve(ServedConfig config) throws IOException {
    var source =
        new ConfigSource() {
          @Override
          public ServedConfig configOf(ServedNode node) {
            return config;
          }

          @Override
          public void onChange(Runnable listener) {}
        };
    var ads = new AdsServer(planeLoop, source, RegistrationListener.NONE, InstantSource.system());
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .addService(ads.definition(StreamAuthenticator.ANYONE))
        .build()
        .start();
  }

  /** Whether this process has the variables that were set when it was recorded. */
  static boolean hasEnvironment(Map<?, ?> line) {
    return ReplayMesh.map(line.get("env")).entrySet().stream()
        .allMatch(
            each -> String.valueOf(each.getValue()).equals(System.getenv("" + each.getKey())));
  }

  /** A call that is under way or has ended. */
  record Played(OutgoingCall call, Trial trial) {}

  /**
   * Plays a case to its end.
   *
   * @throws TimeoutException if it does not end within a minute
   */
  Played play(String config, long number, Map<?, ?> recorded)
      throws InterruptedException, ExecutionException, TimeoutException {
    Request request = Recorded.request(recorded);
    Headers headers = request.headers().copy();
    headers.addLower(LiveBackends.CASE, name(config, number));
    Request sent = request.withHeaders(headers.freeze());
    var played = new CompletableFuture<Played>();
    EventLoop loop = loops.choose();
    loop.execute(() -> begin(loop, sent, played));
    return played.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private void begin(EventLoop loop, Request request, CompletableFuture<Played> played) {
    var called = new CompletableFuture<OutgoingCall>();
    Trial[] trial = new Trial[1];
    // On the loop: after the call has been handed out.
    trial[0] =
        new Trial(() -> loop.execute(() -> played.complete(new Played(called.join(), trial[0]))));
    Call call = mesh.call(loop, request, trial[0]);
    called.complete((OutgoingCall) call);
    call.demand(Integer.MAX_VALUE);
  }

  private static String name(String config, long number) {
    return config + "." + number;
  }

  /**
   * Calls until the code has been loaded, and connections have been opened once: recorded time
   * limits are short.
   */
  void warmUp() throws InterruptedException, ExecutionException, TimeoutException {
    for (int i = 0; i < WARM_UP; i++) {
      play(LiveResources.ALL, i, Map.of("method", "GET", "path", "/", "host", "all"));
    }
  }

  /** What it led to, in the form of the recordings. After {@link #awaitMirrors}. */
  Map<String, Object> outcome(String config, long number, Played played) {
    return played.trial().outcome(played.call(), backends.seen(name(config, number)));
  }

  /** Waits until all that was sent has arrived. */
  void awaitMirrors() throws InterruptedException {
    backends.awaitQuiet(300);
  }

  @Override
  public void close() {
    mesh.close();
    plane.shutdownNow();
    planeLoop.close();
    loops.close();
    backends.close();
  }
}
