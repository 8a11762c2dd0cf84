package io.inmesh.controlplane.ads;

import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.inmesh.config.Resource;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.xds.codec.Encoder;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.codec.TlsFlavor;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An ADS server on a loopback port. */
final class Plane implements ConfigSource, AutoCloseable {
  final ThreadLoop loop =
      new ThreadLoop(
          task -> {
            Thread thread = new Thread(task, "ads");
            thread.setDaemon(true);
            return thread;
          },
          System::nanoTime,
          2);
  final AdsServer ads;
  private final Encoder encoder;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Server server;
  private final int port;
  private volatile ServedConfig config = ServedConfig.EMPTY;

  /** How often the next configs cannot be made. */
  final AtomicInteger failures = new AtomicInteger();

  private Plane(
      int wantedPort,
      @Nullable SslContext tls,
      StreamAuthenticator authenticator,
      RegistrationListener registrations,
      TlsFlavor flavor)
      throws IOException {
    encoder = new Encoder(Extensions.standard(), flavor);
    ads = new AdsServer(loop, this, registrations, InstantSource.system());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), wantedPort))
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .addService(ads.definition(authenticator));
    if (tls != null) {
      builder.sslContext(tls);
    }
    server = builder.build().start();
    this.port = server.getPort();
  }

  static Plane plaintext() throws IOException {
    return plaintext(0, RegistrationListener.NONE);
  }

  static Plane plaintext(TlsFlavor flavor) throws IOException {
    return new Plane(0, null, StreamAuthenticator.ANYONE, RegistrationListener.NONE, flavor);
  }

  static Plane plaintext(int port, RegistrationListener registrations) throws IOException {
    return new Plane(port, null, StreamAuthenticator.ANYONE, registrations, TlsFlavor.INMESH);
  }

  static Plane tls(
      int port, KeyMaterial own, X509Certificate root, StreamAuthenticator authenticator)
      throws IOException {
    SslContext tls =
        GrpcSslContexts.configure(
                SslContextBuilder.forServer(own.key(), own.chain().toArray(X509Certificate[]::new)))
            .trustManager(root)
            .clientAuth(ClientAuth.OPTIONAL)
            .build();
    return new Plane(port, tls, authenticator, RegistrationListener.NONE, TlsFlavor.INMESH);
  }

  int port() {
    return port;
  }

  void publish(String revision, Collection<? extends Resource> resources) {
    config = new ServedConfig(revision, true, resources.stream().map(this::encode).toList());
    listeners.forEach(Runnable::run);
  }

  private ServedResource encode(Resource resource) {
    return ServedResource.of(
        resource.key(), encoder.message(resource).toByteString(), resource.references());
  }

  @Override
  public ServedConfig configOf(ServedNode node) {
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IllegalStateException("on purpose");
    }
    return config;
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
    loop.close();
  }
}
