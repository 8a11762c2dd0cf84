package io.inmesh.config;

import java.time.Duration;
import java.util.Optional;

/**
 * Asks for what a call lacks while the call is held: for its virtual host, where the route
 * configuration has others than it lists, and for its cluster. Source:
 * envoy.extensions.filters.http.on_demand.v3.OnDemand.
 *
 * @param clusters how clusters are asked for; empty: they are not
 */
public record OnDemand(Optional<Clusters> clusters) implements Extension {
  /** The type of these settings. */
  public static final String TYPE = "envoy.extensions.filters.http.on_demand.v3.OnDemand";

  @Override
  public String type() {
    return TYPE;
  }

  /**
   * How clusters are asked for. Source: envoy.extensions.filters.http.on_demand.v3.OnDemandCds.
   *
   * @param timeout how long a call is held; 5 s by default
   */
  public record Clusters(Duration timeout) {
    /** Envoy's. */
    public static final Duration TIMEOUT = Duration.ofSeconds(5);
  }

  /** What a route says instead. */
  public record PerRoute(Optional<Clusters> clusters) implements Extension {
    /** The type of these settings. */
    public static final String TYPE = "envoy.extensions.filters.http.on_demand.v3.PerRouteConfig";

    @Override
    public String type() {
      return TYPE;
    }
  }
}
