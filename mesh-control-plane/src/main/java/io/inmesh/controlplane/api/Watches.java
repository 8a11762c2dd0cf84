package io.inmesh.controlplane.api;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Server-sent events of what changes, a thread a watcher and not more than so many. Source: HTML,
 * "Server-sent events".
 */
final class Watches implements AutoCloseable {
  private static final int MOST = 32;
  private static final long HEARTBEAT_MILLIS = 15_000;

  private final ChangeLog log;
  private final ThreadPoolExecutor threads;

  Watches(ChangeLog log, ThreadFactory factory) {
    this.log = log;
    this.threads =
        new ThreadPoolExecutor(0, MOST, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
  }

  /** Takes an exchange over; false if there are too many already. */
  boolean take(HttpExchange exchange) {
    String seen = exchange.getRequestHeaders().getFirst("last-event-id");
    long from = seen != null && seen.matches("[0-9]{1,18}") ? Long.parseLong(seen) : log.last();
    try {
      threads.execute(() -> serve(exchange, from));
      return true;
    } catch (RejectedExecutionException full) {
      return false;
    }
  }

  private void serve(HttpExchange exchange, long from) {
    try (exchange) {
      exchange.getResponseHeaders().set("content-type", "text/event-stream; charset=utf-8");
      exchange.getResponseHeaders().set("cache-control", "no-store");
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      write(out, ": from " + from + "\n\n");
      follow(out, from);
    } catch (IOException gone) {
      // The watcher has left, which is how watches end.
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(OutputStream out, long from) throws IOException, InterruptedException {
    long at = from;
    while (!log.isClosed()) {
      ChangeLog.After after = log.await(at, HEARTBEAT_MILLIS);
      at = after.last();
      if (!after.complete()) {
        write(out, "id: " + at + "\nevent: reset\ndata: {}\n\n");
      } else if (after.changes().isEmpty()) {
        write(out, ":\n\n");
      }
      for (ChangeLog.Change change : after.changes()) {
        String event = "id: " + change.number() + "\nevent: " + change.kind();
        write(out, event + "\ndata: " + change.json() + "\n\n");
      }
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() {
    log.close();
    threads.shutdownNow();
  }
}
