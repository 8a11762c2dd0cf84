package io.inmesh.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** {@code /metrics} for Prometheus, on loopback and apart from the mesh. */
public final class MetricsEndpoint implements AutoCloseable {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final int SMALLEST_CHUNKS = 0;
  private static final int NOTHING = -1;

  private final HttpServer server;

  /**
   * Listens at once.
   *
   * @param port 0 for any
   * @throws IOException if the port cannot be bound
   */
  public MetricsEndpoint(PrometheusMeterRegistry registry, int port) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException taken) {
      throw new IOException(
          "metrics cannot be served at " + address + ": " + taken.getMessage(), taken);
    }
    server.createContext("/metrics", exchange -> answer(exchange, registry));
    server.start();
  }

  /** Prometheus may ask for OpenMetrics; both forms are the registry's own. */
  private static void answer(HttpExchange exchange, PrometheusMeterRegistry registry)
      throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")) {
        exchange.sendResponseHeaders(405, NOTHING);
        return;
      }
      String accepted = exchange.getRequestHeaders().getFirst("Accept");
      boolean open = accepted != null && accepted.contains("application/openmetrics-text");
      String type = open ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : TEXT;
      exchange.getResponseHeaders().set("content-type", type);
      exchange.sendResponseHeaders(200, SMALLEST_CHUNKS);
      OutputStream body = exchange.getResponseBody();
      registry.scrape(body, type);
    }
  }

  /** The port that is bound. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
