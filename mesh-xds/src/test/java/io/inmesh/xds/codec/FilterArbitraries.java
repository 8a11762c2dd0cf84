package io.inmesh.xds.codec;

import static io.inmesh.xds.codec.ConfigArbitraries.duration;
import static io.inmesh.xds.codec.ConfigArbitraries.few;
import static io.inmesh.xds.codec.ConfigArbitraries.flag;
import static io.inmesh.xds.codec.ConfigArbitraries.fraction;
import static io.inmesh.xds.codec.ConfigArbitraries.header;
import static io.inmesh.xds.codec.ConfigArbitraries.headerMatcher;
import static io.inmesh.xds.codec.ConfigArbitraries.headerValue;
import static io.inmesh.xds.codec.ConfigArbitraries.name;
import static io.inmesh.xds.codec.ConfigArbitraries.positive;
import static io.inmesh.xds.codec.ConfigArbitraries.share;
import static io.inmesh.xds.codec.ConfigArbitraries.string;
import static io.inmesh.xds.codec.ConfigArbitraries.text;
import static net.jqwik.api.Combinators.combine;

import io.inmesh.config.Buffer;
import io.inmesh.config.Cors;
import io.inmesh.config.Extension;
import io.inmesh.config.Fault;
import io.inmesh.config.FilterStateMatcher;
import io.inmesh.config.Filters;
import io.inmesh.config.HeaderMutation;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.JwtAuthentication;
import io.inmesh.config.LocalRateLimit;
import io.inmesh.config.RateLimit;
import io.inmesh.config.Rbac;
import io.inmesh.config.Regex;
import io.inmesh.config.RegexRewrite;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.StatefulSession;
import io.inmesh.config.TransportSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Settings of filters. */
final class FilterArbitraries {
  private FilterArbitraries() {}

  static Arbitrary<Filters.Router> router() {
    return combine(flag(), flag(), flag()).as(Filters.Router::new);
  }

  /** In the chain, any but the router. */
  static Arbitrary<Extension> inChain() {
    return Arbitraries.oneOf(
        headerToMetadata(),
        fault(),
        rbac(),
        Arbitraries.just(new Cors()),
        jwt(),
        rateLimit(),
        ServiceArbitraries.authorization(),
        ServiceArbitraries.rateLimit(),
        steps().map(all -> new HeaderMutation(all, true)),
        session(),
        Arbitraries.longs().between(1, 0xFFFF_FFFFL).map(Buffer::new));
  }

  /** On routes. */
  static Arbitrary<Extension> onRoute() {
    return Arbitraries.oneOf(
        headerToMetadata(),
        fault(),
        rbac().optional().map(Rbac.PerRoute::new),
        corsPolicy(),
        name().optional().map(JwtAuthentication.PerRoute::new),
        rateLimit(),
        ServiceArbitraries.authorizationOfRoute(),
        ServiceArbitraries.rateLimitOfRoute(),
        steps().map(HeaderMutation.PerRoute::new),
        session().optional().map(StatefulSession.PerRoute::new),
        Arbitraries.just(new Buffer(9)).optional().map(Buffer.PerRoute::new));
  }

  private static Arbitrary<Filters.HeaderToMetadata> headerToMetadata() {
    var rewrite = Optional.of(new RegexRewrite(new Regex("a"), "\\0"));
    Arbitrary<Filters.Value> value =
        combine(text(), name(), name(), Arbitraries.of(Filters.ValueType.class), flag())
            .as(
                (namespace, key, text, type, base64) ->
                    new Filters.Value(namespace, key, text, Optional.empty(), type, base64));
    Arbitrary<Filters.Value> rewritten =
        value.map(v -> new Filters.Value(v.namespace(), v.key(), "", rewrite, v.type(), false));
    Arbitrary<Filters.Rule> rule =
        combine(header(), Arbitraries.oneOf(value, rewritten), value.optional(), flag())
            .as(
                (name, present, missing, remove) ->
                    new Filters.Rule(name, "", Optional.of(present), missing, remove));
    return combine(rule.list().ofMinSize(1).ofMaxSize(2), few(rule))
        .as(Filters.HeaderToMetadata::new);
  }

