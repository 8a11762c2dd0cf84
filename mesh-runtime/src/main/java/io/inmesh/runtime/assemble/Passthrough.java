package io.inmesh.runtime.assemble;

import io.inmesh.config.Action;
import io.inmesh.config.Balancing;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.Cluster;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Metadata;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.Timeouts;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.engine.Clusters;
import io.inmesh.runtime.engine.HttpChain;
import io.inmesh.runtime.live.Scope;
import io.inmesh.runtime.route.RouteSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way to destinations that are not in the mesh: straight to the authority, with nothing added,
 * taken away, retried or limited. HTTPS is checked against the authorities that the Java platform
 * trusts.
 */
public final class Passthrough implements Clusters {
  /** The name under which secrets are asked for the authorities that the Java platform trusts. */
  public static final String PLATFORM_ROOTS = "platform-roots";

  private static final String PLAIN = "PassthroughCluster";
  private static final String SECURE = "PassthroughTlsCluster";
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private final Map<String, ClusterRuntime> clusters;
  private final HttpChain plain;
  private final HttpChain secure;
  private final HttpChain nowhere;
  private final Scope scope;

  /** On the config thread. */
  public Passthrough(Parts parts, Assembler assembler) {
    this.scope = assembler.scope();
    this.clusters =
        Map.of(
            PLAIN, cluster(PLAIN, new TransportSocket.RawBuffer(), parts),
            SECURE, cluster(SECURE, tls(), parts));
    RouteSettings settings = settings(parts);
    this.plain = straight("allow_any", new ClusterSpecifier.Named(PLAIN), settings);
    this.secure = straight("allow_any", new ClusterSpecifier.Named(SECURE), settings);
    this.nowhere =
        new HttpChain(
            new io.inmesh.call.HttpFilter[0],
            null,
            new RouteSettings(
                new HttpConnection(List.of(), new HttpConnection.RoutesByName("")),
                Filters.Router.DEFAULT,
                parts.runtime(),
                parts.process()),
            0);
  }

  private static HttpConnection connection() {
    var limits = HttpConnection.Limits.DEFAULT;
    return new HttpConnection(
        List.of(),
        new HttpConnection.RoutesByName(""),
        HttpConnection.PathHandling.DEFAULT,
        HttpConnection.HostHandling.DEFAULT,
        new HttpConnection.Forwarding(
            false,
            0,
            true,
            List.of(),
            "",
            "",
            HttpConnection.ServerHeader.PASS_THROUGH,
            false,
            true,
            false),
        new HttpConnection.Limits(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            limits.drainTimeout(),
            limits.idleTimeout(),
            Duration.ZERO,
            Optional.empty(),
            limits.maxRequestHeadersKb(),
            limits.maxHeadersCount()));
  }

  private static TransportSocket tls() {
    var validation =
        new TransportSocket.Validation(
            Optional.of(new TransportSocket.Local(PLATFORM_ROOTS)),
            List.of(),
            List.of(),
            List.of(),
            false,
            false);
    return new TransportSocket.UpstreamTls(
        new TransportSocket.CommonTls(
            Optional.empty(),
            Optional.of(validation),
            List.of("h2", "http/1.1"),
            TransportSocket.Version.TLS_1_2,
            TransportSocket.Version.TLS_1_3),
        "",
        true,
        true);
  }

  private ClusterRuntime cluster(String name, TransportSocket socket, Parts parts) {
    var unlimited =
        new CircuitBreakers.Thresholds(
            NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT, Optional.empty(), false);
    var config =
        new Cluster(
            name,
            new Cluster.OriginalDestination(),
            Balancing.of(new Balancing.ClusterProvided()),
            new Cluster.Transport(
                Cluster.Transport.DEFAULT.connectTimeout(),
                socket,
                List.of(),
                ProtocolOptions.of(ProtocolOptions.Http.AUTO)),
            new CircuitBreakers(unlimited, unlimited, Optional.empty()),
            Optional.empty(),
            List.of(),
            Metadata.EMPTY);
    var runtime = new ClusterRuntime(config, scope, parts.clusters());
    runtime.update(EndpointSet.empty(name));
    return runtime;
  }

  /** Of requests that are passed on as they are. */
  static RouteSettings settings(Parts parts) {
    return new RouteSettings(
        connection(), new Filters.Router(true, false, true), parts.runtime(), parts.process());
  }

  /** A chain that passes calls on as they are. */
  static HttpChain straight(String name, ClusterSpecifier to, RouteSettings settings) {
    var forward = Action.Forward.to(to).withTimeouts(Timeouts.DEFAULT.withResponse(Duration.ZERO));
    return HttpChain.straight(name, forward, settings);
  }

  /** The chain that passes a call on. */
  public HttpChain chain(String scheme) {
    return scheme.equals("https") ? secure : plain;
  }

  /** The chain that answers every call with NR. */
  public HttpChain nowhere() {
    return nowhere;
  }

  @Override
  public @Nullable ClusterRuntime find(String name) {
    return clusters.get(name);
  }

  /** On the config thread: its connections drain. */
  public void close() {
    scope.close();
  }
}
