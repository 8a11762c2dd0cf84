package io.inmesh.cli.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.inmesh.call.Headers;
import io.inmesh.config.Action;
import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.ExternalAuthorization;
import io.inmesh.config.FilterChain;
import io.inmesh.config.FilterChain.Match;
import io.inmesh.config.Filters;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.GrpcService;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.InlineRoutes;
import io.inmesh.config.Listener;
import io.inmesh.config.Metadata;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.Local;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.proto.envoy.service.auth.v3.CheckRequest;
import io.inmesh.proto.envoy.service.auth.v3.CheckResponse;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.inbound.TlsMode;
import io.inmesh.runtime.net.Loops;
import io.inmesh.server.ServerResponse;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakePlane;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.testkit.pki.TestSecrets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** Over sockets and mutual TLS: an authorization service is shown the caller's certificate. */
class PeerCertificateTest {
  private static final String SERVICE = "envoy.service.auth.v3.Authorization";
  private static final TestPki PKI = new TestPki("cluster.local");

  private final AtomicReference<CheckRequest> asked = new AtomicReference<>();

  private Server authorizer() throws Exception {
    var method =
        MethodDescriptor.<CheckRequest, CheckResponse>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(SERVICE + "/Check")
            .setRequestMarshaller(new AskedServicesTest.Marshaller<>(CheckRequest.parser()))
            .setResponseMarshaller(new AskedServicesTest.Marshaller<>(CheckResponse.parser()))
            .build();
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .addService(
            ServerServiceDefinition.builder(SERVICE)
                .addMethod(
                    method,
                    ServerCalls.asyncUnaryCall(
                        (request, to) -> {
                          asked.set(request);
                          to.onNext(CheckResponse.getDefaultInstance());
                          to.onCompleted();
                        }))
                .build())
        .build()
        .start();
  }

  private static ExternalAuthorization authorization() {
    var base = ExternalAuthorization.View.DEFAULT;
    return new ExternalAuthorization(
        new ExternalAuthorization.OverGrpc(
            new GrpcService("asked", "", List.of()), Duration.ofSeconds(5)),
        new ExternalAuthorization.View(
            base.allowed(), base.disallowed(), false, true, true, "", List.of(), List.of()),
        Optional.empty(),
        ExternalAuthorization.Failure.REFUSED,
        ExternalAuthorization.Mutations.DEFAULT,
        FractionalPercent.ALL,
        Optional.empty(),
        Optional.empty(),
        false);
  }

  private static Listener listener(Address at) {
    var tls =
        new TransportSocket.DownstreamTls(
            new TransportSocket.CommonTls(
                Optional.of(new Local(SecretStore.OWN_CERTIFICATE)),
                Optional.of(
                    new TransportSocket.Validation(
                        Optional.of(new Local(SecretStore.OWN_ROOTS)),
                        List.of(),
                        List.of(),
                        List.of(),
                        false,
                        false)),
                List.of("http/1.1"),
                TransportSocket.Version.AUTO,
                TransportSocket.Version.AUTO),
            true);
    var http =
        new HttpConnection(
            List.of(
                Configs.filter("authz", authorization()),
                Configs.filter("router", Filters.Router.DEFAULT)),
            new InlineRoutes(
                Configs.routes("r", "*", Configs.route("/", new Action.NonForwarding()))));
    return new Listener(
        "xds.istio.io/grpc/lds/inbound/" + at,
        Listener.Direction.INBOUND,
        Optional.of(at),
        List.of(new FilterChain("tls", Match.ANY, http, tls)),
        Optional.empty(),
        true,
        List.of(),
        Metadata.EMPTY);
  }

  private static Cluster cluster() {
    Cluster plain = Configs.cluster("asked");
    return new Cluster(
        "asked",
        plain.discovery(),
        plain.balancing(),
        new Cluster.Transport(
            Duration.ofSeconds(5), plain.transport().socket(), List.of(), ProtocolOptions.HTTP_2),
        plain.circuitBreakers(),
        Optional.empty(),
        List.of(),
        plain.metadata());
  }

  private static HttpClient client(KeyMaterial own) throws Exception {
    var keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(X509Certificate[]::new));
    var roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    roots.setCertificateEntry("root", PKI.root());
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, new char[0]);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  @Test
  void theServiceSeesWhoCalls() throws Exception {
    Server authorizer = authorizer();
    KeyMaterial own = PKI.issue(new TestPki.Leaf().uri(PKI.uri("orders")).ip("127.0.0.1"));
    KeyMaterial web = PKI.issue(new TestPki.Leaf().uri(PKI.uri("web")));
    var secrets = new TestSecrets(own, PKI.trust());
    var plane = new FakePlane();
    var config = new ThreadLoop(Thread::new, System::nanoTime, 1);
    config.execute(plane::denyUnknown);
    try (var loops = new Loops(new Loops.Settings(1, "test", 1, System::nanoTime, true));
        MeshRuntime mesh =
            MeshRuntime.builder().plane(plane).loops(loops).configLoop(config).build()) {
      MeshRuntime.InboundCalls inbound = mesh.inbound(event -> {});
      try (MeshServer server =
          MeshServer.builder(
                  loops,
                  0,
                  request ->
                      CompletableFuture.completedFuture(
                          new ServerResponse(200, Headers.EMPTY, Optional.empty())))
              .host("127.0.0.1")
              .tls(TlsMode.STRICT)
              .secrets(secrets)
              .downstream(inbound.enforcement())
              .start()) {
        var here = new Address("127.0.0.1", server.port());
        var there = new Address("127.0.0.1", authorizer.getPort());
        var done = new CompletableFuture<Void>();
        config.execute(
            () -> {
              plane.put(
                  listener(here), cluster(), EndpointSet.of("asked", List.of(new Endpoint(there))));
              done.complete(null);
            });
        done.get(10, TimeUnit.SECONDS);
        inbound.listener().begin(here);
        HttpResponse<Void> answer =
            client(web)
                .send(
                    HttpRequest.newBuilder(URI.create("https://" + here + "/")).build(),
                    HttpResponse.BodyHandlers.discarding());
        assertThat(answer.statusCode()).isEqualTo(200);
      }
    } finally {
      config.execute(config::close);
      authorizer.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    }
    String pem =
        URLDecoder.decode(
            asked.get().getAttributes().getSource().getCertificate(), StandardCharsets.UTF_8);
    String body = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    assertThat(Base64.getDecoder().decode(body)).isEqualTo(web.leaf().getEncoded());
    assertThat(asked.get().getAttributes().getSource().getPrincipal()).isEqualTo(PKI.uri("web"));
    assertThat(asked.get().getAttributes().getDestination().getPrincipal())
        .isEqualTo(PKI.uri("orders"));
  }
}
