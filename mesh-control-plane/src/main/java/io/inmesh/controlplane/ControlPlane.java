package io.inmesh.controlplane;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.inmesh.config.Address;
import io.inmesh.controlplane.ads.AdsServer;
import io.inmesh.controlplane.ads.StreamAuthenticator;
import io.inmesh.controlplane.api.ApiServer;
import io.inmesh.controlplane.audit.AuditLog;
import io.inmesh.controlplane.ca.Authority;
import io.inmesh.controlplane.ca.CertificateService;
import io.inmesh.controlplane.ca.IssuedCertificates;
import io.inmesh.controlplane.ca.JoinTokens;
import io.inmesh.controlplane.ca.PeerIdentity;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.DirectoryWatch;
import io.inmesh.controlplane.config.MeshReader;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
  private final JoinTokens tokens;
  private final Authority authority;
  private final ConfigDirectory config;
  private final AdsServer ads;
  private final Registry registry;
  private final Server secure;
  private final @Nullable Server plaintext;
  private final @Nullable ApiServer api;
  private final AuditLog audit;
  private final IssuedCertificates issued = new IssuedCertificates();

  /** What must be closed, the last first. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /**
   * How a control plane is set up.
   *
   * @param config the directory of configuration files
   * @param state where authority, join files and registry are kept
   * @param host the address that is bound
   * @param port of TLS; 0 for any
   * @param plaintextPort on loopback, for Envoy and other nodes that cannot join; 0 for any, -1 for
   *     none
   * @param trustDomain of all identities; that of the files must be the same
   * @param lease how long an instance stays without its stream
   * @param certificateLife of workload certificates at most
   * @param advertised the address or name by which others reach it; stands in join files and in its
   *     certificate
   * @param httpPort of the API, on loopback; 0 for any, -1 for none
   */
  public record Settings(
      Path config,
      Path state,
      String host,
      int port,
      int plaintextPort,
      String trustDomain,
      Duration lease,
      Duration certificateLife,
      String advertised,
      int httpPort) {
    /** Without an API. */
    public Settings(
        Path config,
        Path state,
        String host,
        int port,
        int plaintextPort,
        String trustDomain,
        Duration lease,
        Duration certificateLife,
        String advertised) {
      this(
          config,
          state,
          host,
          port,
          plaintextPort,
          trustDomain,
          lease,
          certificateLife,
          advertised,
          -1);
    }

    /** One that is reached by the address that it binds. */
    public Settings(
        Path config,
        Path state,
        String host,
        int port,
        int plaintextPort,
        String trustDomain,
        Duration lease,
        Duration certificateLife) {
      this(config, state, host, port, plaintextPort, trustDomain, lease, certificateLife, host);
    }

    public Settings {
      if (new Address(advertised, port).isWildcard()) {
        throw new IllegalArgumentException(
            "others cannot call " + advertised + ": say by which address or name they can");
      }
    }
  }

  /**
   * Starts everything. No port is opened before a configuration was taken: nodes would be told that
   * there are no routes and no policies. If the files are refused, that is the last good one of a
   * former life.
   *
   * @throws IOException if a port cannot be bound or files cannot be watched
   * @throws IllegalStateException if the state directory cannot be used, or if the files are
   *     refused and there is no last good configuration
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
    var revisions = new RevisionFile(state);
    this.config =
        new ConfigDirectory(
            settings.config(),
            new ConfigDirectory.Settings(
                revisions.next(),
                ConfigDirectory.Settings.DEFAULT.poll(),
                ConfigDirectory.Settings.DEFAULT.quiet()),
            new MeshReader(settings.trustDomain(), settings.config()),
            new KeptFiles(state),
            clock);
    try {
      ExecutorService oneByOne =
          Executors.newSingleThreadExecutor(task -> daemon(task, "inmesh-registry-file"));
      open.push(oneByOne::shutdown);
      ExecutorService files = Executors.newCachedThreadPool(task -> daemon(task, "inmesh-files"));
      open.push(files::shutdownNow);
      var loop =
          new ThreadLoop(
              task -> daemon(task, "inmesh-control-plane"), System::nanoTime, random.nextLong());
      open.push(loop);
      this.registry = new Registry(loop, settings.lease(), new RegistryFile(state, oneByOne));
      var configs = new NodeConfigs(loop, config, registry);
      this.audit = new AuditLog(settings.state(), clock, oneByOne);
      config.onChange(audit);
      config.onChange(listener);
      config.onChange(revisions);
      loop.execute(registry::start);
      open.push(DirectoryWatch.start(config, files));
      if (!config.hasTaken()) {
        throw new IllegalStateException(
            "the files are refused, and there is no last good configuration to serve: "
                + config.problems().get(0));
      }
      this.ads =
          new AdsServer(
              loop, configs, new Registrations(registry, settings.trustDomain(), audit), clock);
      var identity =
          new ServerIdentity(
              authority, List.of(settings.host(), settings.advertised()), random, loop);
      open.push(identity);
      this.secure = serveSecurely(identity);
      this.plaintext = settings.plaintextPort() < 0 ? null : servePlaintext();
      this.api = settings.httpPort() < 0 ? null : serveApi();
    } catch (IOException | RuntimeException failed) {
      closeAfter(failed);
      throw failed;
    }
  }

  private ApiServer serveApi() throws IOException {
    var sources = new ApiServer.Sources(config, registry, ads, authority, issued, audit);
    ApiServer started = ApiServer.start(sources, settings.httpPort());
    open.push(started);
    return started;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private Server serveSecurely(ServerIdentity identity) throws IOException {
    var peers = new PeerIdentity(tokens, settings.trustDomain());
    var tls =
        GrpcSslContexts.configure(SslContextBuilder.forServer(identity.keys()))
            .trustManager(authority.root())
            .clientAuth(ClientAuth.OPTIONAL)
            .build();
    var certificates = new CertificateService(authority, settings.certificateLife(), issued, audit);
    return started(
        serverAt(settings.host(), settings.port())
            .sslContext(tls)
            .addService(ServerInterceptors.intercept(certificates.definition(), peers))
            .addService(ads.definition(peers)));
  }

  private Server servePlaintext() throws IOException {
    String loopback = InetAddress.getLoopbackAddress().getHostAddress();
    return started(
        serverAt(loopback, settings.plaintextPort())
            .addService(ads.definition(StreamAuthenticator.ANYONE)));
  }

  private Server started(NettyServerBuilder builder) throws IOException {
    Server server = builder.build();
    open.push(server::shutdownNow);
    return server.start();
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

  /** The port of the API; -1 if there is none. */
  public int httpPort() {
    return api == null ? -1 : api.port();
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
    planes.add(new Address(settings.advertised(), port()).toString());
    planes.addAll(peers);
    return tokens.issue(service, namespace, String.join(",", planes), roots);
  }

  /** Ends everything; nodes go on with what they have. */
  @Override
  public void close() throws IOException {
    var failed = new IOException("not all of the control plane could be closed");
    closeAfter(failed);
    if (failed.getSuppressed().length > 0) {
      throw failed;
    }
  }

  private void closeAfter(Exception cause) {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception unclosed) {
        cause.addSuppressed(unclosed);
      }
    }
  }
}
