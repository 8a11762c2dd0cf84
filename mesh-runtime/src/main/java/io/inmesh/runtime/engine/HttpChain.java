package io.inmesh.runtime.engine;

import io.inmesh.call.HttpFilter;
import io.inmesh.runtime.route.Preparation;
import io.inmesh.runtime.route.ResponsePreparation;
import io.inmesh.runtime.route.RouteTable;
import org.jspecify.annotations.Nullable;

/** The HTTP side of a listener, made runnable. A call takes it once and keeps it to its end. */
public final class HttpChain {
  final HttpFilter[] filters;
  final @Nullable RouteTable<RouteParts> routes;
  final Preparation preparation;
  final ResponsePreparation responses;
  final long idleNanos;
  final long maxStreamNanos;

  /**
   * A chain.
   *
   * @param filters in the order of the config, without the router; {@link RouteParts#OFF} for one
   *     that only a route switches on
   * @param routes null answers every call with NR
   * @param idleNanos stream_idle_timeout; zero for none
   * @param maxStreamNanos max_stream_duration of the connection manager; zero for none
   */
  public HttpChain(
      HttpFilter[] filters,
      @Nullable RouteTable<RouteParts> routes,
      Preparation preparation,
      ResponsePreparation responses,
      long idleNanos,
      long maxStreamNanos) {
    this.filters = filters.clone();
    this.routes = routes;
    this.preparation = preparation;
    this.responses = responses;
    this.idleNanos = idleNanos;
    this.maxStreamNanos = maxStreamNanos;
  }
}
