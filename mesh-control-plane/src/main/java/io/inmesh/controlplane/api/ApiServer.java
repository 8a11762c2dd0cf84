package io.inmesh.controlplane.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.inmesh.controlplane.ads.AdsServer;
import io.inmesh.controlplane.audit.AuditLog;
import io.inmesh.controlplane.ca.Authority;
import io.inmesh.controlplane.ca.IssuedCertificates;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.registry.Registry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * The API over HTTP, reading only. On the loopback address, where nobody is asked for proof, as on
 * the plaintext port of ADS; and only under loopback names, so that a page in a browser cannot read
 * it through a name of its own.
 */
public final class ApiServer implements AutoCloseable {
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]", "::1");
  private static final int KEPT_CHANGES = 512;

  private final HttpServer server;
  private final ExecutorService threads;
  private final ApiPages pages;
  private final Watches watches;

  /** What is told of. */
  public record Sources(
      ConfigDirectory config,
      Registry registry,
      AdsServer ads,
      Authority authority,
      IssuedCertificates certificates,
      AuditLog audit) {}

  /**
   * Starts it.
   *
   * @param port 0 for any
   * @throws IOException if the port cannot be bound
   */
  public static ApiServer start(Sources sources, int port) throws IOException {
    return new ApiServer(
        sources,
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
  }

  private ApiServer(Sources sources, HttpServer server) {
    this.server = server;
    ThreadFactory factory =
        work -> {
          var thread = new Thread(work, "inmesh-api");
          thread.setDaemon(true);
          return thread;
        };
    var catalogue =
        new Catalogue(
            () -> sources.config().current().model(),
            sources.registry(),
            sources.ads(),
            sources.authority().trustDomain());
    this.pages = new ApiPages(sources, catalogue);
    var log = new ChangeLog(KEPT_CHANGES);
    var changed = new Changed(catalogue, log);
    this.watches = new Watches(log, factory);
    this.threads = Executors.newFixedThreadPool(4, factory);
    sources.registry().onChange(changed::look);
    sources.config().onChange(changed);
    changed.look();
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** The port that is bound. */
  public int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String host = exchange.getRequestHeaders().getFirst("host");
    String method = exchange.getRequestMethod();
    if (host == null || !LOCAL.contains(name(host))) {
      answer(exchange, 403, "{\"error\":\"the API answers on loopback names only\"}");
    } else if (!method.equals("GET") && !method.equals("HEAD")) {
      answer(exchange, 405, "{\"error\":\"reading only\"}");
    } else if (exchange.getRequestURI().getPath().equals("/api/watch")) {
      if (!watches.take(exchange)) {
        answer(exchange, 503, "{\"error\":\"too many watch already\"}");
      }
    } else {
      page(exchange);
    }
  }

  private void page(HttpExchange exchange) throws IOException {
    try {
      String page = pages.page(exchange.getRequestURI().getPath());
      answer(exchange, page.isEmpty() ? 404 : 200, page.isEmpty() ? ApiPages.INDEX : page);
    } catch (RuntimeException broken) {
      answer(exchange, 500, PlainJson.text(java.util.Map.of("error", broken.toString())));
    }
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    try (exchange) {
      byte[] body = json.getBytes(StandardCharsets.UTF_8);
      var headers = exchange.getResponseHeaders();
      headers.set("content-type", "application/json; charset=utf-8");
      headers.set("cache-control", "no-store");
      headers.set("x-content-type-options", "nosniff");
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  /** A Host header without its port. */
  private static String name(String host) {
    int colon = host.lastIndexOf(':');
    boolean port =
        (colon > host.lastIndexOf(']') && colon == host.indexOf(':')) || host.contains("]:");
    return (port ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
  }

  /** Stops at once; watches end. */
  @Override
  public void close() {
    watches.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
