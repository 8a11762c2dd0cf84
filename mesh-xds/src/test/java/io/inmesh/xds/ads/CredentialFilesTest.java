package io.inmesh.xds.ads;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.inmesh.config.Resource;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SpiffeId;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneContext;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.xds.grpc.PlaneServer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plane behind mutual TLS and a token, with files that change while a stream is open. */
class CredentialFilesTest {
  private final TestPki pki = new TestPki("cluster.local");
  private final ThreadLoop loop = new ThreadLoop(Thread::new, System::nanoTime, 1);
  private final RecordedEvents events = new RecordedEvents();
  private final List<String> callers = new CopyOnWriteArrayList<>();
  private final List<StreamObserver<DeltaDiscoveryResponse>> streams = new CopyOnWriteArrayList<>();
  @TempDir Path files;
  private Server server;
  private ConfigPlane.Session session;

  @BeforeEach
  void start() throws IOException {
    KeyMaterial own = pki.issue(new TestPki.Leaf().dns("localhost").ip("127.0.0.1"));
    var service =
        ServerServiceDefinition.builder(AdsPlane.DELTA.getServiceName())
            .addMethod(AdsPlane.DELTA, ServerCalls.asyncBidiStreamingCall(this::stream))
            .build();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(
                            own.key(), own.chain().toArray(X509Certificate[]::new)))
                    .trustManager(pki.root())
                    .clientAuth(ClientAuth.REQUIRE)
                    .build())
            .addService(ServerInterceptors.intercept(service, new WhoCalls()))
            .build()
            .start();
    Files.writeString(files.resolve("roots.pem"), Pem.ofCertificates(List.of(pki.root())));
    certify("web");
  }

  private void certify(String name) throws IOException {
    KeyMaterial own = pki.service(name);
    Files.writeString(files.resolve("chain.pem"), Pem.ofCertificates(own.chain()));
    Files.writeString(files.resolve("key.pem"), Pem.ofPrivateKey(own.key()));
  }

  private void token(String value) throws IOException {
    Files.writeString(files.resolve("token"), value + "\n");
  }

  private final class WhoCalls implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      try {
        X509Certificate leaf =
            (X509Certificate)
                call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION).getPeerCertificates()[0];
        var key = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
        callers.add(SpiffeId.of(leaf).orElseThrow().uri() + " " + headers.get(key));
      } catch (javax.net.ssl.SSLPeerUnverifiedException none) {
        callers.add("nobody");
      }
      return next.startCall(call, headers);
    }
  }

  private StreamObserver<DeltaDiscoveryRequest> stream(
      StreamObserver<DeltaDiscoveryResponse> answers) {
    streams.add(answers);
    return new StreamObserver<>() {
      @Override
      public void onNext(DeltaDiscoveryRequest request) {
        if (request.getResourceNamesSubscribeCount() > 0) {
          send(answers, "1", 1);
        }
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    };
  }

  private static void send(
      StreamObserver<DeltaDiscoveryResponse> answers, String version, int weight) {
    answers.onNext(
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(Resource.Type.ENDPOINTS.url())
            .setSystemVersionInfo(version)
            .setNonce(version)
            .addResources(
                io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
                    .setName("e")
                    .setVersion(version)
                    .setResource(Resources.endpoints("e", weight)))
            .build());
  }

  private void open() {
    var tls =
        new PlaneServer.TlsFiles(
            Optional.of(files.resolve("roots.pem")),
            Optional.of(
                new PlaneServer.KeyFiles(files.resolve("chain.pem"), files.resolve("key.pem"))),
            Optional.of(files.resolve("token")));
    var backoff = new AdsOptions.Backoff(Duration.ofMillis(20), Duration.ofMillis(50));
    var plane =
        new AdsPlane(
            AdsOptions.of(PlaneServer.of("localhost:" + server.getPort(), tls)).with(backoff),
            new PlainDecoder(),
            ResourceMemory.NONE,
            InstantSource.system());
    loop.execute(
        () -> {
          session = plane.open(new PlaneContext(Bench.NODE, loop, Bench.NO_SECRETS, events));
          session.want(Set.of(Bench.endpoints("e")));
        });
  }

  @AfterEach
  void stop() throws Exception {
    CompletableFuture.runAsync(() -> session.close(), loop).get(10, TimeUnit.SECONDS);
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    loop.close();
  }

  private ConfigPlane.Status status() throws Exception {
    return CompletableFuture.supplyAsync(() -> session.status(), loop).get(10, TimeUnit.SECONDS);
  }

  private String revision() {
    return CompletableFuture.supplyAsync(
            () -> events.updates.isEmpty() ? "" : events.revision(), loop)
        .join();
  }

  @Test
  void newFilesCountForTheNextStreamAndEndNone() throws Exception {
    token("first");
    open();
    Awaitility.await().until(() -> revision().equals("1"));
    certify("renewed");
    token("second");
    send(streams.get(0), "2", 2);
    Awaitility.await().until(() -> revision().equals("2"));
    assertThat(callers).containsExactly(pki.uri("web") + " Bearer first");

    streams.get(0).onCompleted();
    Awaitility.await().until(() -> callers.size() == 2);
    assertThat(callers.get(1)).isEqualTo(pki.uri("renewed") + " Bearer second");
  }

  @Test
  void aFileThatCannotBeUsedIsNamedAndReadAgain() throws Exception {
    open();
    Awaitility.await().until(() -> status().lastError().contains("token cannot be read"));
    token("late");
    Awaitility.await().until(() -> revision().equals("1"));
    assertThat(callers).containsExactly(pki.uri("web") + " Bearer late");

    Files.writeString(files.resolve("key.pem"), "no key");
    streams.get(0).onCompleted();
    Awaitility.await().until(() -> status().lastError().contains("key.pem cannot be used"));
    certify("web");
    Awaitility.await().until(() -> callers.size() == 2);
  }
}
