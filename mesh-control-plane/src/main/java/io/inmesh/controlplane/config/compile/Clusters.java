package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.CircuitBreakers.RetryBudget;
import io.inmesh.config.CircuitBreakers.Thresholds;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Metadata;
import io.inmesh.config.OutlierDetection;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.config.Resilience;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.compile.Rules.Rule;
import io.inmesh.controlplane.config.compile.Tls.Sockets;
import io.inmesh.controlplane.config.model.DestinationRule.Subset;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Service.Defaults;
import io.inmesh.controlplane.config.model.Service.Port;
import io.inmesh.controlplane.config.model.Service.Resolution;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import io.inmesh.controlplane.config.model.TrafficPolicy.ConnectionPool;
import io.inmesh.controlplane.config.model.TrafficPolicy.LoadBalancer;
import io.inmesh.controlplane.config.model.TrafficPolicy.Localities;
import io.inmesh.controlplane.config.model.TrafficPolicy.Tcp;
import io.inmesh.controlplane.config.model.TrafficPolicy.Upgrade;
import io.inmesh.controlplane.config.model.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Makes the clusters of a service and their endpoints: one for each port and subset. */
final class Clusters {
  private static final Duration ISTIO_CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration DNS_REFRESH = Duration.ofSeconds(60);
  private static final Thresholds NO_LIMITS =
      new Thresholds(
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Optional.empty(),
          false);

  /**
   * The budget's minimum is far above Envoy's 3: a small service's whole load may meet one instance
   * that has just died, and each of these calls is to be saved by a further try.
   */
  private static final Thresholds INMESH_LIMITS =
      new Thresholds(1024, 1024, 1024, 3, Optional.of(new RetryBudget(20, 64)), false);

  /**
   * Hosts that cannot be reached are left out for a while, until the registry knows that they are
   * gone; what a host answers does not count.
   */
  private static final OutlierDetection INMESH_OUTLIERS =
      new OutlierDetection(
          new OutlierDetection.Consecutive(5, 0, 5, 0, 3, 100),
          new OutlierDetection.Ejection(
              Duration.ofSeconds(5),
              Duration.ofSeconds(10),
              Duration.ofSeconds(60),
              Duration.ZERO,
              50,
              true,
              true),
          new OutlierDetection.SuccessRate(0, 5, 100, 1900, 0),
          new OutlierDetection.FailurePercentage(0, 85, 5, 50),
          true);

  private final NodeView view;
  private final Tls tls;
  private final MutualTls mutualTls;
  private final Localities localities;
  private final Consumer<Resource> out;

  Clusters(MeshModel model, MutualTls mutualTls, NodeView view, Consumer<Resource> out) {
    this.view = view;
    this.localities = model.config().localities();
    this.tls = new Tls(model.settings(), view);
    this.mutualTls = mutualTls;
    this.out = out;
  }

  /** Emits all clusters of a service. */
  void emit(Destination to, Rule rule) {
    for (Port port : to.service().ports()) {
      emit(to, port, "", mutualTls.demanded(to.workloads(), port), rule.policy(port.number()));
      for (Subset subset : rule.subsets()) {
        List<Workload> workloads = mutualTls.demanded(to.workloads(subset.labels()), port);
        TrafficPolicy policy = rule.policy(subset, port.number());
        emit(to, port, subset.name(), workloads, policy);
      }
    }
  }

