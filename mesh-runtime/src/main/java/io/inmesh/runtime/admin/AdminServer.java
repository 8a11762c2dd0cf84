package io.inmesh.runtime.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.inmesh.config.Address;
import io.inmesh.plane.ResourceFormat;
import io.inmesh.runtime.MeshRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The admin endpoint of one mesh: HTTP, reading only. Who reaches it sees all config except
 * secrets, so it binds the loopback address unless told otherwise, and answers only requests that
 * name it by a loopback host: a page in a browser cannot read it through a name of its own.
 */
public final class AdminServer implements AutoCloseable {
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final HttpServer server;
  private final ExecutorService threads;
  private final AdminPages pages;
  private final Set<String> hosts;

  private AdminServer(HttpServer server, AdminPages pages, Set<String> hosts) {
    this.server = server;
    this.pages = pages;
    this.hosts = hosts;
    this.threads =
        Executors.newFixedThreadPool(
            2,
            work -> {
              var thread = new Thread(work, "inmesh-admin");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /**
   * Starts it.
   *
   * @param bind usually {@code 127.0.0.1}; port 0 for any
   * @param format writes resources; without it {@code /config_dump} is not there
   * @throws UncheckedIOException if the address cannot be bound
   */
  public static AdminServer start(MeshRuntime mesh, Address bind, Supplier<ResourceFormat> format) {
    try {
      InetAddress address = InetAddress.getByName(bind.host());
      var server = HttpServer.create(new InetSocketAddress(address, bind.port()), 0);
      boolean local = address.isLoopbackAddress();
      Set<String> hosts = local ? LOCAL : Set.of();
      return new AdminServer(server, new AdminPages(mesh, format), hosts);
    } catch (UnknownHostException unknown) {
      throw new UncheckedIOException("no such address: " + bind.host(), unknown);
    } catch (IOException taken) {
      throw new UncheckedIOException(
          "the admin endpoint cannot bind " + bind + ": " + taken.getMessage(), taken);
    }
  }

  /** The port that is bound. */
  public int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Page page = answer(exchange);
      byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
      var headers = exchange.getResponseHeaders();
      headers.set("content-type", page.type() + "; charset=utf-8");
      headers.set("cache-control", "no-store");
      headers.set("x-content-type-options", "nosniff");
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(page.status(), head || body.length == 0 ? -1 : body.length);
      if (!head && body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private Page answer(HttpExchange exchange) {
    String host = exchange.getRequestHeaders().getFirst("host");
    if (!hosts.isEmpty() && (host == null || !hosts.contains(name(host)))) {
      return Page.text(403, "the admin endpoint answers on loopback names only\n");
    }
    if (!exchange.getRequestMethod().equals("GET") && !exchange.getRequestMethod().equals("HEAD")) {
      return Page.text(405, "reading only\n");
    }
    try {
      return pages.page(exchange.getRequestURI());
    } catch (IllegalArgumentException wrong) {
      return Page.text(400, wrong.getMessage() + "\n");
    } catch (RuntimeException broken) {
      return Page.text(500, broken + "\n");
    }
  }

  /** A Host header without its port. */
  private static String name(String host) {
    int colon = host.lastIndexOf(':');
    boolean port =
        (colon > host.lastIndexOf(']') && colon == host.indexOf(':')) || host.contains("]:");
    return (port ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
  }

  /** Stops at once. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
