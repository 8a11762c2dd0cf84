package io.inmesh.cli.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.inmesh.call.Headers;
import io.inmesh.cli.command.CertsCommand;
import io.inmesh.cli.command.ServicesCommand;
import io.inmesh.cli.command.StatusCommand;
import io.inmesh.controlplane.ControlPlane;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.identity.JoinFile;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerResponse;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the control plane tells over HTTP, and the commands that read it. */
class ApiTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String YAML =
      """
      apiVersion: inmesh.io/v1
      services:
        legacy: {endpoints: [127.0.0.1:9001]}
        orders:
          allow: [front]
          routes:
            - match: {path: /a}
              to: legacy/*
              timeout: 2s
      """;

  @TempDir Path directory;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private ControlPlane plane;

  private static final class Silent implements ConfigDirectory.Listener {
    @Override
    public void taken(Generation generation) {}

    @Override
    public void refused(List<Problem> problems) {}
  }

  @BeforeEach
  void start() throws Exception {
    Files.createDirectories(directory.resolve("config"));
    configure(YAML);
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
                Duration.ofHours(1),
                "127.0.0.1",
                0),
            new Silent());
    open.push(plane);
  }

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private void configure(String yaml) throws Exception {
    Path fresh = directory.resolve("fresh");
    Files.writeString(fresh, yaml);
    Files.move(
        fresh,
        directory.resolve("config").resolve("mesh.yaml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private Member serve(String service, Map<String, String> labels) throws Exception {
    Member member = Member.join(plane.issueJoinFile(service, "default")).threads(1).start();
    open.push(member);
    Handler handler =
        request ->
            CompletableFuture.completedFuture(
                new ServerResponse(200, Headers.EMPTY, Optional.empty()));
    Member.Service local = Member.Service.local();
    var what = new Member.Service(local.address(), local.protocol(), labels, local.weight());
    member.serve(0, what, handler, ConnectionListener.NONE);
    return member;
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:" + plane.httpPort() + path);
  }

  private JsonObject get(String path) {
    try {
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(at(path)).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return JsonParser.parseString(answer.body()).getAsJsonObject();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  private JsonArray instances(String service) {
    for (JsonElement each : get("/api/services").getAsJsonArray("services")) {
      if (each.getAsJsonObject().get("name").getAsString().equals(service)) {
        return each.getAsJsonObject().getAsJsonArray("instances");
      }
    }
    return new JsonArray();
  }

  private JsonObject awaitInstance(String service) {
    await().atMost(PATIENCE).until(() -> !instances(service).isEmpty());
    return instances(service).get(0).getAsJsonObject();
  }

  private record Told(int code, String out) {}

  private Told command(Callable<Integer> command, String... arguments) {
    var out = new StringWriter();
    var all = new ArrayList<>(List.of("--plane", at("").toString()));
    all.addAll(List.of(arguments));
    int code =
        new CommandLine(command)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .execute(all.toArray(new String[0]));
    return new Told(code, out.toString());
  }

  @Test
  void servicesTellOfInstancesThatRegisteredAndThoseOfFiles() throws Exception {
    Member member = serve("orders", Map.of("version", "v2"));
    awaitInstance("orders");
    await().atMost(PATIENCE).until(() -> awaitInstance("orders").has("certificate_expiry"));
    JsonObject instance = awaitInstance("orders");
    assertThat(instance.get("health").getAsString()).isEqualTo("healthy");
    assertThat(instance.get("version").getAsString()).isEqualTo("v2");
    assertThat(instance.get("registered").getAsBoolean()).isTrue();
    assertThat(instance.get("identity").getAsString())
        .isEqualTo("spiffe://cluster.local/ns/default/sa/orders");
    Instant expiry = Instant.parse(instance.get("certificate_expiry").getAsString());
    assertThat(member.mesh().status().identity().orElseThrow().notAfter()).contains(expiry);
    JsonObject legacy = awaitInstance("legacy");
    assertThat(legacy.get("port").getAsInt()).isEqualTo(9001);
    assertThat(legacy.get("registered").getAsBoolean()).isFalse();

    Told services = command(new ServicesCommand());
    assertThat(services.out()).contains("orders.default", "healthy", "v2", "127.0.0.1:9001");
    assertThat(services.code()).isZero();
    assertThat(command(new ServicesCommand(), "nothing").code()).isEqualTo(1);
    Told certs = command(new CertsCommand(), "--json");
    JsonObject told = JsonParser.parseString(certs.out()).getAsJsonObject();
    assertThat(certs.code()).isZero();
    assertThat(told.getAsJsonArray("issued").toString()).contains("sa/orders");
    assertThat(command(new CertsCommand(), "--within", "2h").code()).isEqualTo(1);
    open.removeFirstOccurrence(member);
    member.close();
    await().atMost(PATIENCE).until(() -> instances("orders").isEmpty());
  }

  @Test
  void statusTellsWhoHasWhichRevision() throws Exception {
    serve("orders", Map.of());
    awaitInstance("orders");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              Told status = command(new StatusCommand());
              assertThat(status.code()).as(status.out()).isZero();
              assertThat(status.out())
                  .contains("1 clients connected", "inmesh~127.0.0.1~orders-", "ok");
            });
    configure("apiVersion: inmesh.io/v1\nservices: {orders: {endpints: []}}\n");
    await().atMost(PATIENCE).until(() -> command(new StatusCommand()).code() == 1);
    assertThat(command(new StatusCommand()).out()).contains("did you mean endpoints");
    assertThat(command(new StatusCommand(), "--plane", "http://127.0.0.1:1").code()).isEqualTo(1);
  }

  @Test
  void routesAndPoliciesAreThoseOfTheFiles() {
    String routes = get("/api/routes").toString();
    assertThat(routes).contains("legacy.default.svc.cluster.local", "\"timeout\":\"2.0s\"");
    assertThat(get("/api/policies").toString()).contains("sa/front");
  }

  @Test
  void whoAsksForTheIdentityOfAnotherIsRefusedAndWrittenDown() throws Exception {
    JoinFile cart = JoinFile.parse(Files.readString(plane.issueJoinFile("cart", "default")));
    var posing =
        new JoinFile(
            "payment",
            cart.namespace(),
            cart.trustDomain(),
            cart.plane(),
            cart.token(),
            cart.roots());
    try (Member thief = Member.join(posing).threads(1).start()) {
      await()
          .atMost(PATIENCE)
          .until(() -> get("/api/audit").toString().contains("certificate.refused"));
      assertThat(thief.mesh().status().identity()).isEmpty();
    }
    serve("orders", Map.of());
    awaitInstance("orders");
    String events = get("/api/audit").toString();
    assertThat(events)
        .contains(
            "spiffe://cluster.local/ns/default/sa/cart asks for a certificate of"
                + " spiffe://cluster.local/ns/default/sa/payment",
            "config.taken",
            "certificate.signed");
    Path file = directory.resolve("state").resolve("audit.jsonl");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(Files.readString(file)).contains("certificate.signed", "sa/cart asks"));
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
  }

  @Test
  void watchesResumeWhereTheyWere() throws Exception {
    var events = new ArrayList<String>();
    String last;
    try (Socket socket = watch("");
        var lines = reader(socket)) {
      serve("orders", Map.of());
      last = readUntil(lines, events, "\"orders\"", "127.0.0.1");
    }
    serve("other", Map.of());
    awaitInstance("other");
    configure(YAML.replace("2s", "3s"));
    await()
        .atMost(PATIENCE)
        .until(() -> get("/api/routes").toString().contains("\"timeout\":\"3.0s\""));
    try (Socket socket = watch("last-event-id: " + last + "\r\n");
        var lines = reader(socket)) {
      readUntil(lines, events, "\"other\"", "127.0.0.1");
      readUntil(lines, events, "\"revision\"", "~ Service default/orders");
    }
    try (Socket socket = watch("last-event-id: 99999\r\n");
        var lines = reader(socket)) {
      readUntil(lines, events, "{}");
      assertThat(events).contains("event: reset");
    }
  }

  private Socket watch(String header) throws Exception {
    var socket = new Socket(InetAddress.getLoopbackAddress(), plane.httpPort());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    OutputStream out = socket.getOutputStream();
    String head = "GET /api/watch HTTP/1.1\r\nhost: localhost\r\n" + header + "\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws Exception {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Reads up to the data that holds all these; returns its id. */
  private static String readUntil(BufferedReader lines, List<String> seen, String... parts)
      throws Exception {
    String id = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      seen.add(line);
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      }
      if (line.startsWith("data: ") && List.of(parts).stream().allMatch(line::contains)) {
        return id;
      }
    }
    throw new AssertionError("the watch has ended: " + seen);
  }

  @Test
  void foreignNamesAndWritersAreTurnedAway() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), plane.httpPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /api/services HTTP/1.1\r\nhost: evil.example\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(reader(socket).readLine()).contains("403");
    }
    HttpRequest post =
        HttpRequest.newBuilder(at("/api/services"))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    assertThat(http.send(post, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(405);
    HttpRequest none = HttpRequest.newBuilder(at("/api/nothing")).build();
    assertThat(http.send(none, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(404);
  }
}
