package io.inmesh.xds.codec;

import static io.inmesh.xds.codec.ConfigArbitraries.duration;
import static io.inmesh.xds.codec.ConfigArbitraries.few;
import static io.inmesh.xds.codec.ConfigArbitraries.flag;
import static io.inmesh.xds.codec.ConfigArbitraries.format;
import static io.inmesh.xds.codec.ConfigArbitraries.fraction;
import static io.inmesh.xds.codec.ConfigArbitraries.header;
import static io.inmesh.xds.codec.ConfigArbitraries.headerMatcher;
import static io.inmesh.xds.codec.ConfigArbitraries.limit;
import static io.inmesh.xds.codec.ConfigArbitraries.metadata;
import static io.inmesh.xds.codec.ConfigArbitraries.mutations;
import static io.inmesh.xds.codec.ConfigArbitraries.name;
import static io.inmesh.xds.codec.ConfigArbitraries.positive;
import static io.inmesh.xds.codec.ConfigArbitraries.regex;
import static io.inmesh.xds.codec.ConfigArbitraries.rewrite;
import static io.inmesh.xds.codec.ConfigArbitraries.struct;
import static io.inmesh.xds.codec.ConfigArbitraries.text;
import static net.jqwik.api.Combinators.combine;

import io.inmesh.config.Action;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.HashPolicy;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.HedgePolicy;
import io.inmesh.config.InternalRedirectPolicy;
import io.inmesh.config.MatchTree;
import io.inmesh.config.MirrorPolicy;
import io.inmesh.config.QueryParameterMatcher;
import io.inmesh.config.RateLimit;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Rewrite;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.Timeouts;
import io.inmesh.config.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Route configurations, valid ones. */
final class RouteArbitraries {
  private static final String TEMPLATE = "/api/{id}/*";

  private RouteArbitraries() {}

  static Arbitrary<RouteMatch> match() {
    Arbitrary<RouteMatch.PathMatch> path =
        Arbitraries.oneOf(
            combine(Arbitraries.of("", "/", "/a"), flag()).as(RouteMatch.Prefix::new),
            combine(Arbitraries.of("/", "/a/b"), flag()).as(RouteMatch.Exact::new),
            regex().map(RouteMatch.Pattern::new),
            combine(Arbitraries.of("/a", "/a/b"), flag()).as(RouteMatch.PathSeparatedPrefix::new),
            Arbitraries.just(new RouteMatch.UriTemplate(TEMPLATE)),
            Arbitraries.just(new RouteMatch.Connect()));
    return combine(
            path,
            few(headerMatcher()),
            few(ConfigArbitraries.query()),
            few(ConfigArbitraries.cookie()),
            few(ConfigArbitraries.metadataMatcher()),
            fraction().optional(),
            flag())
        .flatAs(
            (at, headers, queries, cookies, dynamic, fraction, grpc) ->
                combine(flag().optional(), flag().optional())
                    .as(
                        (presented, validated) ->
                            new RouteMatch(
                                at, headers, queries, cookies, dynamic, fraction, grpc, presented,
                                validated)));
  }

  static Arbitrary<Rewrite.Path> path(boolean template) {
    var all = new ArrayList<Arbitrary<? extends Rewrite.Path>>();
    all.add(Arbitraries.just(new Rewrite.KeepPath()));
    all.add(rewrite().map(Rewrite.RegexPath::new));
    all.add(format().map(Rewrite.FormatPath::new));
    if (template) {
      all.add(Arbitraries.just(new Rewrite.TemplateRewrite("/x/{id}")));
    } else {
      all.add(Arbitraries.of("/", "/new").map(Rewrite.PrefixRewrite::new));
    }
    return oneOf(all);
  }

  private static <T> Arbitrary<T> oneOf(List<Arbitrary<? extends T>> all) {
    return Arbitraries.of(all).flatMap(each -> each.map(value -> (T) value));
  }

