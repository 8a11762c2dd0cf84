package io.inmesh.xds.codec;

import static io.inmesh.xds.codec.ConfigArbitraries.duration;
import static io.inmesh.xds.codec.ConfigArbitraries.few;
import static io.inmesh.xds.codec.ConfigArbitraries.flag;
import static io.inmesh.xds.codec.ConfigArbitraries.limit;
import static io.inmesh.xds.codec.ConfigArbitraries.metadata;
import static io.inmesh.xds.codec.ConfigArbitraries.mostly;
import static io.inmesh.xds.codec.ConfigArbitraries.name;
import static io.inmesh.xds.codec.ConfigArbitraries.percent;
import static io.inmesh.xds.codec.ConfigArbitraries.positive;
import static io.inmesh.xds.codec.ConfigArbitraries.struct;
import static io.inmesh.xds.codec.ConfigArbitraries.text;
import static io.inmesh.xds.codec.ConfigArbitraries.wholePercent;
import static net.jqwik.api.Combinators.combine;

import io.inmesh.config.Address;
import io.inmesh.config.Balancing;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.HealthCheck;
import io.inmesh.config.OutlierDetection;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Clusters and endpoints, valid ones. */
final class ClusterArbitraries {
  private ClusterArbitraries() {}

  private static Arbitrary<EndpointSet.Endpoint> endpoint(List<Address> addresses) {
    return combine(
            Arbitraries.of(addresses),
            text(),
            Arbitraries.integers().between(1, 100),
            Arbitraries.of(EndpointSet.Health.class),
            metadata())
        .as(EndpointSet.Endpoint::new);
  }

  private static Arbitrary<EndpointSet> endpoints(List<Address> addresses) {
    Arbitrary<EndpointSet.LocalityEndpoints> locality =
        combine(
                ConfigArbitraries.locality(),
                Arbitraries.integers().between(0, 100),
                Arbitraries.integers().between(0, 2),
                few(endpoint(addresses)))
            .as(EndpointSet.LocalityEndpoints::new);
    Arbitrary<EndpointSet.Policy> policy =
        combine(
                Arbitraries.integers().between(1, 300),
                combine(name(), ConfigArbitraries.share())
                    .as(EndpointSet.Drop::new)
                    .list()
                    .ofMaxSize(1),
                flag())
            .as(EndpointSet.Policy::new);
    return combine(name(), few(locality), mostly(EndpointSet.Policy.DEFAULT, policy))
        .as(EndpointSet::new);
  }

  static Arbitrary<EndpointSet> endpoints() {
    return endpoints(
        List.of(
            new Address("127.0.0.1", 80),
            new Address("fd00::1", 8443),
            new Address("/run/socket", -1)));
  }

  static Arbitrary<Cluster.Discovery> discovery() {
    Arbitrary<EndpointSet> names = endpoints(List.of(new Address("db.example", 5432)));
    Arbitrary<EndpointSet> single =
        endpoint(List.of(new Address("db.example", 5432)))
            .map(endpoint -> EndpointSet.of("db", List.of(endpoint)));
    return Arbitraries.oneOf(
        endpoints().map(Cluster.Static::new),
        name().map(Cluster.Eds::new),
        combine(names, positive(), flag(), Arbitraries.of(Cluster.Family.class))
            .as((set, refresh, ttl, family) -> new Cluster.Dns(set, false, refresh, ttl, family)),
        combine(single, positive(), flag(), Arbitraries.of(Cluster.Family.class))
            .as((set, refresh, ttl, family) -> new Cluster.Dns(set, true, refresh, ttl, family)),
        Arbitraries.just(new Cluster.OriginalDestination()),
        name().list().ofMinSize(1).ofMaxSize(2).map(Cluster.Aggregate::new));
  }

  private static Arbitrary<Balancing.SlowStart> slowStart() {
    return mostly(
        Balancing.SlowStart.NONE,
        combine(positive(), Arbitraries.of(0.5, 1.0, 2.0), percent()).as(Balancing.SlowStart::new));
  }

  private static Arbitrary<Balancing.Policy> policy() {
    return Arbitraries.oneOf(
        slowStart().map(Balancing.RoundRobin::new),
        combine(
                Arbitraries.integers().between(2, 9),
                Arbitraries.of(0.0, 1.0, 1.5),
                flag(),
                slowStart())
            .as(Balancing.LeastRequest::new),
        Arbitraries.just(new Balancing.Random()),
        combine(
                Arbitraries.longs().between(1, 4096),
                Arbitraries.longs().between(4096, 8_388_608),
                Arbitraries.of(Balancing.HashFunction.class),
                flag(),
                Arbitraries.of(0, 100, 150))
            .as(Balancing.RingHash::new),
        combine(Arbitraries.of(251L, 65537L), flag(), Arbitraries.of(0, 100))
            .as(Balancing.Maglev::new));
  }

