package io.inmesh.runtime.route;

import io.inmesh.call.Headers;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.Route;
import io.inmesh.config.VirtualHost;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A compiled route; of a split there is one for each share. Immutable. */
public abstract class RouteEntry<P> {
  /** The route. */
  public abstract Route route();

  /** The same, allocated once. */
  public abstract Optional<Route> view();

  /** Its virtual host. */
  public abstract VirtualHost virtualHost();

  /** The action if it forwards, or null. */
  public abstract @Nullable Forward forward();

  /** What {@link Parts} made. */
  public abstract P parts();

  /**
   * What share, route, virtual host or route configuration (in this order) say of a filter; null.
   */
  public abstract @Nullable FilterOverride override(String filterName);

  /** Names the place that {@link #override} came from, unique among all; for the state's owner. */
  public abstract String overrideOwner(String filterName);

  /**
   * The cluster's name; "" if the request's header does not name one. To be asked once, at first.
   */
  public abstract String cluster(RouteInput call);

  /** The virtual cluster's name; "" for none, {@code other} if none fits. */
  public abstract String virtualCluster(RouteInput call);

  /**
   * Makes the request ready to be sent: timeouts, headers of the mesh, header mutations, rewrites.
   * To be called once, after all filters.
   */
  public abstract void finalizeRequest(RequestEdit call, CallLimits limits);

  /** The host's part of a rewrite: once for each attempt, when a host is known. */
  public abstract void finalizeAttempt(RequestEdit call, Endpoint endpoint);

  /**
   * What changes in the request for a further attempt.
   *
   * @param remainingNanos of the response timeout; zero for no timeout
   */
  public abstract void finalizeRetry(
      RequestEdit call, int attempt, boolean afterTimeout, long remainingNanos);

  /** Runs the hash policies over the finalized request. */
  public abstract void hash(RequestEdit call, HashSink sink);

  /** What a host's {@code envoy.lb} metadata must hold; the share's over the route's. */
  public abstract Map<String, Object> metadataMatch();

  /** The copies to send: route's, else virtual host's, else route configuration's. */
  public abstract List<MirrorEntry> mirrors();

  /** When and how it is tried again; null for never. Request headers can add to it. */
  public abstract @Nullable RetryRules retry(RequestEdit call);

  /** How many bytes of a request body may be kept for further attempts; -1 for the default. */
  public abstract long bufferLimit();

  /** The reply of a route that redirects or answers by itself; null if it forwards. */
  public abstract @Nullable LocalReply directReply(RequestEdit call);

  /** The route's header mutations on a response. */
  public abstract void finalizeResponse(CallFacts call, Headers response);
}