  static Arbitrary<Rewrite> rewrites(boolean template) {
    Arbitrary<Rewrite.Host> host =
        Arbitraries.oneOf(
            Arbitraries.just(new Rewrite.KeepHost()),
            Arbitraries.just(new Rewrite.LiteralHost("New.host:81")),
            Arbitraries.just(new Rewrite.AutoHost()),
            header().map(Rewrite.HeaderHost::new),
            rewrite().map(Rewrite.PathRegexHost::new),
            format().map(Rewrite.FormatHost::new));
    return combine(path(template), host, flag()).as(Rewrite::new);
  }

  static Arbitrary<RetryPolicy> retry() {
    Arbitrary<RetryPolicy.BackOff> backOff =
        combine(positive(), duration())
            .as((base, more) -> new RetryPolicy.BackOff(base, base.plus(more)));
    Arbitrary<RetryPolicy.RateLimitedBackOff> limited =
        combine(
                combine(header(), flag())
                    .as(RetryPolicy.ResetHeader::new)
                    .list()
                    .ofMinSize(1)
                    .ofMaxSize(2),
                positive())
            .as(RetryPolicy.RateLimitedBackOff::new);
    Arbitrary<RetryPolicy.HostSelection> hosts =
        combine(
                flag(),
                flag(),
                metadata(),
                Arbitraries.integers().between(1, 9),
                Arbitraries.integers().between(0, 3))
            .as(RetryPolicy.HostSelection::new);
    return combine(
            Arbitraries.of(RetryPolicy.On.class).set().ofMaxSize(3),
            limit(),
            duration(),
            duration(),
            Arbitraries.oneOf(Arbitraries.just(RetryPolicy.BackOff.DEFAULT), backOff),
            limited.optional(),
            few(Arbitraries.of(418, 429, 503)))
        .flatAs(
            (on, retries, perTry, idle, wait, reset, codes) ->
                combine(few(headerMatcher()), few(headerMatcher()), hosts)
                    .as(
                        (headers, requests, choice) ->
                            new RetryPolicy(
                                on, retries, perTry, idle, wait, reset, codes, headers, requests,
                                choice)));
  }

  static Arbitrary<MirrorPolicy> mirror() {
    return combine(
            flag(),
            name(),
            header(),
            fraction(),
            flag(),
            name().optional(),
            ConfigArbitraries.requestMutations(),
            flag().optional())
        .as(
            (named, cluster, byHeader, fraction, plain, host, mutations, sampled) ->
                new MirrorPolicy(
                    named ? Optional.of(cluster) : Optional.empty(),
                    named ? Optional.empty() : Optional.of(byHeader),
                    fraction,
                    plain,
                    host,
                    mutations,
                    sampled));
  }

  static Arbitrary<HashPolicy> hash() {
    Arbitrary<HashPolicy.Input> input =
        Arbitraries.oneOf(
            combine(header(), rewrite().optional()).as(HashPolicy.Header::new),
            combine(
                    name(),
                    duration().optional(),
                    text(),
                    Arbitraries.maps(Arbitraries.of("SameSite", "Secure"), text()).ofMaxSize(2))
                .as(HashPolicy.Cookie::new),
            Arbitraries.just(new HashPolicy.SourceIp()),
            name().map(HashPolicy.QueryParameter::new),
            name().map(HashPolicy.FilterState::new));
    return combine(input, flag()).as(HashPolicy::new);
  }

  static Arbitrary<ClusterSpecifier> clusters() {
    Arbitrary<ClusterSpecifier.Entry> entry =
        combine(
                flag(),
                name(),
                Arbitraries.longs().between(1, 2_000_000_000),
                mutations(),
                name().optional(),
                struct(),
                overrides())
            .as(
                (named, name, weight, mutations, host, subset, filters) ->
                    new ClusterSpecifier.Entry(
                        named ? Optional.of(name) : Optional.empty(),
                        named ? Optional.empty() : Optional.of("x-cluster"),
                        weight,
                        mutations,
                        host,
                        subset,
                        filters));
    Arbitrary<ClusterSpecifier> weighted =
        combine(entry.list().ofMinSize(1).ofMaxSize(2), Arbitraries.of(0, 1, 2), text())
            .as(
                (entries, random, key) ->
                    new ClusterSpecifier.Weighted(
                        entries,
                        random == 1 ? Optional.of("x-rand") : Optional.empty(),
                        random == 2,
                        key));
    return Arbitraries.oneOf(
        name().map(ClusterSpecifier.Named::new),
        header().map(ClusterSpecifier.ByHeader::new),
        weighted);
  }

