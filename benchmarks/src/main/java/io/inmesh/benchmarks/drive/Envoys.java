package io.inmesh.benchmarks.drive;

import com.google.gson.Gson;
import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Two real Envoys as sidecars would stand: {@code outbound} beside the client, {@code inbound}
 * beside the server, mutual TLS between them. Two workers each, no access logs, one route instead
 * of a thousand, round robin, a retry policy, thresholds and outlier detection; the inbound one
 * admits the client's SPIFFE id only.
 */
final class Envoys implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;

  private final Child outbound;
  private final Child inbound;
  private final Ports ports;

  /** Where they listen: a plain hop, a hop to the other with mTLS, each for HTTP/1.1 and HTTP/2. */
  private record Ports(
      int plain,
      int secured,
      int plain2,
      int secured2,
      int inner,
      int inner2,
      List<Integer> admin) {
    static Ports free() throws IOException {
      var found = new ArrayList<ServerSocket>();
      for (int i = 0; i < 8; i++) {
        found.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> numbers = found.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : found) {
        socket.close();
      }
      return new Ports(
          numbers.get(0),
          numbers.get(1),
          numbers.get(2),
          numbers.get(3),
          numbers.get(4),
          numbers.get(5),
          numbers.subList(6, 8));
    }
  }

  /**
   * What they need.
   *
   * @param program the binary
   * @param directory for their configs
   * @param http1 ports of the backend, and {@code http2}
   * @param client directory of the client's certificate, and {@code server} of the server's
   */
  record Settings(
      Path program,
      Path directory,
      Path logs,
      List<Integer> http1,
      List<Integer> http2,
      Path client,
      Path server,
      String clientId,
      String serverId) {}

  /** The binary: given, or found on the path. */
  static Optional<Path> find(String given, String searchPath) {
    if (!given.isEmpty()) {
      return Optional.of(Path.of(given)).filter(Files::isExecutable);
    }
    for (String directory : searchPath.split(File.pathSeparator)) {
      Path program = Path.of(directory, "envoy");
      if (Files.isExecutable(program)) {
        return Optional.of(program);
      }
    }
    return Optional.empty();
  }

  /** Starts both and waits until they listen. */
  Envoys(Settings settings) throws IOException, InterruptedException {
    ports = Ports.free();
    outbound = start(settings, "outbound", outboundConfig(settings));
    inbound = start(settings, "inbound", inboundConfig(settings));
    for (int admin : ports.admin()) {
      awaitReady(admin);
    }
  }

  private static Child start(Settings settings, String name, Object config) throws IOException {
    Path file = settings.directory().resolve("envoy-" + name + ".json");
    Files.writeString(file, new Gson().toJson(config));
    return Child.start(
        "envoy-" + name,
        settings.logs(),
        List.of(
            settings.program().toString(),
            "-c",
            file.toString(),
            "--concurrency",
            "2",
            "-l",
            "warn",
            "--disable-hot-restart"));
  }

  private static void awaitReady(int admin) throws IOException, InterruptedException {
    var pause = new CountDownLatch(1);
    for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
      try {
        var ready =
            (HttpURLConnection)
                URI.create("http://127.0.0.1:" + admin + "/ready").toURL().openConnection();
        if (ready.getResponseCode() == 200) {
          return;
        }
      } catch (java.net.ConnectException notYet) {
        // It is asked again.
      }
      if (pause.await(100, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("nothing counts down");
      }
    }
    throw new IllegalStateException("Envoy is not ready");
  }

  /** Where a client calls through the outbound one alone. */
  String oneHop(boolean http2) {
    return "127.0.0.1:" + (http2 ? ports.plain2() : ports.plain());
  }

  /** Where a client calls through both. */
  String twoHops(boolean http2) {
    return "127.0.0.1:" + (http2 ? ports.secured2() : ports.secured());
  }

  /** The processes of one hop or of two. */
  List<Long> pids(int hops) {
    return hops == 1 ? List.of(outbound.pid()) : List.of(outbound.pid(), inbound.pid());
  }

  private Object outboundConfig(Settings settings) {
    return config(
        ports.admin().get(0),
        List.of(
            listener("plain", ports.plain(), Map.of(), List.of()),
            listener("secured", ports.secured(), Map.of(), List.of()),
            listener("plain2", ports.plain2(), Map.of(), List.of()),
            listener("secured2", ports.secured2(), Map.of(), List.of())),
        List.of(
            cluster("plain", settings.http1(), false, Map.of()),
            cluster("secured", List.of(ports.inner()), false, upstream(settings, false)),
            cluster("plain2", settings.http2(), true, Map.of()),
            cluster("secured2", List.of(ports.inner2()), true, upstream(settings, true))));
  }

  private Object inboundConfig(Settings settings) {
    List<Object> rbac = List.of(rbac(settings.clientId()));
    return config(
        ports.admin().get(1),
        List.of(
            listener("inner", ports.inner(), downstream(settings, false), rbac),
            listener("inner2", ports.inner2(), downstream(settings, true), rbac)),
        List.of(
            cluster("inner", settings.http1(), false, Map.of()),
            cluster("inner2", settings.http2(), true, Map.of())));
  }

  private static Object config(int admin, List<Object> listeners, List<Object> clusters) {
    return Map.of(
        "admin",
        Map.of("address", XdsJson.address(admin)),
        "static_resources",
        Map.of("listeners", listeners, "clusters", clusters));
  }

  private static Object listener(
      String name, int port, Map<String, Object> security, List<Object> filters) {
    Object route =
        Map.of(
            "match", Map.of("prefix", "/"), "route", XdsJson.forwarding(Map.of("cluster", name)));
    Map<String, Object> routes = Map.of("route_config", XdsJson.routes(name, List.of(route)));
    var chain = new TreeMap<>(security);
    chain.put(
        "filters",
        List.of(
            Map.of(
                "name",
                "envoy.filters.network.http_connection_manager",
                "typed_config",
                XdsJson.connection(name, routes, filters))));
    return Map.of("name", name, "address", XdsJson.address(port), "filter_chains", List.of(chain));
  }

  private static Object cluster(
      String name, List<Integer> ports, boolean http2, Map<String, Object> security) {
    var fields = new TreeMap<>(security);
    fields.put("type", "STATIC");
    fields.put("lb_policy", "ROUND_ROBIN");
    fields.put("load_assignment", XdsJson.endpoints(name, ports));
    return XdsJson.cluster(name, http2, fields);
  }

  private static Map<String, Object> upstream(Settings settings, boolean http2) {
    Map<String, Object> files = files(settings.client(), http2, settings.serverId());
    return Map.of("transport_socket", XdsJson.tls("Upstream", files));
  }

  private static Map<String, Object> downstream(Settings settings, boolean http2) {
    Map<String, Object> files = files(settings.server(), http2, settings.clientId());
    return Map.of("transport_socket", XdsJson.tls("Downstream", files));
  }

  private static Map<String, Object> files(Path directory, boolean http2, String peer) {
    return Map.of(
        "tls_params",
        Map.of(
            "tls_minimum_protocol_version", "TLSv1_3", "tls_maximum_protocol_version", "TLSv1_3"),
        "tls_certificates",
        List.of(
            Map.of(
                "certificate_chain",
                Map.of("filename", directory.resolve("cert-chain.pem").toString()),
                "private_key",
                Map.of("filename", directory.resolve("key.pem").toString()))),
        "validation_context",
        Map.of(
            "trusted_ca",
            Map.of("filename", directory.resolve("root-cert.pem").toString()),
            "match_typed_subject_alt_names",
            XdsJson.peer(peer)),
        "alpn_protocols",
        List.of(XdsJson.protocol(http2)));
  }

  private static Object rbac(String clientId) {
    Map<String, Object> policy =
        Map.of(
            "permissions",
            List.of(Map.of("any", true)),
            "principals",
            List.of(Map.of("authenticated", Map.of("principal_name", Map.of("exact", clientId)))));
    return XdsJson.extension(
        "envoy.filters.http.rbac",
        "extensions.filters.http.rbac.v3.RBAC",
        Map.of("rules", Map.of("action", "ALLOW", "policies", Map.of("client", policy))));
  }

  @Override
  public void close() {
    outbound.close();
    inbound.close();
  }
}
