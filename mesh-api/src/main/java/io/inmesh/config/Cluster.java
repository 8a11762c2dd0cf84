package io.inmesh.config;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A set of hosts and how to talk to them. Source: envoy.config.cluster.v3.Cluster. */
public record Cluster(
    String name,
    Discovery discovery,
    Balancing balancing,
    Transport transport,
    CircuitBreakers circuitBreakers,
    Optional<OutlierDetection> outlierDetection,
    List<HealthCheck> healthChecks,
    Metadata metadata,
    Resilience resilience)
    implements Resource {
  public Cluster {
    healthChecks = List.copyOf(healthChecks);
  }

  /** With nothing beyond Envoy. */
  public Cluster(
      String name,
      Discovery discovery,
      Balancing balancing,
      Transport transport,
      CircuitBreakers circuitBreakers,
      Optional<OutlierDetection> outlierDetection,
      List<HealthCheck> healthChecks,
      Metadata metadata) {
    this(
        name,
        discovery,
        balancing,
        transport,
        circuitBreakers,
        outlierDetection,
        healthChecks,
        metadata,
        Resilience.NONE);
  }

  /** A cluster with defaults for all but its hosts. */
  public Cluster(String name, Discovery discovery) {
    this(
        name,
        discovery,
        Balancing.DEFAULT,
        Transport.DEFAULT,
        CircuitBreakers.DEFAULT,
        Optional.empty(),
        List.of(),
        Metadata.EMPTY);
  }

  /** Where the hosts come from. */
  public sealed interface Discovery {
    /** What must be known before the cluster can be served. */
    default Set<Resource.Key> references() {
      return Set.of();
    }
  }

  /** In the cluster itself (STATIC). */
  public record Static(EndpointSet endpoints) implements Discovery {}

  /**
   * By EDS, under this name.
   *
   * @param fetchTimeout how long an answer is awaited, zero for ever; empty if that is not said
   */
  public record Eds(String serviceName, Optional<Duration> fetchTimeout) implements Discovery {
    /** With nothing said of time. */
    public Eds(String serviceName) {
      this(serviceName, Optional.empty());
    }

    @Override
    public Set<Resource.Key> references() {
      return Set.of(new Resource.Key(Resource.Type.ENDPOINTS, serviceName));
    }
  }

  /**
   * By DNS: every address a host (STRICT_DNS), or the name one host (LOGICAL_DNS).
   *
   * @param endpoints whose addresses are names
   * @param refresh 5 s by default
   */
  public record Dns(
      EndpointSet endpoints, boolean logical, Duration refresh, boolean respectTtl, Family family)
      implements Discovery {}

  /** Which addresses of a name. */
  public enum Family {
    AUTO,
    V4_ONLY,
    V6_ONLY,
    V4_PREFERRED,
    ALL
  }

  /**
   * The original destination of the connection (ORIGINAL_DST): the request's own authority, for
   * calls that nothing redirected.
   */
  public record OriginalDestination() implements Discovery {}

  /**
   * Other clusters in order of priority. Source:
   * envoy.extensions.clusters.aggregate.v3.ClusterConfig.
   */
  public record Aggregate(List<String> clusters) implements Discovery {
    public Aggregate {
      clusters = List.copyOf(clusters);
    }

    @Override
    public Set<Resource.Key> references() {
      var keys = new HashSet<Resource.Key>();
      clusters.forEach(name -> keys.add(new Resource.Key(Resource.Type.CLUSTER, name)));
      return keys;
    }
  }

  /**
   * How a host is reached.
   *
   * @param connectTimeout for TCP and TLS together; 5 s by default
   * @param socketMatches tried in order against the endpoint's metadata; {@code socket} is used if
   *     none fits
   */
  public record Transport(
      Duration connectTimeout,
      TransportSocket socket,
      List<SocketMatch> socketMatches,
      ProtocolOptions protocol) {
    /** Plaintext HTTP/1.1. */
    public static final Transport DEFAULT =
        new Transport(
            Duration.ofSeconds(5),
            new TransportSocket.RawBuffer(),
            List.of(),
            ProtocolOptions.HTTP_1);

    public Transport {
      socketMatches = List.copyOf(socketMatches);
    }
  }

  /**
   * A transport socket for the endpoints whose {@code envoy.transport_socket_match} metadata holds
   * all of {@code match}.
   */
  public record SocketMatch(
      String name, java.util.Map<String, Object> match, TransportSocket socket) {
    public SocketMatch {
      match = java.util.Map.copyOf(match);
    }
  }

  /** The same with this. */
  public Cluster withResilience(Resilience value) {
    return new Cluster(
        name,
        discovery,
        balancing,
        transport,
        circuitBreakers,
        outlierDetection,
        healthChecks,
        metadata,
        value);
  }

  @Override
  public Type type() {
    return Type.CLUSTER;
  }

  @Override
  public Set<Key> references() {
    var keys = new HashSet<>(discovery.references());
    keys.addAll(transport.socket().references());
    transport.socketMatches().forEach(match -> keys.addAll(match.socket().references()));
    keys.addAll(resilience.references());
    return keys;
  }

  @Override
  public Map<Key, Duration> fetchTimeouts() {
    return discovery instanceof Eds eds && eds.fetchTimeout().isPresent()
        ? Map.of(new Key(Type.ENDPOINTS, eds.serviceName()), eds.fetchTimeout().get())
        : Map.of();
  }
}