  static Arbitrary<Timeouts> timeouts() {
    Arbitrary<Timeouts.MaxStream> maxStream =
        combine(duration().optional(), duration().optional(), duration())
            .as(Timeouts.MaxStream::new);
    return combine(
            duration(),
            duration().optional(),
            maxStream.optional(),
            duration().optional(),
            duration())
        .as(Timeouts::new);
  }

  static Arbitrary<Action.Forward> forward(boolean template) {
    Arbitrary<InternalRedirectPolicy> internal =
        combine(
                Arbitraries.integers().between(0, 9),
                few(Arbitraries.of(301, 302, 307)),
                few(
                    Arbitraries.just(
                        "envoy.extensions.internal_redirect.previous_routes.v3"
                            + ".PreviousRoutesConfig")),
                flag(),
                header().list().uniqueElements().ofMaxSize(2))
            .as(InternalRedirectPolicy::new);
    return combine(
            clusters(),
            Arbitraries.of(404, 500, 503),
            rewrites(template),
            timeouts(),
            retry().optional(),
            flag().map(HedgePolicy::new).optional(),
            few(mirror()),
            few(hash()))
        .flatAs(
            (clusters, status, rewrite, timeouts, retry, hedge, mirrors, hashes) ->
                combine(
                        struct(),
                        internal.optional(),
                        Arbitraries.of(Action.Priority.class),
                        ResilienceArbitraries.fallback().optional())
                    .as(
                        (subset, redirects, priority, fallback) ->
                            new Action.Forward(
                                clusters,
                                status,
                                rewrite,
                                timeouts,
                                retry,
                                hedge,
                                mirrors,
                                hashes,
                                subset,
                                redirects,
                                priority,
                                new RateLimit.OfRoute(
                                    status == 404 ? List.of(rateLimit()) : List.of(),
                                    status == 404),
                                fallback)));
  }

  /** One that has every kind of action. */
  static RateLimit rateLimit() {
    var place = new RateLimit.MetadataPath("m", List.of("a", "b"));
    return new RateLimit(
        2,
        "off",
        List.of(
            new RateLimit.SourceCluster(),
            new RateLimit.DestinationCluster(),
            new RateLimit.RequestHeader("x-a", "k", true),
            new RateLimit.QueryParameter("q", "k", false),
            new RateLimit.RemoteAddress(),
            new RateLimit.MaskedRemoteAddress(8, 64),
            new RateLimit.GenericKey("generic_key", "v"),
            new RateLimit.HeaderValueMatch(
                "header_match",
                "v",
                false,
                List.of(new HeaderMatcher("x-b", new HeaderMatcher.Present(true), false, false))),
            new RateLimit.QueryValueMatch(
                "q", "v", true, List.of(new QueryParameterMatcher("q", Optional.empty(), true))),
            new RateLimit.OfMetadata("k", place, "none", true, true)),
        Optional.of(place),
        Optional.of(new RateLimit.Hits(3, Optional.empty())));
  }

  static Arbitrary<Action> action(boolean template) {
    Arbitrary<Action.Redirect> redirect =
        combine(
                Arbitraries.of(0, 1, 2),
                name().optional(),
                Arbitraries.of(0, 80, 8443),
                Arbitraries.oneOf(
                    path(false).filter(p -> !(template && p instanceof Rewrite.PrefixRewrite)),
                    Arbitraries.just(new Rewrite.ReplacePath("/p?x=1"))),
                Arbitraries.of(301, 302, 303, 307, 308),
                flag())
            .as(
                (scheme, host, port, path, status, strip) ->
                    new Action.Redirect(
                        scheme == 1 ? Optional.of("ftp") : Optional.empty(),
                        scheme == 2,
                        host,
                        port,
                        path,
                        status,
                        strip));
    Arbitrary<Action.BodyFormat> body =
        combine(format(), Arbitraries.just("text/html").optional()).as(Action.BodyFormat::new);
    Arbitrary<Action.DirectResponse> direct =
        combine(Arbitraries.integers().between(200, 599), text(), body.optional())
            .as(Action.DirectResponse::new);
    return Arbitraries.oneOf(
        forward(template), redirect, direct, Arbitraries.just(new Action.NonForwarding()));
  }