  private static Arbitrary<Fault> fault() {
    return combine(
            combine(positive().optional(), share()).as(Fault.Delay::new).optional(),
            combine(Arbitraries.of(0, 1, 2), share())
                .as(
                    (kind, share) ->
                        new Fault.Abort(
                            kind == 1 ? Optional.of(503) : Optional.empty(),
                            kind == 2 ? Optional.of(14) : Optional.empty(),
                            share))
                .optional(),
            combine(Arbitraries.longs().between(1, 999).optional(), share())
                .as(Fault.ResponseRate::new)
                .optional(),
            text(),
            few(headerMatcher()),
            few(name()),
            Arbitraries.integers().between(0, 9).optional())
        .as(Fault::new)
        .flatMap(
            fault ->
                Arbitraries.of(
                    fault,
                    new Fault(
                        fault.delay(),
                        fault.abort(),
                        fault.responseRate(),
                        fault.upstreamCluster(),
                        fault.headers(),
                        fault.downstreamNodes(),
                        fault.maxActiveFaults(),
                        new Fault.Keys("a", "b", "c", "d", "e", "f", "g"),
                        Map.of("k", "v"))));
  }

  private static Arbitrary<Rbac> rbac() {
    Arbitrary<Rbac.Permission> plain =
        Arbitraries.oneOf(
            Arbitraries.just(new Rbac.Any()),
            headerMatcher().map(Rbac.Header::new),
            string().map(Rbac.UrlPath::new),
            Arbitraries.just(new Rbac.Template("/a/{b}")),
            ConfigArbitraries.cidr().map(Rbac.DestinationIp::new),
            Arbitraries.of(new Rbac.DestinationPorts(80, 81), new Rbac.DestinationPorts(1, 9)),
            combine(ConfigArbitraries.metadataMatcher(), flag()).as(Rbac.OfMetadata::new),
            string().map(Rbac.ServerName::new),
            combine(ConfigArbitraries.cidr().optional(), flag())
                .as(
                    (range, ports) ->
                        new Rbac.Upstream(
                            range,
                            ports || range.isEmpty()
                                ? Optional.of(new Rbac.Ports(80, 90))
                                : Optional.empty())));
    Arbitrary<Rbac.Permission> permission =
        Arbitraries.oneOf(
            plain,
            plain.map(Rbac.NotPermission::new),
            plain.list().ofMinSize(1).ofMaxSize(2).map(Rbac.AllPermissions::new),
            plain.list().ofMinSize(1).ofMaxSize(2).map(Rbac.AnyPermission::new));
    Arbitrary<Rbac.Principal> someone =
        Arbitraries.oneOf(
            Arbitraries.just(new Rbac.Any()),
            string().optional().map(Rbac.Authenticated::new),
            combine(
                    Arbitraries.of(
                        TransportSocket.SanType.URI,
                        TransportSocket.SanType.DNS,
                        TransportSocket.SanType.IP_ADDRESS),
                    string())
                .as(TransportSocket.SanMatcher::new)
                .optional()
                .map(Rbac.MutualTls::new),
            combine(name(), string().map(FilterStateMatcher.Text::new))
                .as(FilterStateMatcher::new)
                .map(Rbac.OfFilterState::new),
            combine(Arbitraries.of(Rbac.Caller.class), ConfigArbitraries.cidr())
                .as(Rbac.CallerIp::new),
            headerMatcher().map(Rbac.Header::new),
            string().map(Rbac.UrlPath::new),
            combine(ConfigArbitraries.metadataMatcher(), flag()).as(Rbac.OfMetadata::new));
    Arbitrary<Rbac.Principal> principal =
        Arbitraries.oneOf(
            someone,
            someone.map(Rbac.NotPrincipal::new),
            someone.list().ofMinSize(1).ofMaxSize(2).map(Rbac.AllPrincipals::new),
            someone.list().ofMinSize(1).ofMaxSize(2).map(Rbac.AnyPrincipal::new));
    Arbitrary<Rbac.Policy> policy =
        combine(
                permission.list().ofMinSize(1).ofMaxSize(2),
                principal.list().ofMinSize(1).ofMaxSize(2),
                MatchTreeArbitraries.condition().optional())
            .as(Rbac.Policy::new);
    Arbitrary<Rbac.Engine> engine =
        Arbitraries.oneOf(
            combine(
                    Arbitraries.of(Rbac.Verdict.class),
                    Arbitraries.maps(name(), policy).ofMaxSize(2))
                .as(Rbac.Rules::new),
            MatchTreeArbitraries.tree(
                    combine(name(), Arbitraries.of(Rbac.Verdict.class)).as(Rbac.Decision::new),
                    MatchTreeArbitraries.ofFilters())
                .map(Rbac.ByTree::new));
    return combine(engine.optional(), engine.optional(), text()).as(Rbac::new);
  }

