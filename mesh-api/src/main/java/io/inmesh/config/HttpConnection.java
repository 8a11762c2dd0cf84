package io.inmesh.config;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * HTTP filters in order, the router last, and the routes. Source:
 * envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.
 */
public record HttpConnection(
    List<Filter> filters,
    Routes routes,
    PathHandling path,
    HostHandling host,
    Forwarding forwarding,
    Limits limits)
    implements Network {
  public HttpConnection {
    filters = List.copyOf(filters);
  }

  /** With defaults for all that is not given. */
  public HttpConnection(List<Filter> filters, Routes routes) {
    this(
        filters,
        routes,
        PathHandling.DEFAULT,
        HostHandling.DEFAULT,
        Forwarding.DEFAULT,
        Limits.DEFAULT);
  }

  /**
   * An HTTP filter.
   *
   * @param name what per-route settings refer to
   * @param disabled off unless a route switches it on
   */
  public record Filter(String name, Extension settings, boolean disabled) {}

  /** Where the routes are. */
  public sealed interface Routes {
    /** What must be known before it can be served. */
    Set<Resource.Key> references();

    /** Adds how long it is awaited, if that is said. */
    default void fetchTimeouts(Map<Resource.Key, Duration> times) {}
  }

  /**
   * By RDS.
   *
   * @param fetchTimeout how long an answer is awaited, zero for ever; empty if that is not said
   */
  public record RoutesByName(String name, Optional<Duration> fetchTimeout) implements Routes {
    /** With nothing said of time. */
    public RoutesByName(String name) {
      this(name, Optional.empty());
    }

    @Override
    public Set<Resource.Key> references() {
      return Set.of(new Resource.Key(Resource.Type.ROUTES, name));
    }

    @Override
    public void fetchTimeouts(Map<Resource.Key, Duration> times) {
      fetchTimeout.ifPresent(time -> times.put(new Resource.Key(Resource.Type.ROUTES, name), time));
    }
  }

  /** In the listener. */
  public record InlineRoutes(RouteConfiguration value) implements Routes {
    @Override
    public Set<Resource.Key> references() {
      return value.references();
    }
  }

  /** What happens to the path before routes are matched. */
  public record PathHandling(
      boolean normalize, boolean mergeSlashes, EscapedSlashes escapedSlashes) {
    /** The path stays as it is. */
    public static final PathHandling DEFAULT =
        new PathHandling(false, false, EscapedSlashes.KEEP_UNCHANGED);
  }

  /** Source: path_with_escaped_slashes_action. */
  public enum EscapedSlashes {
    KEEP_UNCHANGED,
    REJECT_REQUEST,
    UNESCAPE_AND_REDIRECT,
    UNESCAPE_AND_FORWARD
  }

  /** What happens to the authority before virtual hosts are matched. */
  public record HostHandling(
      boolean stripAnyPort, boolean stripMatchingPort, boolean stripTrailingDot) {
    /** The authority stays as it is. */
    public static final HostHandling DEFAULT = new HostHandling(false, false, false);
  }

  /**
   * What is said about the caller, and believed of it.
   *
   * @param internalAddresses internal_address_config
   * @param via appended to {@code via}; empty for nothing
   * @param serverName the value of {@code server}; {@code envoy} by default
   */
  public record Forwarding(
      boolean useRemoteAddress,
      int trustedHops,
      boolean skipXffAppend,
      List<Cidr> internalAddresses,
      String via,
      String serverName,
      ServerHeader serverHeader,
      boolean generateRequestId,
      boolean preserveExternalRequestId,
      boolean alwaysSetRequestIdInResponse,
      ClientCertHeader clientCert) {
    /** Envoy's defaults. */
    public static final Forwarding DEFAULT =
        new Forwarding(
            false,
            0,
            false,
            List.of(),
            "",
            "envoy",
            ServerHeader.OVERWRITE,
            true,
            false,
            false,
            ClientCertHeader.SANITIZE);

    public Forwarding {
      internalAddresses = List.copyOf(internalAddresses);
    }

    /** With nothing said of client certificates. */
    public Forwarding(
        boolean useRemoteAddress,
        int trustedHops,
        boolean skipXffAppend,
        List<Cidr> internalAddresses,
        String via,
        String serverName,
        ServerHeader serverHeader,
        boolean generateRequestId,
        boolean preserveExternalRequestId,
        boolean alwaysSetRequestIdInResponse) {
      this(
          useRemoteAddress,
          trustedHops,
          skipXffAppend,
          internalAddresses,
          via,
          serverName,
          serverHeader,
          generateRequestId,
          preserveExternalRequestId,
          alwaysSetRequestIdInResponse,
          ClientCertHeader.SANITIZE);
    }
  }

  /** Source: server_header_transformation. */
  public enum ServerHeader {
    OVERWRITE,
    APPEND_IF_ABSENT,
    PASS_THROUGH
  }

  /** Limits of time and size; a zero duration means none. */
  public record Limits(
      Duration streamIdleTimeout,
      Duration requestTimeout,
      Duration requestHeadersTimeout,
      Duration drainTimeout,
      Duration idleTimeout,
      Duration maxConnectionDuration,
      Optional<Duration> maxStreamDuration,
      int maxRequestHeadersKb,
      int maxHeadersCount) {
    /** Envoy's defaults. */
    public static final Limits DEFAULT =
        new Limits(
            Duration.ofMinutes(5),
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofSeconds(5),
            Duration.ofHours(1),
            Duration.ZERO,
            Optional.empty(),
            60,
            100);
  }

  @Override
  public Set<Resource.Key> references() {
    Set<Resource.Key> keys = routes.references();
    for (Filter filter : filters) {
      Set<Resource.Key> more = filter.settings().references();
      if (!more.isEmpty()) {
        keys = new HashSet<>(keys);
        keys.addAll(more);
      }
    }
    return keys;
  }

  @Override
  public Optional<HttpConnection> http() {
    return Optional.of(this);
  }

  @Override
  public Set<Resource.Key> watches() {
    Set<Resource.Key> keys = Set.of();
    for (Filter filter : filters) {
      if (filter.settings() instanceof DiscoveredFilter discovered
          && !discovered.watches().isEmpty()) {
        keys = new HashSet<>(keys);
        keys.addAll(discovered.watches());
      }
    }
    return keys;
  }

  /** The same with other filters. */
  public HttpConnection withFilters(List<Filter> other) {
    return new HttpConnection(other, routes, path, host, forwarding, limits);
  }
}