  static Arbitrary<Map<String, FilterOverride>> overrides() {
    Arbitrary<FilterOverride> override =
        Arbitraries.oneOf(
            Arbitraries.just(new FilterOverride(Optional.empty(), true)),
            Arbitraries.just(new FilterOverride(Optional.empty(), false)),
            FilterArbitraries.onRoute()
                .map(settings -> new FilterOverride(Optional.of(settings), false)));
    return ConfigArbitraries.mostly(Map.of(), Arbitraries.maps(name(), override).ofMaxSize(2));
  }

  static Arbitrary<Route> route() {
    Arbitrary<Route.Decorator> decorator = combine(name(), flag()).as(Route.Decorator::new);
    return combine(text(), match())
        .flatAs(
            (name, match) ->
                combine(
                        action(match.path() instanceof RouteMatch.UriTemplate),
                        mutations(),
                        overrides(),
                        metadata(),
                        decorator.optional(),
                        Arbitraries.longs().between(0, 1L << 40).optional())
                    .as(
                        (action, mutations, filters, metadata, operation, limit) ->
                            new Route(
                                name, match, action, mutations, filters, metadata, operation,
                                limit)));
  }

  private static Arbitrary<VirtualHost> host(String domain) {
    Arbitrary<VirtualHost.Policy> policy =
        combine(
                Arbitraries.of(VirtualHost.RequireTls.class),
                retry().optional(),
                flag().map(HedgePolicy::new).optional(),
                few(mirror()),
                flag(),
                flag(),
                flag(),
                Arbitraries.longs().between(0, 99).optional())
            .as(VirtualHost.Policy::new);
    Arbitrary<VirtualHost.VirtualCluster> cluster =
        combine(name(), headerMatcher().list().ofMinSize(1).ofMaxSize(2))
            .as(VirtualHost.VirtualCluster::new);
    Arbitrary<Optional<MatchTree.Predicate>> choice = MatchTreeArbitraries.ofRoutes().optional(0.3);
    return combine(
            name(),
            few(route()),
            choice,
            mutations(),
            policy,
            few(cluster),
            overrides(),
            metadata())
        .as(
            (name, routes, chosen, mutations, rules, clusters, filters, metadata) ->
                new VirtualHost(
                    name,
                    List.of(domain, domain + ":80"),
                    routes,
                    chosen.flatMap(it -> choice(it, routes.size())),
                    mutations,
                    rules,
                    clusters,
                    filters,
                    metadata));
  }

  /** To the first route where the predicate holds, else to the others. */
  private static Optional<MatchTree<List<Integer>>> choice(
      MatchTree.Predicate predicate, int routes) {
    if (routes == 0) {
      return Optional.empty();
    }
    var first = new MatchTree.Branch<>(predicate, new MatchTree.Decision<>(List.of(0)));
    List<Integer> others = IntStream.range(1, routes).boxed().toList();
    return Optional.of(
        new MatchTree<>(
            new MatchTree.InOrder<>(List.of(first)),
            Optional.of(new MatchTree.Decision<>(others))));
  }

  static Arbitrary<RouteConfiguration> configuration() {
    Arbitrary<RouteConfiguration.Options> options =
        combine(
                flag(),
                flag(),
                flag(),
                header().optional(),
                few(header()),
                Arbitraries.integers().between(100, 100_000))
            .as(RouteConfiguration.Options::new);
    Arbitrary<List<VirtualHost>> hosts =
        combine(host("foo.com").optional(), host("*").optional())
            .as(
                (first, second) -> {
                  var all = new ArrayList<VirtualHost>();
                  first.ifPresent(all::add);
                  second.ifPresent(all::add);
                  return List.copyOf(all);
                });
    return combine(name(), hosts, mutations(), options, few(mirror()), overrides(), metadata())
        .as(RouteConfiguration::new);
  }
}
