package io.inmesh.runtime.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.Resource;
import io.inmesh.config.Secret;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakePlane;
import io.inmesh.testkit.FakeTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over real sockets, as an operator or a hostile page would ask. */
class AdminServerTest {
  private final ThreadLoop configLoop = new ThreadLoop(Thread::new, System::nanoTime, 1);
  private final FakePlane plane = new FakePlane();
  private MeshRuntime mesh;
  private AdminServer admin;

  @BeforeEach
  void start() {
    mesh =
        MeshRuntime.builder()
            .plane(plane)
            .transport(new FakeTransport())
            .configLoop(configLoop)
            .build();
    admin =
        AdminServer.start(
            mesh,
            new Address("127.0.0.1", 0),
            () -> resource -> "{\"n\":\"" + resource.name() + "\"}");
  }

  @AfterEach
  void stop() {
    admin.close();
    mesh.close();
    configLoop.close();
  }

  private void serve() {
    mesh.want("reviews:80");
    onConfigLoop(
        () ->
            plane.put(
                Configs.api("reviews:80", "r"),
                Configs.routes("r", "*", Configs.to("v1")),
                Configs.cluster("v1"),
                Configs.endpoints("v1", "a")));
    Awaitility.await().until(() -> mesh.dataplane().find("v1") != null);
  }

  private void onConfigLoop(Runnable work) {
    CompletableFuture.runAsync(work, configLoop).join();
  }

  private String ask(String line, String host) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), admin.port())) {
      String request = line + " HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String get(String path) throws IOException {
    return ask("GET " + path, "127.0.0.1:" + admin.port());
  }

  @Test
  void isReadyWhenThereIsConfig() throws IOException {
    assertThat(get("/ready")).startsWith("HTTP/1.1 503").contains("neither config");
    serve();
    assertThat(get("/ready")).startsWith("HTTP/1.1 200").contains("config from PLANE");
  }

  @Test
  void showsWhatIsInForce() throws IOException {
    serve();
    assertThat(get("/clusters")).contains("\"a:80\"", "\"health\": \"UNKNOWN\"", "\"maxRequests\"");
    assertThat(get("/listeners")).contains("\"reviews:80\"");
    assertThat(get("/config_dump")).contains("{\"n\":\"v1\"}", "{\"n\":\"r\"}");
    assertThat(get("/config_dump?type=cluster")).contains("v1").doesNotContain("reviews");
    assertThat(get("/stats"))
        .contains("calls: 0", "cluster.v1.hosts: 1", "cluster.v1.upstream_rq_total: 0");
    assertThat(get("/certs")).contains("[]");
    onConfigLoop(() -> plane.reject(Resource.Type.CLUSTER, "v1", "name: is bad"));
    // Refusals of one response are told together, a moment later.
    Awaitility.await()
        .untilAsserted(() -> assertThat(get("/support")).contains("CLUSTER v1", "name: is bad"));
  }

  @Test
  void explains() throws IOException {
    serve();
    String url = URLEncoder.encode("http://reviews:80/x?a=1", StandardCharsets.UTF_8);
    assertThat(get("/explain?draw=7&header=x-a:%20b&url=" + url))
        .startsWith("HTTP/1.1 200")
        .contains("sent to a:80 of v1", "x-a: b", "draw          7");
    assertThat(get("/explain?format=json&url=" + url)).contains("\"host\": \"a:80\"");
    assertThat(get("/explain")).startsWith("HTTP/1.1 400").contains("url is missing");
    assertThat(get("/explain?header=nonsense&url=" + url)).startsWith("HTTP/1.1 400");
    assertThat(get("/explain?draw=-x&url=" + url)).startsWith("HTTP/1.1 400");
  }

  @Test
  void answersOnLoopbackNamesOnly() throws IOException {
    for (String host : new String[] {"evil.example", "evil.example:80", "127.0.0.1.evil", ""}) {
      assertThat(ask("GET /config_dump", host)).as(host).startsWith("HTTP/1.1 403");
    }
    for (String host : new String[] {"localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:15000"}) {
      assertThat(ask("GET /ready", host)).as(host).startsWith("HTTP/1.1 503");
    }
  }

  @Test
  void onlyReads() throws IOException {
    for (String method : new String[] {"POST", "PUT", "DELETE"}) {
      assertThat(ask(method + " /ready", "localhost")).startsWith("HTTP/1.1 405");
    }
    assertThat(get("/quitquitquit")).startsWith("HTTP/1.1 404");
  }

  @Test
  void showsNoSecrets() {
    var secret = new Secret("key", Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(AdminPages.shown(secret, () -> resource -> "PRIVATE"))
        .asString()
        .contains("redacted")
        .doesNotContain("PRIVATE");
  }
}