  private static Arbitrary<Cors.Policy> corsPolicy() {
    return combine(
            few(string()),
            text(),
            text(),
            text(),
            flag().optional(),
            fraction(),
            flag().optional(),
            flag())
        .as(
            (origins, methods, headers, age, credentials, enabled, network, forward) ->
                new Cors.Policy(
                    origins, methods, headers, "x-e", age, credentials, enabled, network, forward));
  }

  private static final LocalRateLimit.Descriptors DESCRIPTORS =
      new LocalRateLimit.Descriptors(
          List.of(
              new LocalRateLimit.Descriptor(
                  List.of(new RateLimit.Entry("a", "1"), new RateLimit.Entry("b", "2")),
                  new LocalRateLimit.Bucket(3, 2, Duration.ofSeconds(1)))),
          3,
          LocalRateLimit.VirtualHostLimits.INCLUDE,
          List.of(RouteArbitraries.rateLimit()),
          false);

  private static Arbitrary<LocalRateLimit> rateLimit() {
    Arbitrary<LocalRateLimit.Bucket> bucket =
        combine(
                Arbitraries.integers().between(1, 99),
                Arbitraries.integers().between(1, 9),
                Arbitraries.of(Duration.ofMillis(50), Duration.ofHours(1)))
            .as(LocalRateLimit.Bucket::new);
    return combine(
            bucket.optional(),
            fraction(),
            fraction(),
            Arbitraries.of(429, 503),
            few(headerValue()),
            few(headerValue()),
            flag(),
            flag())
        .as(
            (tokens, enabled, enforced, status, request, response, one, two) ->
                new LocalRateLimit(
                    tokens,
                    enabled,
                    enforced,
                    status,
                    request,
                    response,
                    one,
                    two,
                    one ^ two,
                    one ? LocalRateLimit.Descriptors.NONE : DESCRIPTORS));
  }

  private static Arbitrary<StatefulSession> session() {
    Arbitrary<StatefulSession.State> state =
        Arbitraries.oneOf(
            header().map(StatefulSession.InHeader::new),
            combine(name(), text(), duration().optional())
                .as(
                    (name, path, ttl) ->
                        new StatefulSession.InCookie(name, path, ttl, List.of("a", "b"))));
    return combine(state.optional(), flag(), Arbitraries.of(503, 404)).as(StatefulSession::new);
  }

  private static Arbitrary<HeaderMutation.Steps> steps() {
    Arbitrary<HeaderMutation.Step> step =
        Arbitraries.oneOf(
            headerValue().map(HeaderMutation.Put::new),
            header().map(HeaderMutation.Remove::new),
            string().map(HeaderMutation.RemoveMatching::new));
    Arbitrary<HeaderMutation.QueryStep> ofQuery =
        Arbitraries.oneOf(
            combine(
                    name(),
                    ConfigArbitraries.format(),
                    Arbitraries.of(HeaderMutations.Append.class))
                .as(HeaderMutation.PutParameter::new),
            name().map(HeaderMutation.RemoveParameter::new));
    return combine(few(step), few(ofQuery), few(step), few(step), few(step))
        .as(HeaderMutation.Steps::new);
  }

