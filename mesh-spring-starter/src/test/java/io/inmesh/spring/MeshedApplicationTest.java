package io.inmesh.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.example.shop.Storefront;
import io.inmesh.call.Bodies;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.junit.As;
import io.inmesh.junit.MeshTest;
import io.inmesh.junit.MeshTestPlane;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** A servlet application in the mesh: what it sends and answers, and who may ask. */
@MeshTest
@SpringBootTest(
    classes = Storefront.class,
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "inmesh.service=storefront",
      "inmesh.server.plaintext-port=0",
      "server.address=127.0.0.1",
      "spring.http.serviceclient.catalogue.base-url=http://catalogue",
      "management.endpoints.web.exposure.include=health,mesh",
      "management.endpoint.health.show-details=always"
    })
class MeshedApplicationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String STOREFRONT = "spiffe://cluster.local/ns/default/sa/storefront";

  private final List<ServerRequest> seen = new CopyOnWriteArrayList<>();
  private MeshTestPlane mesh;

  @As("web")
  private Member web;

  @Autowired private ConfigurableApplicationContext application;

  @BeforeEach
  void start() {
    mesh.serve("catalogue", this::catalogue);
  }

  private CompletionStage<ServerResponse> catalogue(ServerRequest request) {
    seen.add(request);
    if (request.path().equals("/old")) {
      return CompletableFuture.completedFuture(
          new ServerResponse(302, Headers.of("location", "/items"), Optional.empty()));
    }
    if (request.path().equals("/count")) {
      return counted(request);
    }
    String caller = request.peer().map(Object::toString).orElse("nobody");
    return CompletableFuture.completedFuture(
        new ServerResponse(
            200,
            Headers.of("content-type", "text/plain", "set-cookie", "a=b; Path=/"),
            Optional.of(Bodies.of(caller))));
  }

  private static CompletionStage<ServerResponse> counted(ServerRequest request) {
    var answer = new CompletableFuture<ServerResponse>();
    var bytes = new AtomicLong();
    request
        .body()
        .open(
            new io.inmesh.call.Body.Sink() {
              @Override
              public void onData(ByteBuffer chunk) {
                bytes.addAndGet(chunk.remaining());
              }

              @Override
              public void onEnd(Headers trailers) {
                answer.complete(
                    new ServerResponse(
                        200,
                        Headers.of("content-type", "text/plain"),
                        Optional.of(Bodies.of(bytes.toString()))));
              }

              @Override
              public void onFailure(Throwable cause) {
                answer.completeExceptionally(cause);
              }
            });
    request.body().demand(Integer.MAX_VALUE);
    return answer;
  }

  private Response call(Member from, String method, String uri, String... headers) {
    try {
      return from.mesh()
          .blocking()
          .send(
              Request.of(method, URI.create(uri))
                  .withHeaders(Headers.of(headers))
                  .withTimeout(Duration.ofSeconds(10)));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private void awaitStatus(int status, Member from, String uri) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(call(from, "GET", uri).status()).isEqualTo(status));
  }

  @Test
  void answersThatRedirectAreFollowedAsByAnyClient() {
    RestClient client = application.getBean(RestClient.class);
    assertThat(client.get().uri("http://catalogue/old").retrieve().body(String.class))
        .isEqualTo(STOREFRONT);
    assertThat(seen).extracting(ServerRequest::path).containsExactly("/old", "/items");
  }

  @Test
  void bodiesOfAnySizeAndAllKindsGoThrough() {
    RestClient client = application.getBean(RestClient.class);
    for (int size : new int[] {0, 1, 70_000, 5_000_000}) {
      assertThat(
              client
                  .post()
                  .uri("http://catalogue/count")
                  .contentType(MediaType.APPLICATION_OCTET_STREAM)
                  .body(new ByteArrayResource(new byte[size]))
                  .retrieve()
                  .body(String.class))
          .isEqualTo(Integer.toString(size));
    }
    WebClient reactive = application.getBean(WebClient.class);
    assertThat(
            reactive
                .post()
                .uri("http://catalogue/count")
                .bodyValue(new byte[200_000])
                .retrieve()
                .bodyToMono(String.class)
                .block(PATIENCE))
        .isEqualTo("200000");
  }

  @Test
  void othersCallItWithTheirIdentityAndNobodyWithout() throws Exception {
    awaitStatus(200, web, "http://storefront/hello");
    Response hello = call(web, "GET", "http://storefront/hello");
    assertThat(hello.text()).isEqualTo("hello");
    assertThat(hello.headers().get("x-secure")).isEqualTo("true");
    assertThat(call(web, "GET", "http://storefront/through").text()).isEqualTo(STOREFRONT);
    assertThat(call(web, "GET", "http://storefront/page?bytes=100000").text()).hasSize(100_000);
    assertThat(call(web, "GET", "http://storefront/broken").status()).isEqualTo(500);
    assertThat(call(web, "GET", "http://storefront/none").status()).isEqualTo(404);
    assertThat(Answers.plaintext(port(application), "/hello"))
        .startsWith("HTTP/1.1 400")
        .doesNotContain("hello");
  }

  @Test
  void theMeshDecidesWhoMayCallWhat() throws Exception {
    Member other = mesh.join("other");
    awaitStatus(200, web, "http://storefront/hello");
    mesh.service("storefront", "allow: [{from: [web], paths: [\"/hello\"]}]");
    awaitStatus(403, other, "http://storefront/hello");
    assertThat(call(other, "GET", "http://storefront/hello").text())
        .isEqualTo("RBAC: access denied");
    assertThat(call(web, "GET", "http://storefront/hello").status()).isEqualTo(200);
    assertThat(call(web, "GET", "http://storefront/through").status()).isEqualTo(403);
    // Judged as one path, dispatched as another: neither.
    assertThat(call(web, "GET", "http://storefront/hello/../through").status()).isIn(400, 403);
    assertThat(call(web, "GET", "http://storefront/hello;x=/../through").status()).isIn(400, 403);
    mesh.service("storefront", "deny: [{paths: [\"/who\"]}]");
    assertThat(call(web, "GET", "http://storefront/%77ho").status()).isEqualTo(403);
    assertThat(call(web, "GET", "http://storefront/who;x=1").status()).isEqualTo(400);
  }

  @Test
  void itKnowsWhoCalls() {
    awaitStatus(200, web, "http://storefront/hello");
    String spoofed = "URI=spiffe://x/boss";
    assertThat(call(web, "GET", "http://storefront/who", "x-forwarded-client-cert", spoofed).text())
        .isEqualTo("spiffe://cluster.local/ns/default/sa/web");
    assertThat(
            call(web, "GET", "http://storefront/headers", "x-forwarded-client-cert", spoofed)
                .text())
        .doesNotContain("boss");
  }

  @Test
  void plaintextIsTakenBesideTlsAsLongAsTheMeshIsPermissive() throws Exception {
    awaitStatus(200, web, "http://storefront/hello");
    int plaintext =
        ((TomcatWebServer) ((WebServerApplicationContext) application).getWebServer())
            .getTomcat()
            .getService()
            .findConnectors()[1]
            .getLocalPort();
    assertThat(Answers.plaintext(plaintext, "/hello")).startsWith("HTTP/1.1 403");
    mesh.service("storefront", "mtls: permissive");
    assertThat(Answers.plaintext(plaintext, "/hello")).startsWith("HTTP/1.1 200").contains("hello");
    assertThat(call(web, "GET", "http://storefront/hello").status()).isEqualTo(200);
    mesh.service("storefront", "{mtls: permissive, allow: [web]}");
    assertThat(Answers.plaintext(plaintext, "/hello")).startsWith("HTTP/1.1 403");
    mesh.service("storefront", "mtls: strict");
    assertThat(Answers.plaintext(plaintext, "/hello")).startsWith("HTTP/1.1 403");
  }

  @Test
  void itTellsHowItIs() {
    awaitStatus(200, web, "http://storefront/actuator/health");
    assertThat(call(web, "GET", "http://storefront/actuator/health").text())
        .contains("\"mesh\"")
        .contains("valid until");
    assertThat(call(web, "GET", "http://storefront/actuator/health/readiness").text())
        .contains("\"mesh\"")
        .contains("\"readinessState\"");
    assertThat(call(web, "GET", "http://storefront/actuator/mesh").text())
        .contains("\"service\":\"storefront\"")
        .contains(STOREFRONT)
        .doesNotContain("PRIVATE");
  }

  @Test
  void itsServerFollowsTheRotationOfItsCertificate() throws Exception {
    try (ConfigurableApplicationContext brief =
        new SpringApplicationBuilder(Storefront.class)
            .run(
                "--inmesh.service=brief",
                "--inmesh.join=" + mesh.joinFile("brief"),
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--spring.http.serviceclient.catalogue.base-url=http://catalogue",
                "--inmesh.certificate-life=12s")) {
      BigInteger first = serial(brief);
      await().atMost(PATIENCE).until(() -> !serial(brief).equals(first));
    }
  }

  /** Of the certificate that a server shows to a client that has none itself. */
  private static BigInteger serial(ConfigurableApplicationContext server) throws Exception {
    var shown = new AtomicReference<X509Certificate>();
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Witness(shown)}, null);
    try (var socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port(server))) {
      socket.startHandshake();
    } catch (SSLException refused) {
      // It has no certificate; what is of interest has been shown before.
    }
    return shown.get().getSerialNumber();
  }

  private static int port(ConfigurableApplicationContext server) {
    return Integer.parseInt(
        String.valueOf(server.getEnvironment().getProperty("local.server.port")));
  }

  private static final class Witness extends X509ExtendedTrustManager {
    private final AtomicReference<X509Certificate> shown;

    Witness(AtomicReference<X509Certificate> shown) {
      this.shown = shown;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      shown.set(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      shown.set(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      shown.set(chain[0]);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @Test
  void aBrokenCallIsAnIoException() throws Exception {
    RestClient client = application.getBean(RestClient.class);
    assertThatThrownBy(
            () ->
                client
                    .post()
                    .uri("http://catalogue/count")
                    .body(
                        out -> {
                          out.write(new byte[100_000]);
                          throw new IOException("the source is gone");
                        })
                    .retrieve()
                    .body(String.class))
        .hasMessageContaining("http://catalogue/count");
  }
}