  private void emit(
      Destination to, Port port, String subset, List<Workload> workloads, TrafficPolicy own) {
    TrafficPolicy policy = own.withLocalities(localities);
    Service service = to.service();
    String name = Names.outbound(port.number(), subset, service.host());
    var part = new Destination(service, workloads, to.accounts());
    Cluster.Discovery discovery = discovery(part, port, name, policy);
    boolean marked = !(discovery instanceof Cluster.OriginalDestination);
    String sni = Names.sni(port.number(), subset, service.host());
    ProtocolOptions protocol = protocol(port, policy);
    List<String> alpn = List.of(protocol.http() == Http.HTTP_2 ? "h2" : "http/1.1");
    boolean never = policy.tls().isEmpty() && mutualTls.isOff(service.namespace());
    Sockets sockets = never ? Sockets.PLAINTEXT : tls.of(part, policy.tls(), sni, alpn, marked);
    var transport =
        new Cluster.Transport(
            policy
                .connectionPool()
                .flatMap(pool -> pool.tcp().connectTimeout())
                .orElse(
                    istio(service)
                        ? ISTIO_CONNECT_TIMEOUT
                        : Cluster.Transport.DEFAULT.connectTimeout()),
            sockets.socket(),
            sockets.matches(),
            with(protocol, sockets.sni()));
    out.accept(
        new Cluster(
            name,
            discovery,
            balancing(service, discovery, policy),
            transport,
            limits(service, policy),
            outliers(service, policy),
            List.of(),
            metadata(service, subset),
            resilience(port, policy)));
    if (discovery instanceof Cluster.Eds) {
      boolean names = service.resolution() != Resolution.STATIC;
      out.accept(names ? EndpointSet.empty(name) : endpoints(policy).of(name, port, workloads));
    }
  }

  private Endpoints endpoints(TrafficPolicy policy) {
    // A rule that wants something else than the mesh's own TLS leaves nothing to match.
    boolean marked =
        policy.tls().map(tls -> tls.mode() == TrafficPolicy.Mode.ISTIO_MUTUAL).orElse(true);
    return new Endpoints(LocalityPriorities.of(view, policy), marked);
  }

  private Optional<OutlierDetection> outliers(Service service, TrafficPolicy policy) {
    Optional<OutlierDetection> own = policy.outliers().map(TrafficPolicy.Outliers::detection);
    boolean silent = istio(service) || view.flavour() == Flavour.GRPC;
    return own.isPresent() || silent ? own : Optional.of(INMESH_OUTLIERS);
  }

  private static boolean istio(Service service) {
    return service.defaults() == Defaults.ISTIO;
  }

  private Cluster.Discovery discovery(
      Destination to, Port port, String name, TrafficPolicy policy) {
    Service service = to.service();
    boolean passthrough =
        policy.loadBalancer().map(LoadBalancer::passthrough).orElse(false)
            || service.resolution() == Resolution.NONE;
    boolean dns =
        service.resolution() == Resolution.DNS
            || service.resolution() == Resolution.DNS_ROUND_ROBIN;
    if (view.flavour() == Flavour.GRPC) {
      boolean one = dns && to.workloads().size() <= 1;
      return one ? dns(to, port, name, true, policy) : new Cluster.Eds(name);
    }
    if (passthrough) {
      return new Cluster.OriginalDestination();
    }
    return dns
        ? dns(to, port, name, service.resolution() == Resolution.DNS_ROUND_ROBIN, policy)
        : new Cluster.Eds(name);
  }

  private Cluster.Dns dns(
      Destination to, Port port, String name, boolean logical, TrafficPolicy policy) {
    Service service = to.service();
    boolean self = service.endpoints().isEmpty() && service.selector().isEmpty();
    EndpointSet endpoints =
        self
            ? EndpointSet.of(
                name,
                List.of(
                    new EndpointSet.Endpoint(
                        new io.inmesh.config.Address(service.host(), port.target()))))
            : endpoints(policy).of(name, port, to.workloads());
    return new Cluster.Dns(endpoints, logical, DNS_REFRESH, true, Cluster.Family.V4_ONLY);
  }

  private Balancing balancing(Service service, Cluster.Discovery discovery, TrafficPolicy policy) {
    Balancing.Policy chosen =
        policy.loadBalancer().flatMap(LoadBalancer::policy).orElse(leastRequest());
    if (discovery instanceof Cluster.OriginalDestination) {
      chosen = new Balancing.ClusterProvided();
    } else if (view.flavour() == Flavour.GRPC) {
      chosen = forGrpc(policy);
    }
    Balancing base = Balancing.of(chosen);
    double panic = policy.outliers().map(TrafficPolicy.Outliers::minHealthPercent).orElse(0.0);
    return new Balancing(
        chosen,
        istio(service) || policy.outliers().isPresent() ? panic : base.panicThreshold(),
        base.failTrafficOnPanic(),
        LocalityPriorities.weighted(policy) ? new Balancing.Weighted() : base.locality(),
        Optional.empty(),
        base.updateMergeWindow(),
        Set.of());
  }