  private static RetryPolicy ofFetch() {
    return new RetryPolicy(
        Set.of(
            RetryPolicy.On.FIVE_XX,
            RetryPolicy.On.GATEWAY_ERROR,
            RetryPolicy.On.CONNECT_FAILURE,
            RetryPolicy.On.RESET),
        3,
        Duration.ofSeconds(2),
        Duration.ZERO,
        new RetryPolicy.BackOff(Duration.ofMillis(200), Duration.ofSeconds(2)),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        RetryPolicy.HostSelection.DEFAULT);
  }

  private static Arbitrary<JwtAuthentication> jwt() {
    Arbitrary<JwtAuthentication.Jwks> jwks =
        Arbitraries.of(
            new JwtAuthentication.LocalJwks("{\"keys\":[]}"),
            new JwtAuthentication.RemoteJwks(
                "https://keys.example/", "keys", Duration.ofSeconds(1), Duration.ofHours(1), true),
            new JwtAuthentication.RemoteJwks(
                "https://keys.example/",
                "keys",
                Duration.ofSeconds(1),
                Duration.ofMinutes(10),
                Optional.of(ofFetch()),
                Optional.of(new JwtAuthentication.AsyncFetch(true, Duration.ofMillis(300)))));
    Arbitrary<JwtAuthentication.Places> places =
        combine(
                few(combine(header(), text()).as(JwtAuthentication.HeaderPlace::new)),
                few(name()),
                few(name()),
                flag())
            .as(JwtAuthentication.Places::new);
    Arbitrary<JwtAuthentication.Results> results =
        combine(
                Arbitraries.of("", "x-payload"),
                flag(),
                text(),
                text(),
                text(),
                few(name()),
                few(combine(header(), name()).as(JwtAuthentication.ClaimHeader::new)),
                flag())
            .as(JwtAuthentication.Results::new);
    Arbitrary<JwtAuthentication.Provider> provider =
        combine(
                text(),
                few(name()),
                string().optional(),
                jwks,
                places,
                results,
                duration().optional())
            .as(
                (issuer, audiences, subject, keys, from, to, lifetime) ->
                    new JwtAuthentication.Provider(
                        issuer,
                        audiences,
                        subject,
                        keys,
                        from,
                        to,
                        true,
                        lifetime,
                        Duration.ofSeconds(7),
                        lifetime.isPresent() ? 12 : 0));
    Arbitrary<JwtAuthentication.Requirement> plain =
        Arbitraries.oneOf(
            few(name()).map(audiences -> new JwtAuthentication.ByProvider("p", audiences)),
            Arbitraries.just(new JwtAuthentication.AllowMissing()),
            Arbitraries.just(new JwtAuthentication.AllowMissingOrFailed()));
    Arbitrary<JwtAuthentication.Requirement> requirement =
        Arbitraries.oneOf(
            plain,
            plain.list().ofSize(2).map(JwtAuthentication.AnyRequirement::new),
            plain.list().ofSize(2).map(JwtAuthentication.AllRequirements::new));
    RouteMatch match = RouteMatch.of(new RouteMatch.Prefix("/a", true));
    return combine(provider, requirement, requirement.optional(), flag(), flag())
        .as(
            (one, named, needed, preflight, strip) ->
                new JwtAuthentication(
                    Map.of("p", one),
                    List.of(
                        new JwtAuthentication.Rule(match, needed),
                        new JwtAuthentication.Rule(
                            match, Optional.of(new JwtAuthentication.Named("r")))),
                    Map.of("r", named),
                    preflight,
                    strip));
  }
}