  static Arbitrary<Balancing> balancing(boolean provided) {
    Arbitrary<Balancing.Policy> policies =
        provided ? Arbitraries.just(new Balancing.ClusterProvided()) : policy();
    Arbitrary<Balancing.LocalityMode> locality =
        Arbitraries.oneOf(
            Arbitraries.just(Balancing.LocalityMode.NONE),
            Arbitraries.just(new Balancing.Weighted()),
            combine(percent(), Arbitraries.longs().between(0, 9)).as(Balancing.ZoneAware::new));
    Arbitrary<Balancing.Selector> selector =
        Arbitraries.oneOf(
            combine(
                    name().list().uniqueElements().ofMinSize(1).ofMaxSize(2),
                    Arbitraries.of(
                        Balancing.Fallback.NOT_DEFINED,
                        Balancing.Fallback.NO_FALLBACK,
                        Balancing.Fallback.ANY_ENDPOINT,
                        Balancing.Fallback.DEFAULT_SUBSET))
                .as(
                    (keys, fallback) ->
                        new Balancing.Selector(keys, fallback, List.of(), keys.size() == 1)),
            Arbitraries.just(
                new Balancing.Selector(
                    List.of("k", "l"), Balancing.Fallback.KEYS_SUBSET, List.of("k"), false)));
    Arbitrary<Balancing.Subsets> subsets =
        combine(
                Arbitraries.of(
                    Balancing.Fallback.NO_FALLBACK,
                    Balancing.Fallback.ANY_ENDPOINT,
                    Balancing.Fallback.DEFAULT_SUBSET),
                struct(),
                selector.list().ofMinSize(1).ofMaxSize(2),
                flag(),
                flag(),
                flag(),
                flag())
            .as(Balancing.Subsets::new);
    return combine(
            policies,
            percent(),
            flag(),
            locality,
            provided ? Arbitraries.just(Optional.<Balancing.Subsets>empty()) : subsets.optional(),
            duration(),
            Arbitraries.of(EndpointSet.Health.class).set().ofMaxSize(2))
        .as(
            (policy, panic, fail, mode, sets, merge, statuses) ->
                new Balancing(
                    policy,
                    panic,
                    // Only zone awareness knows this.
                    fail && mode instanceof Balancing.ZoneAware,
                    mode,
                    sets,
                    merge,
                    statuses));
  }

  static Arbitrary<ProtocolOptions> protocol() {
    Arbitrary<ProtocolOptions.Http2> http2 =
        combine(
                Arbitraries.integers().between(1, 2000),
                Arbitraries.integers().between(65535, 1 << 24),
                Arbitraries.integers().between(65535, 1 << 24),
                duration(),
                positive())
            .as(ProtocolOptions.Http2::new);
    Arbitrary<ProtocolOptions.Sni> sni =
        combine(flag(), flag(), Arbitraries.of("", "x-sni")).as(ProtocolOptions.Sni::new);
    return combine(
            Arbitraries.of(ProtocolOptions.Http.class),
            mostly(ProtocolOptions.Http2.DEFAULT, http2),
            sni,
            duration(),
            duration(),
            Arbitraries.integers().between(0, 100),
            duration().optional())
        .as(
            (http, two, names, idle, age, requests, stream) ->
                new ProtocolOptions(
                    http,
                    // HTTP/1.1 alone has no such settings.
                    http == ProtocolOptions.Http.HTTP_1 ? ProtocolOptions.Http2.DEFAULT : two,
                    names,
                    idle,
                    age,
                    requests,
                    stream));
  }

  private static Arbitrary<CircuitBreakers> breakers() {
    Arbitrary<CircuitBreakers.RetryBudget> budget =
        combine(percent(), limit()).as(CircuitBreakers.RetryBudget::new);
    Arbitrary<CircuitBreakers.Thresholds> thresholds =
        combine(limit(), limit(), limit(), limit(), budget.optional(), flag())
            .as(CircuitBreakers.Thresholds::new);
    return combine(
            mostly(CircuitBreakers.Thresholds.DEFAULT, thresholds),
            mostly(CircuitBreakers.Thresholds.DEFAULT, thresholds),
            limit().optional())
        .as(CircuitBreakers::new);
  }

