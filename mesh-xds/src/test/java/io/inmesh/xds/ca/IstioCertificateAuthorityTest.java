package io.inmesh.xds.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.inmesh.identity.CertificateAuthority.Issued;
import io.inmesh.identity.CertificateAuthority.RefusedException;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import io.inmesh.proto.istio.IstioCertificateRequest;
import io.inmesh.proto.istio.IstioCertificateResponse;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.testkit.pki.TestSecrets;
import io.inmesh.xds.grpc.PlaneServer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IstioCertificateAuthorityTest {
  private static final Context.Key<String> CALLER = Context.key("caller");

  private final TestPki pki = new TestPki("cluster.local");
  private final TestPki issuing = pki.intermediate("istiod");
  private final KeyMaterial leaf = issuing.service("web");
  private final AtomicReference<IstioCertificateRequest> asked = new AtomicReference<>();
  private final AtomicReference<String> caller = new AtomicReference<>("");
  private Function<IstioCertificateRequest, IstioCertificateResponse> signer = request -> answer();
  private Server server;

  private IstioCertificateResponse answer() {
    return IstioCertificateResponse.newBuilder()
        .addCertChain(Pem.ofCertificates(List.of(leaf.leaf())))
        .addCertChain(Pem.ofCertificates(leaf.chain().subList(1, 2)))
        .addCertChain(Pem.ofCertificates(List.of(pki.root())))
        .build();
  }

  @BeforeEach
  void start() throws IOException {
    KeyMaterial own = pki.issue(new TestPki.Leaf().dns("localhost").ip("127.0.0.1"));
    ServerServiceDefinition service =
        ServerServiceDefinition.builder(CertificateMethods.SERVICE)
            .addMethod(CertificateMethods.CREATE, ServerCalls.asyncUnaryCall(this::create))
            .build();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(
                            own.key(), own.chain().toArray(X509Certificate[]::new)))
                    .trustManager(pki.root())
                    .clientAuth(ClientAuth.OPTIONAL)
                    .build())
            .addService(ServerInterceptors.intercept(service, new WhoCalls()))
            .build()
            .start();
  }

  private static final class WhoCalls implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
      String who;
      try {
        X509Certificate leaf = (X509Certificate) session.getPeerCertificates()[0];
        who = SpiffeId.of(leaf).orElseThrow().uri();
      } catch (SSLPeerUnverifiedException none) {
        who = "nobody";
      }
      String token = headers.get(AUTHORIZATION);
      return Contexts.interceptCall(
          Context.current().withValue(CALLER, who + ", " + token), call, headers, next);
    }
  }

  private void create(
      IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> answer) {
    asked.set(request);
    caller.set(CALLER.get());
    try {
      answer.onNext(signer.apply(request));
      answer.onCompleted();
    } catch (RuntimeException refused) {
      answer.onError(refused);
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
  }

  private IstioCertificateAuthority authority(List<X509Certificate> roots, SecretStore secrets) {
    return new IstioCertificateAuthority(
        PlaneServer.of(
            "localhost:" + server.getPort(),
            new PlaneServer.Tls(roots, true, Optional.of(() -> "the-token"))),
        secrets,
        InstantSource.system(),
        Duration.ofSeconds(10));
  }

  private static Issued get(IstioCertificateAuthority authority) throws Exception {
    return authority
        .sign("the request", Duration.ofMinutes(90))
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private static Throwable failure(IstioCertificateAuthority authority) {
    try {
      get(authority);
      throw new AssertionError("nothing failed");
    } catch (ExecutionException failed) {
      return failed.getCause();
    } catch (Exception other) {
      throw new AssertionError(other);
    }
  }

  @Test
  void theChainComesWithoutTheRootAndTheRootAsTrust() throws Exception {
    Issued issued = get(authority(List.of(pki.root()), new TestSecrets()));
    assertThat(issued.chain()).isEqualTo(leaf.chain());
    assertThat(issued.roots().authorities())
        .isEqualTo(Map.of("cluster.local", List.of(pki.root())));
    assertThat(asked.get().getCsr()).isEqualTo("the request");
    assertThat(asked.get().getValidityDuration()).isEqualTo(5_400);
    assertThat(caller.get()).isEqualTo("nobody, Bearer the-token");
  }

  @Test
  void aValidCertificateProvesWhoWeAreAndTheTokenStaysAtHome() throws Exception {
    var secrets = new TestSecrets(pki.service("web"), pki.trust());
    get(authority(List.of(pki.root()), secrets));
    assertThat(caller.get()).isEqualTo("spiffe://cluster.local/ns/default/sa/web, null");
  }

  @Test
  void anExpiredCertificateIsNotShown() throws Exception {
    var then = InstantSource.system().instant().minus(Duration.ofHours(2));
    KeyMaterial expired =
        pki.issue(
            new TestPki.Leaf().uri(pki.uri("web")).valid(then, then.plus(Duration.ofHours(1))));
    get(authority(List.of(pki.root()), new TestSecrets(expired, pki.trust())));
    assertThat(caller.get()).isEqualTo("nobody, Bearer the-token");
  }

  @Test
  void aRefusalIsToldFromAFailure() {
    for (Status status : List.of(Status.PERMISSION_DENIED, Status.UNAUTHENTICATED)) {
      signer =
          request -> {
            throw status.withDescription("you are not web").asRuntimeException();
          };
      assertThat(failure(authority(List.of(pki.root()), new TestSecrets())))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("localhost:")
          .hasMessageContaining("you are not web");
    }
    signer =
        request -> {
          throw Status.UNAVAILABLE.withDescription("later").asRuntimeException();
        };
    assertThat(failure(authority(List.of(pki.root()), new TestSecrets())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("later");
  }

  @Test
  void aServerThatTheRootsDoNotVouchForIsNotAsked() {
    X509Certificate other = new TestPki("elsewhere").root();
    assertThat(failure(authority(List.of(other), new TestSecrets())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("did not answer");
    assertThat(asked.get()).isNull();
  }

  @Test
  void answersWithoutLeafRootOrIdentityAreUnusable() {
    signer = request -> IstioCertificateResponse.getDefaultInstance();
    assertThat(failure(authority(List.of(pki.root()), new TestSecrets())))
        .hasMessageContaining("no certificate");
    signer =
        request ->
            IstioCertificateResponse.newBuilder()
                .addCertChain(Pem.ofCertificates(List.of(leaf.leaf())))
                .build();
    assertThat(failure(authority(List.of(pki.root()), new TestSecrets())))
        .hasMessageContaining("no self-signed root");
    signer = request -> answer().toBuilder().setCertChain(0, "no PEM").build();
    assertThat(failure(authority(List.of(pki.root()), new TestSecrets())))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aClosedAuthoritySignsNothing() {
    var authority = authority(List.of(pki.root()), new TestSecrets());
    authority.close();
    assertThatThrownBy(() -> get(authority)).hasMessageContaining("closed");
  }
}
