package io.inmesh.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.inmesh.BlockingMesh.BlockingResponse;
import io.inmesh.MeshStatus;
import io.inmesh.call.Bodies;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Resource;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.inbound.TlsMode;
import io.inmesh.runtime.net.Loops;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakePlane;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.testkit.pki.TestSecrets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole runtime over real sockets: edges, retries, mutual TLS, strangers. */
class SocketsTest {
  private final FakePlane plane = new FakePlane();
  private final List<MeshServer> servers = new ArrayList<>();
  private final List<HttpsServer> strangers = new ArrayList<>();
  private Loops loops;
  private ThreadLoop config;
  private MeshRuntime mesh;

  @BeforeEach
  void start() {
    loops = new Loops(new Loops.Settings(2, "test", 1, System::nanoTime, true));
    config = new ThreadLoop(Thread::new, System::nanoTime, 1);
    config.execute(plane::denyUnknown);
  }

  @AfterEach
  void stop() {
    if (mesh != null) {
      mesh.close();
    }
    servers.forEach(MeshServer::close);
    strangers.forEach(server -> server.stop(0));
    config.execute(config::close);
    loops.close();
  }

  private MeshRuntime mesh(SecretStore secrets) {
    mesh =
        MeshRuntime.builder()
            .plane(plane)
            .secrets(secrets)
            .loops(loops)
            .configLoop(config)
            .patience(Duration.ofSeconds(10))
            .build();
    return mesh;
  }

  private void put(Resource... resources) throws Exception {
    var done = new CompletableFuture<Void>();
    config.execute(
        () -> {
          plane.put(resources);
          done.complete(null);
        });
    done.get(10, TimeUnit.SECONDS);
  }

  private static CompletionStage<ServerResponse> echo(ServerRequest request) {
    return CompletableFuture.completedFuture(
        new ServerResponse(200, Headers.of("x-path", request.path()), Optional.of(request.body())));
  }

  private MeshServer serve(MeshServer.Builder builder) throws Exception {
    MeshServer server = builder.host("127.0.0.1").start();
    servers.add(server);
    return server;
  }

  private MeshServer plain() throws Exception {
    return serve(MeshServer.builder(loops, 0, SocketsTest::echo).tls(TlsMode.PLAINTEXT));
  }

  private static Endpoint at(MeshServer server) {
    return new Endpoint(new Address("127.0.0.1", server.port()));
  }