  private static Arbitrary<OutlierDetection> outlier() {
    Arbitrary<OutlierDetection.Consecutive> consecutive =
        combine(limit(), wholePercent(), limit(), wholePercent(), limit(), wholePercent())
            .as(OutlierDetection.Consecutive::new);
    Arbitrary<OutlierDetection.Ejection> ejection =
        combine(positive(), positive(), duration(), duration(), wholePercent(), flag(), flag())
            .as(
                (interval, base, more, jitter, most, one, uneject) ->
                    new OutlierDetection.Ejection(
                        interval, base, base.plus(more), jitter, most, one, uneject));
    Arbitrary<OutlierDetection.SuccessRate> rate =
        combine(wholePercent(), limit(), limit(), limit()).as(OutlierDetection.SuccessRate::new);
    Arbitrary<OutlierDetection.FailurePercentage> failures =
        combine(wholePercent(), wholePercent(), limit(), limit())
            .as(OutlierDetection.FailurePercentage::new);
    return combine(consecutive, ejection, rate, failures, flag()).as(OutlierDetection::new);
  }

  private static Arbitrary<HealthCheck> check() {
    Arbitrary<HealthCheck.Range> range =
        Arbitraries.of(new HealthCheck.Range(200, 300), new HealthCheck.Range(404, 405));
    Arbitrary<HealthCheck.Probe> probe =
        Arbitraries.oneOf(
            combine(
                    text(),
                    Arbitraries.of("/", "/health"),
                    Arbitraries.of("GET", "HEAD", "POST"),
                    range.list().ofMinSize(1).ofMaxSize(2),
                    few(range),
                    ConfigArbitraries.requestMutations())
                .as(HealthCheck.Http::new),
            combine(Arbitraries.of("", "00ff"), few(Arbitraries.of("4f4b", "01")))
                .as(HealthCheck.Tcp::new),
            combine(text(), text()).as(HealthCheck.Grpc::new));
    Arbitrary<Duration> orNone = Arbitraries.oneOf(positive(), Arbitraries.just(Duration.ZERO));
    Arbitrary<HealthCheck.Intervals> intervals =
        combine(positive(), positive(), orNone, orNone, orNone, duration(), duration())
            .as(HealthCheck.Intervals::new);
    return combine(probe, positive(), intervals, limit(), limit(), flag()).as(HealthCheck::new);
  }

  static Arbitrary<Cluster> cluster() {
    return anyCluster().filter(ClusterArbitraries::fits);
  }

  /** What Envoy demands of the parts together. */
  private static boolean fits(Cluster cluster) {
    Balancing balancing = cluster.balancing();
    boolean hostnames =
        (balancing.policy() instanceof Balancing.RingHash ring && ring.useHostname())
            || (balancing.policy() instanceof Balancing.Maglev maglev && maglev.useHostname());
    boolean strictDns = cluster.discovery() instanceof Cluster.Dns dns && !dns.logical();
    boolean aware = balancing.subsets().map(Balancing.Subsets::localityWeightAware).orElse(false);
    ProtocolOptions.Http http = cluster.transport().protocol().http();
    boolean tls =
        cluster.transport().socket() instanceof TransportSocket.UpstreamTls
            && cluster.transport().socketMatches().stream()
                .allMatch(match -> match.socket() instanceof TransportSocket.UpstreamTls);
    boolean grpc =
        cluster.healthChecks().stream()
            .anyMatch(check -> check.probe() instanceof HealthCheck.Grpc);
    return (!hostnames || strictDns)
        && (!aware || balancing.locality() instanceof Balancing.Weighted)
        && (http != ProtocolOptions.Http.AUTO || tls)
        && (!grpc || http != ProtocolOptions.Http.HTTP_1);
  }

  private static Arbitrary<Cluster> anyCluster() {
    return discovery()
        .flatMap(
            discovery -> {
              boolean provides =
                  discovery instanceof Cluster.OriginalDestination
                      || discovery instanceof Cluster.Aggregate;
              return combine(
                      name(),
                      balancing(provides),
                      transport(),
                      mostly(CircuitBreakers.DEFAULT, breakers()),
                      outlier().optional(),
                      few(check()),
                      metadata(),
                      ResilienceArbitraries.resilience())
                  .as(
                      (name, balancing, transport, breakers, outlier, checks, metadata, beyond) ->
                          new Cluster(
                              name, discovery, balancing, transport, breakers, outlier, checks,
                              metadata, beyond));
            });
  }

  private static Arbitrary<Cluster.Transport> transport() {
    Arbitrary<Cluster.SocketMatch> match =
        combine(name(), struct(), ListenerArbitraries.upstreamSocket())
            .as(Cluster.SocketMatch::new);
    return combine(
            positive(),
            ListenerArbitraries.upstreamSocket(),
            few(match),
            mostly(ProtocolOptions.HTTP_1, protocol()))
        .as(Cluster.Transport::new);
  }
}
