package io.inmesh.spring;

import io.inmesh.plane.PlaneConnector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the application joins the mesh. It does so if {@code service} or {@code join} is set.
 *
 * @param enabled whether the application is in the mesh; with false it is as it would be without
 *     this library
 * @param service the name by which others call the application; its join file is looked for in the
 *     join directory
 * @param namespace of the service
 * @param join the join file, instead of the one that is found by the service's name
 * @param joinDirectory where join files stand, as {@code NAMESPACE.SERVICE.join}
 * @param stateDirectory where certificate and last good configuration are kept, so that a restart
 *     serves without the control plane; nowhere by default
 * @param variant the form of ADS that is spoken
 * @param threads event loops; one per core by default
 * @param certificateLife how long certificates should live; the authority may shorten it
 * @param identityTimeout how long the start waits for a certificate before it fails
 * @param client calls to others
 * @param server calls from others
 */
@ConfigurationProperties("inmesh")
public record MeshProperties(
    @DefaultValue("true") boolean enabled,
    @Nullable String service,
    @DefaultValue("default") String namespace,
    @Nullable Path join,
    @DefaultValue("config/.inmesh/join") Path joinDirectory,
    @Nullable Path stateDirectory,
    @DefaultValue("DELTA") PlaneConnector.Variant variant,
    @Nullable Integer threads,
    @DefaultValue("24h") Duration certificateLife,
    @DefaultValue("15s") Duration identityTimeout,
    @DefaultValue Client client,
    @DefaultValue Server server) {

  /**
   * Calls to others.
   *
   * @param enabled whether the HTTP clients that Boot builds call through the mesh
   */
  public record Client(@DefaultValue("true") boolean enabled) {}

  /**
   * Calls from others.
   *
   * @param enabled whether a web application is registered, speaks mutual TLS with the mesh's
   *     certificate, and lets the mesh judge its requests
   * @param address by which others reach the application; the one that the server binds by default,
   *     or loopback if it binds all
   * @param protocol that others speak to it: {@code http} or {@code http2}
   * @param labels for subsets, for instance {@code version}
   * @param weight of the instance among its like, at least 1
   * @param plaintextPort a second port of a Tomcat server, without TLS, for callers that are not in
   *     the mesh yet; it serves as long as the mesh is permissive with this service, and answers
   *     403 otherwise. None by default; 0 for any
   */
  public record Server(
      @DefaultValue("true") boolean enabled,
      @Nullable String address,
      @DefaultValue("http") String protocol,
      @DefaultValue Map<String, String> labels,
      @DefaultValue("1") int weight,
      @Nullable Integer plaintextPort) {
    private static final Set<String> PROTOCOLS = Set.of("http", "http2");

    public Server {
      labels = Map.copyOf(labels);
      if (!PROTOCOLS.contains(protocol)) {
        throw new IllegalArgumentException(
            "inmesh.server.protocol must be http or http2, not " + protocol);
      }
      if (weight < 1) {
        throw new IllegalArgumentException(
            "inmesh.server.weight must be at least 1, not " + weight);
      }
    }
  }

  /** The join file that the application is to use. */
  Path joinFile() {
    return join == null ? joinDirectory.resolve(namespace + "." + service + ".join") : join;
  }
}
