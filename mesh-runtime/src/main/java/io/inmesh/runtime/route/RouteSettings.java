package io.inmesh.runtime.route;

import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Node;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What a route table needs beside the routes. Route tables are kept over an update only if this is
 * equal.
 *
 * @param connection the settings of the HTTP connection that the routes serve
 * @param router the settings of its last filter
 */
public record RouteSettings(
    HttpConnection connection, Filters.Router router, RuntimeValues runtime, Process process) {

  /**
   * What formats may print of the process. Compared by identity.
   *
   * @param environment a variable of the environment; "" if it is not set
   * @param clock wall-clock time, for formats that print a time
   * @param localAddress this host's address, as Envoy would report it to others
   */
  public record Process(
      Node node,
      String hostname,
      UnaryOperator<String> environment,
      Supplier<Instant> clock,
      String localAddress) {}
}