  private static Balancing.Policy leastRequest() {
    return new Balancing.LeastRequest(2, 1.0, false, SlowStart.NONE);
  }

  /** gRPC's own clients know neither random draws nor slow start, and take turns by default. */
  private static Balancing.Policy forGrpc(TrafficPolicy policy) {
    Optional<Balancing.Policy> chosen = policy.loadBalancer().flatMap(LoadBalancer::policy);
    if (chosen.isPresent() && chosen.get() instanceof Balancing.RingHash) {
      return chosen.get();
    }
    boolean least = chosen.isPresent() && chosen.get() instanceof Balancing.LeastRequest;
    return least ? leastRequest() : new Balancing.RoundRobin(SlowStart.NONE);
  }

  private static CircuitBreakers limits(Service service, TrafficPolicy policy) {
    Thresholds base = istio(service) ? NO_LIMITS : INMESH_LIMITS;
    Optional<ConnectionPool> pool = policy.connectionPool();
    var limits =
        new Thresholds(
            pool.flatMap(p -> p.tcp().maxConnections()).orElse(base.maxConnections()),
            pool.flatMap(p -> p.http().maxPendingRequests()).orElse(base.maxPendingRequests()),
            pool.flatMap(p -> p.http().maxRequests()).orElse(base.maxRequests()),
            pool.flatMap(p -> p.http().maxRetries()).orElse(base.maxRetries()),
            policy.retryBudget().or(base::retryBudget),
            false);
    return new CircuitBreakers(limits, Thresholds.DEFAULT, Optional.empty());
  }

  /** gRPC's own clients would not look at it. */
  private Resilience resilience(Port port, TrafficPolicy policy) {
    return view.flavour() == Flavour.GRPC
        ? Resilience.NONE
        : new Resilience(
            policy.breaker(), policy.fallback().map(one -> Fallbacks.of(one, port.number())));
  }

  private static ProtocolOptions protocol(Port port, TrafficPolicy policy) {
    Optional<TrafficPolicy.Http> http = policy.connectionPool().map(ConnectionPool::http);
    Tcp tcp = policy.connectionPool().map(ConnectionPool::tcp).orElse(Tcp.NONE);
    boolean upgrade = http.filter(h -> h.upgrade() == Upgrade.UPGRADE).isPresent();
    boolean client = http.filter(TrafficPolicy.Http::clientProtocol).isPresent();
    boolean second = port.protocol().isHttp2() || upgrade;
    ProtocolOptions base =
        ProtocolOptions.of(second ? Http.HTTP_2 : client ? Http.DOWNSTREAM : Http.HTTP_1);
    return new ProtocolOptions(
        base.http(),
        http.flatMap(TrafficPolicy.Http::http2).orElse(base.http2()),
        base.sni(),
        http.flatMap(TrafficPolicy.Http::idleTimeout)
            .or(tcp::idleTimeout)
            .orElse(base.idleTimeout()),
        tcp.maxConnectionDuration().orElse(base.maxConnectionDuration()),
        http.map(TrafficPolicy.Http::maxRequestsPerConnection).orElse(0),
        base.maxStreamDuration());
  }

  private static ProtocolOptions with(ProtocolOptions base, ProtocolOptions.Sni sni) {
    return new ProtocolOptions(
        base.http(),
        base.http2(),
        sni,
        base.idleTimeout(),
        base.maxConnectionDuration(),
        base.maxRequestsPerConnection(),
        base.maxStreamDuration());
  }

  private static Metadata metadata(Service service, String subset) {
    var of =
        java.util.Map.<String, Object>of(
            "host",
            service.host(),
            "name",
            service.origin().name(),
            "namespace",
            service.namespace());
    var istio = new java.util.HashMap<String, Object>();
    istio.put("services", List.of(of));
    if (!subset.isEmpty()) {
      istio.put("subset", subset);
    }
    return new Metadata(java.util.Map.of("istio", java.util.Map.copyOf(istio)));
  }
}
