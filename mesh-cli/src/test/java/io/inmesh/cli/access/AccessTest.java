package io.inmesh.cli.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.controlplane.ControlPlane;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.Handler;
import io.inmesh.server.SecurityEvent;
import io.inmesh.server.ServerResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may call whom, over loopback: control plane, servers and clients as they are. */
class AccessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final List<Problem> refused = new CopyOnWriteArrayList<>();
  private final List<SecurityEvent> events = new CopyOnWriteArrayList<>();
  private ControlPlane plane;

  private final class Refusals implements ConfigDirectory.Listener {
    @Override
    public void taken(Generation generation) {}

    @Override
    public void refused(List<Problem> problems) {
      refused.addAll(problems);
    }
  }

  @BeforeEach
  void start() throws Exception {
    Files.createDirectories(directory.resolve("config"));
    configure("");
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                directory.resolve("config"),
                directory.resolve("state"),
                "127.0.0.1",
                0,
                -1,
                "cluster.local",
                Duration.ofSeconds(5),
                Duration.ofHours(1)),
            new Refusals());
  }

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    plane.close();
    assertThat(refused).isEmpty();
  }

  private void configure(String yaml) throws Exception {
    Path fresh = directory.resolve("fresh");
    Files.writeString(fresh, yaml.isEmpty() ? "apiVersion: inmesh.io/v1\n" : yaml);
    Files.move(
        fresh,
        directory.resolve("config").resolve("mesh.yaml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private Member member(String service, String namespace) {
    Member member =
        Member.join(plane.issueJoinFile(service, namespace))
            .threads(1)
            .securityListener(events::add)
            .start();
    open.push(member);
    return member;
  }

  private MeshServer serve(Member member) throws InterruptedException {
    Handler handler =
        request ->
            CompletableFuture.completedFuture(
                new ServerResponse(
                    200,
                    Headers.of(
                        "x-path",
                        request.path(),
                        "x-peer",
                        request.peer().map(Object::toString).orElse("nobody")),
                    Optional.empty()));
    return member.serve(0, Member.Service.local(), handler, ConnectionListener.NONE);
  }

  private static Response send(Member from, String method, String uri, String... headers) {
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

  private static void awaitStatus(int status, Member from, String method, String uri) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(send(from, method, uri).status()).isEqualTo(status));
  }

  @Test
  void oneMayCallAnotherAndNotTheOtherWayRound() throws Exception {
    configure(
        """
        apiVersion: inmesh.io/v1
        services:
          cart: {allow: []}
          catalogue: {allow: [cart]}
        """);
    Member cart = member("cart", "default");
    Member catalogue = member("catalogue", "default");
    Member payment = member("payment", "default");
    serve(cart);
    MeshServer server = serve(catalogue);
    awaitStatus(200, cart, "GET", "http://catalogue/");
    assertThat(send(cart, "GET", "http://catalogue/").headers().get("x-peer"))
        .isEqualTo("spiffe://cluster.local/ns/default/sa/cart");
    awaitStatus(403, payment, "GET", "http://catalogue/secret?x=1");
    awaitStatus(403, catalogue, "GET", "http://cart/");
    Response denied = send(payment, "GET", "http://catalogue/secret?x=1");
    assertThat(denied.text()).isEqualTo("RBAC: access denied");
    SecurityEvent event = events.get(0);
    assertThat(event.peer().orElseThrow().uri())
        .isEqualTo("spiffe://cluster.local/ns/default/sa/payment");
    assertThat(event.path()).isEqualTo("/secret");
    assertThat(event.rule()).isEqualTo("none");
    // An edit reaches requests on the connections that there are.
    long accepted = server.stats().accepted();
    configure(
        """
        apiVersion: inmesh.io/v1
        services:
          catalogue: {deny: [cart]}
        """);
    long edited = System.nanoTime();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .pollDelay(Duration.ZERO)
        .until(() -> send(cart, "GET", "http://catalogue/").status() == 403);
    long millis = (System.nanoTime() - edited) / 1_000_000;
    assertThat(millis).isLessThan(1000);
    assertThat(server.stats().accepted()).isEqualTo(accepted);
    assertThat(events.get(events.size() - 1).rule())
        .isEqualTo("ns[default]-policy[catalogue-deny]-rule[0]");
    assertThat(send(payment, "GET", "http://catalogue/").status()).isEqualTo(200);
  }

  @Test
  void denyByDefaultAndNamespacesAndPaths() throws Exception {
    configure(
        """
        apiVersion: inmesh.io/v1
        access: deny
        services:
          orders:
            allow:
              - {namespaces: [default], methods: [GET], paths: ["/v1/*"]}
              - {from: [ops.dev], paths: [/status]}
            deny:
              - {paths: ["/v1/admin*"]}
        """);
    Member web = member("web", "default");
    Member ops = member("ops", "dev");
    Member orders = member("orders", "default");
    Member other = member("other", "default");
    serve(orders);
    serve(other);
    awaitStatus(200, web, "GET", "http://orders/v1/1");
    assertThat(send(web, "POST", "http://orders/v1/1").status()).isEqualTo(403);
    assertThat(send(web, "GET", "http://orders/v2/1").status()).isEqualTo(403);
    assertThat(send(web, "GET", "http://orders/v1/%61dmin").status()).isEqualTo(403);
    assertThat(send(web, "GET", "http://orders/v1/x/../admin/a").status()).isEqualTo(403);
    assertThat(send(web, "GET", "http://orders/v2/../v1/%31").headers().get("x-path"))
        .isEqualTo("/v1/1");
    // A namespace that was not named.
    awaitStatus(200, ops, "GET", "http://orders.default/status");
    assertThat(send(ops, "GET", "http://orders.default/v1/1").status()).isEqualTo(403);
    // A service that says nothing.
    awaitStatus(403, web, "GET", "http://other/");
  }

  private void istio(String yaml) throws Exception {
    Files.writeString(directory.resolve("config").resolve("istio.yaml"), yaml);
  }

  /** A service outside the mesh, at a port of this machine. */
  private static String outside(String name, int port) {
    return """
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: NAME, namespace: default}
    spec:
      hosts: [NAME.example]
      ports: [{number: PORT, name: http, protocol: HTTP}]
      resolution: STATIC
      location: MESH_EXTERNAL
      endpoints: [{address: 127.0.0.1, ports: {http: PORT}}]
    ---
    """
        .replace("NAME", name)
        .replace("PORT", Integer.toString(port));
  }

  /** What a Sidecar does not let in is refused, whatever its name, and comes back with it. */
  @Test
  void callersSeeWhatTheirSidecarLetsIn() throws Exception {
    String sidecar =
        """
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: own, namespace: default}
        spec:
          outboundTrafficPolicy: {mode: REGISTRY_ONLY}
          egress: [{hosts: [HOSTS]}]
        """;
    istio(sidecar.replace("HOSTS", "./*"));
    Member web = member("web", "default");
    Member bank = member("bank", "bank");
    Member orders = member("orders", "default");
    Member pay = member("pay", "bank");
    serve(orders);
    serve(pay);
    awaitStatus(200, web, "GET", "http://orders/");
    awaitStatus(200, bank, "GET", "http://pay/");
    assertThat(send(web, "GET", "http://pay.bank/").status()).isEqualTo(502);
    assertThat(send(web, "GET", "http://nowhere.example/").status()).isEqualTo(502);
    istio(sidecar.replace("HOSTS", "'*/*'"));
    awaitStatus(200, web, "GET", "http://pay.bank/");
    assertThat(send(web, "GET", "http://orders/").status()).isEqualTo(200);
    assertThat(send(web, "GET", "http://nowhere.example/").status()).isEqualTo(502);
  }

  /** A service of the mesh's config decides about requests that a policy names. */
  @Test
  void othersAreAskedWhereAPolicySaysSo() throws Exception {
    var asked = new CopyOnWriteArrayList<String>();
    var service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    open.push(() -> service.stop(0));
    service.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().getPath());
          boolean lets = "yes".equals(exchange.getRequestHeaders().getFirst("x-pass"));
          exchange.sendResponseHeaders(lets ? 200 : 401, -1);
          exchange.close();
        });
    service.start();
    istio(
        outside("judge", service.getAddress().getPort())
            + """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |
                extensionProviders:
                - name: judge
                  envoyExtAuthzHttp:
                    service: judge.example
                    port: PORT
                    includeRequestHeadersInCheck: [x-pass]
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: judged, namespace: default}
            spec:
              action: CUSTOM
              provider: {name: judge}
              rules: [{to: [{operation: {paths: ["/judged*"]}}]}]
            """
                .replace("PORT", Integer.toString(service.getAddress().getPort())));
    Member web = member("web", "default");
    Member orders = member("orders", "default");
    serve(orders);
    awaitStatus(200, web, "GET", "http://orders/open");
    awaitStatus(401, web, "GET", "http://orders/judged/1");
    assertThat(send(web, "GET", "http://orders/judged/2", "x-pass", "yes").status()).isEqualTo(200);
    assertThat(send(web, "GET", "http://orders/judged/3", "x-pass", "no").status()).isEqualTo(401);
    assertThat(asked).contains("/judged/2", "/judged/3").doesNotContain("/open");
  }

  /** The keys of tokens are fetched by the server, which calls nobody else. */
  @Test
  void keysOfTokensAreFetchedByUri() throws Exception {
    var keys = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    open.push(() -> keys.stop(0));
    keys.createContext(
        "/jwks",
        exchange -> {
          byte[] body = ("{\"keys\":[{\"kty\":\"oct\",\"k\":\"" + KEY + "\"}]}").getBytes(US_ASCII);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    keys.start();
    int port = keys.getAddress().getPort();
    istio(
        outside("keys", port)
            + """
            apiVersion: security.istio.io/v1
            kind: RequestAuthentication
            metadata: {name: tokens, namespace: default}
            spec:
              jwtRules: [{issuer: me, jwksUri: "http://keys.example:PORT/jwks"}]
            """
                .replace("PORT", Integer.toString(port)));
    Member web = member("web", "default");
    Member orders = member("orders", "default");
    serve(orders);
    String uri = "http://orders/";
    awaitStatus(200, web, "GET", uri);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(send(web, "GET", uri, "authorization", "Bearer no").status())
                    .isEqualTo(401));
    String good = token(Base64.getUrlDecoder().decode(KEY));
    assertThat(send(web, "GET", uri, "authorization", "Bearer " + good).status()).isEqualTo(200);
    String forged = token(new byte[32]);
    assertThat(send(web, "GET", uri, "authorization", "Bearer " + forged).text())
        .isEqualTo("Jwt verification fails");
  }

  private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

  private static String token(byte[] secret) throws Exception {
    var url = Base64.getUrlEncoder().withoutPadding();
    String signed =
        url.encodeToString("{\"alg\":\"HS256\"}".getBytes(US_ASCII))
            + "."
            + url.encodeToString("{\"iss\":\"me\",\"exp\":4102444800}".getBytes(US_ASCII));
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    return signed + "." + url.encodeToString(mac.doFinal(signed.getBytes(US_ASCII)));
  }

  private static String plaintext(int port) throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(5000);
      socket
          .getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nhost: orders\r\nx-forwarded-client-cert: URI=spiffe://x/y\r\n"
                      + "connection: close\r\n\r\n")
                  .getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    } catch (java.io.IOException reset) {
      return "";
    }
  }

  @Test
  void plaintextIsTakenWhereThatIsSaid() throws Exception {
    Member web = member("web", "default");
    Member orders = member("orders", "default");
    MeshServer server = serve(orders);
    awaitStatus(200, web, "GET", "http://orders/");
    assertThat(plaintext(server.port())).isEmpty();
    configure(
        """
        apiVersion: inmesh.io/v1
        services:
          orders: {mtls: permissive}
        """);
    await().atMost(PATIENCE).until(() -> plaintext(server.port()).startsWith("HTTP/1.1 200"));
    assertThat(plaintext(server.port())).contains("x-peer: nobody");
    assertThat(send(web, "GET", "http://orders/").headers().get("x-peer")).contains("sa/web");
    configure(
        """
        apiVersion: inmesh.io/v1
        services:
          orders: {mtls: strict}
        """);
    await().atMost(PATIENCE).until(() -> plaintext(server.port()).isEmpty());
    assertThat(send(web, "GET", "http://orders/").status()).isEqualTo(200);
  }
}