  private void route(Resource cluster, Endpoint... endpoints) throws Exception {
    var policy = new RetryPolicy(Set.of(On.CONNECT_FAILURE, On.RESET), 3, Duration.ofSeconds(5));
    put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.route("/", Configs.forward("v1").withRetry(policy))),
        cluster,
        EndpointSet.of("v1", List.of(endpoints)));
  }

  private static Request post(String text) {
    return Request.of("POST", URI.create("http://reviews/echo?x=1")).withBody(Bodies.of(text));
  }

  @Test
  void allEdgesEcho() throws Exception {
    route(Configs.cluster("v1"), at(plain()), at(plain()));
    MeshRuntime client = mesh(new TestSecrets());
    Response whole = client.send(post("hello")).toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.text()).isEqualTo("hello");
    assertThat(whole.headers().get("x-path")).isEqualTo("/echo?x=1");
    assertThat(whole.outcome().cluster()).isEqualTo("v1");
    assertThat(client.blocking().send(post("again")).text()).isEqualTo("again");
    try (BlockingResponse streamed = client.blocking().exchange(post("streamed"))) {
      assertThat(new String(streamed.body().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("streamed");
    }
    assertThat(client.status().source()).isEqualTo(MeshStatus.Source.PLANE);
    assertThat(client.counters().inFlight()).isZero();
  }

  @Test
  void aBlockingCallOnALoopIsRefused() throws Exception {
    route(Configs.cluster("v1"), at(plain()));
    MeshRuntime client = mesh(new TestSecrets());
    var refusal = new CompletableFuture<Throwable>();
    loops
        .choose()
        .execute(
            () -> {
              try {
                client.blocking().send(post("x"));
              } catch (IllegalStateException expected) {
                refusal.complete(expected);
              } catch (InterruptedException unexpected) {
                refusal.completeExceptionally(unexpected);
              }
            });
    assertThat(refusal.get(10, TimeUnit.SECONDS)).hasMessageContaining("thread of the mesh");
  }

  @Test
  void aServerThatIsGoneCostsNoCall() throws Exception {
    MeshServer first = plain();
    MeshServer second = plain();
    route(Configs.cluster("v1"), at(first), at(second));
    MeshRuntime client = mesh(new TestSecrets());
    for (int i = 0; i < 40; i++) {
      if (i == 10) {
        first.close();
      }
      Request get = Request.of("GET", URI.create("http://reviews/" + i));
      assertThat(client.blocking().send(get).status()).isEqualTo(200);
    }
  }

  @Test
  void twoHundredCallsAtOnce() throws Exception {
    route(Configs.cluster("v1"), at(plain()), at(plain()));
    MeshRuntime client = mesh(new TestSecrets());
    var ok = new AtomicInteger();
    var all = new ArrayList<CompletableFuture<?>>();
    for (int i = 0; i < 200; i++) {
      String text = "body " + i;
      all.add(
          client
              .send(post(text))
              .thenAccept(response -> ok.addAndGet(response.text().equals(text) ? 1 : 0))
              .toCompletableFuture());
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
    assertThat(ok).hasValue(200);
    assertThat(client.counters().inFlight()).isZero();
  }

  @Test
  void aStrangerIsFoundByName() throws Exception {
    MeshServer server = plain();
    MeshRuntime client = mesh(new TestSecrets());
    URI uri = URI.create("http://localhost:" + server.port() + "/stranger");
    Response response =
        client.send(Request.of("GET", uri)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers().get("x-path")).isEqualTo("/stranger");
    assertThat(client.counters().unmeshed()).isEqualTo(1);
  }

  /** HTTPS to strangers: the authority must be trusted, and the certificate be for the host. */
  @Test
  void aStrangersCertificateMustBeForItsHost() throws Exception {
    var pki = new TestPki("public.test");
    TrustBundle roots = new TrustBundle(java.util.Map.of("", List.of(pki.root())));
    int right = https(pki.issue(new TestPki.Leaf().dns("localhost").ip("127.0.0.1")));
    int wrong = https(pki.issue(new TestPki.Leaf().dns("other.test")));
    int untrusted = https(new TestPki("evil.test").issue(new TestPki.Leaf().dns("localhost")));
    mesh =
        MeshRuntime.builder()
            .plane(plane)
            .loops(loops)
            .configLoop(config)
            .patience(Duration.ofSeconds(10))
            .platformRoots(() -> roots)
            .build();
    assertThat(https(right, "localhost").status()).isEqualTo(200);
    assertThat(https(right, "127.0.0.1").status()).isEqualTo(200);
    for (String host : List.of("localhost", "127.0.0.1")) {
      for (int port : List.of(wrong, untrusted)) {
        Response refused = https(port, host);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.outcome().flags()).contains(Flag.UF);
      }
    }
  }

  /** A server without anything of a mesh; its port. */
  private int https(KeyMaterial own) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own", own.key(), new char[0], own.chain().toArray(java.security.cert.Certificate[]::new));
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    strangers.add(server);
    return server.getAddress().getPort();
  }

  private Response https(int port, String host) throws Exception {
    URI uri = URI.create("https://" + host + ":" + port + "/");
    return mesh.send(Request.of("GET", uri)).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void afterCloseNothingIsLeft() throws Exception {
    route(Configs.cluster("v1"), at(plain()));
    MeshRuntime client = mesh(new TestSecrets());
    assertThat(client.blocking().send(post("x")).status()).isEqualTo(200);
    client.close();
    assertThatThrownBy(() -> client.send(post("y"))).isInstanceOf(IllegalStateException.class);
    var settled = new CompletableFuture<Integer>();
    config.execute(() -> settled.complete(client.liveParts()));
    assertThat(settled.get(10, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void withoutAPlaneThereIsNoMesh() {
    assertThatThrownBy(() -> MeshRuntime.builder().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("config plane");
  }
}
