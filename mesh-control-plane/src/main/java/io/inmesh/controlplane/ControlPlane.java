package io.inmesh.controlplane;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.inmesh.controlplane.ads.AdsServer;
import io.inmesh.controlplane.ads.StreamAuthenticator;
import io.inmesh.controlplane.ca.Authority;
import io.inmesh.controlplane.ca.CertificateService;
import io.inmesh.controlplane.ca.JoinTokens;
import io.inmesh.controlplane.ca.PeerIdentity;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.DirectoryWatch;
import io.inmesh.controlplane.registry.Registry;
import io.inmesh.controlplane.registry.RegistryFile;
import io.inmesh.identity.Pem;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.state.StateDirectory;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A control plane in one process: configuration from a directory of files, a certificate authority,
 * a registry of instances, and ADS for all of it. A composition root.
 */
public final class ControlPlane implements AutoCloseable {
  private static final int MAX_CONNECTION_IDLE_MINUTES = 60;

  private final Settings settings;
  private final ThreadLoop loop;
  private final ExecutorService files;
  private final JoinTokens tokens;
  private final Authority authority;
  private final ConfigDirectory config;
  private final AdsServer ads;
  private final Registry registry;
  private final ServerIdentity identity;
  private final Server secure;
  private final @Nullable Server plaintext;
  private final DirectoryWatch watch;

  /**
   * How a control plane is set up.
   *
   * @param config the directory of configuration files
   * @param state where authority, join files and registry are kept
   * @param host the address that is bound
   * @param port of TLS; 0 for any
   * @param plaintextPort on loopback, for Envoy and other nodes that cannot join; 0 for any, -1 for
   *     none
   * @param lease how long an instance stays without its stream
   * @param certificateLife of workload certificates at most
   */
  public record Settings(
      Path config,
      Path state,
      String host,
      int port,
      int plaintextPort,
      String trustDomain,
      Duration lease,
      Duration certificateLife) {}

  /**
   * Starts everything.
   *
   * @throws IOException if a port cannot be bound or files cannot be watched
   * @throws IllegalStateException if the state directory cannot be used
   */
  public static ControlPlane start(Settings settings, ConfigDirectory.Listener listener)
      throws IOException {
    return new ControlPlane(settings, listener);
  }

  private ControlPlane(Settings settings, ConfigDirectory.Listener listener) throws IOException {
    this.settings = settings;
    var random = new SecureRandom();
    InstantSource clock = InstantSource.system();
    var state = new StateDirectory(settings.state());
    this.authority = Authority.open(settings.trustDomain(), state, clock, random);
    this.tokens = new JoinTokens(state.directory("join"), settings.trustDomain(), random);
    this.files = Executors.newCachedThreadPool(task -> daemon(task, "inmesh-files"));
    this.loop =
        new ThreadLoop(
            task -> daemon(task, "inmesh-control-plane"), System::nanoTime, random.nextLong());
    var oneByOne = Executors.newSingleThreadExecutor(task -> daemon(task, "inmesh-registry-file"));
    this.registry = new Registry(loop, settings.lease(), new RegistryFile(state, oneByOne));
    var revisions = new RevisionFile(state);
    var directory =
        new ConfigDirectory.Settings(
            revisions.next(),
            50,
            ConfigDirectory.Settings.DEFAULT.poll(),
            ConfigDirectory.Settings.DEFAULT.quiet());
    this.config = new ConfigDirectory(settings.config(), directory, clock);
    var configs = new NodeConfigs(loop, config, registry);
    config.onChange(listener);
    config.onChange(revisions);
    loop.execute(registry::start);
    this.watch = DirectoryWatch.start(config, files);
    this.ads =
        new AdsServer(loop, configs, new Registrations(registry, settings.trustDomain()), clock);
    this.identity = new ServerIdentity(authority, settings.host(), random, loop);
    this.secure = serveSecurely();
    this.plaintext = settings.plaintextPort() < 0 ? null : servePlaintext();
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private Server serveSecurely() throws IOException {
    var peers = new PeerIdentity(tokens, settings.trustDomain());
    var tls =
        GrpcSslContexts.configure(SslContextBuilder.forServer(identity.keys()))
            .trustManager(authority.root())
            .clientAuth(ClientAuth.OPTIONAL)
            .build();
    var certificates = new CertificateService(authority, settings.certificateLife());
    return serverAt(settings.host(), settings.port())
        .sslContext(tls)
        .addService(ServerInterceptors.intercept(certificates.definition(), peers))
        .addService(ads.definition(peers))
        .build()
        .start();
  }

  private Server servePlaintext() throws IOException {
    String loopback = InetAddress.getLoopbackAddress().getHostAddress();
    return serverAt(loopback, settings.plaintextPort())
        .addService(ads.definition(StreamAuthenticator.ANYONE))
        .build()
        .start();
  }

  private static NettyServerBuilder serverAt(String host, int port) {
    return NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
        .directExecutor()
        .permitKeepAliveTime(5, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .keepAliveTime(30, TimeUnit.SECONDS)
        .maxConnectionIdle(MAX_CONNECTION_IDLE_MINUTES, TimeUnit.MINUTES)
        .maxInboundMessageSize(64 << 20);
  }

  /** The port of TLS. */
  public int port() {
    return secure.getPort();
  }

  /** The plaintext port; -1 if there is none. */
  public int plaintextPort() {
    return plaintext == null ? -1 : plaintext.getPort();
  }

  /** The configuration in force. */
  public ConfigDirectory config() {
    return config;
  }

  /** The nodes that are connected. */
  public AdsServer ads() {
    return ads;
  }

  /** The instances that registered themselves. */
  public Registry registry() {
    return registry;
  }

  /**
   * Writes the join file of a service, or brings it up to date.
   *
   * @throws IllegalArgumentException if service or namespace are not DNS labels
   */
  public Path issueJoinFile(String service, String namespace) {
    return issueJoinFile(service, namespace, List.of());
  }

  /**
   * The same for a mesh with several control planes, which have the same authority and tokens.
   *
   * @param peers {@code host:port} of those that serve when this one cannot be reached, in order
   */
  public Path issueJoinFile(String service, String namespace, List<String> peers) {
    String roots = Pem.ofCertificates(List.of(authority.root()));
    var planes = new ArrayList<String>();
    planes.add(settings.host() + ":" + port());
    planes.addAll(peers);
    return tokens.issue(service, namespace, String.join(",", planes), roots);
  }

  /** Ends everything; nodes go on with what they have. */
  @Override
  public void close() throws IOException {
    watch.close();
    secure.shutdownNow();
    if (plaintext != null) {
      plaintext.shutdownNow();
    }
    identity.close();
    loop.close();
    files.shutdownNow();
  }
}
