package io.inmesh.xds.codec;

import static io.inmesh.xds.codec.ConfigArbitraries.duration;
import static io.inmesh.xds.codec.ConfigArbitraries.few;
import static io.inmesh.xds.codec.ConfigArbitraries.flag;
import static io.inmesh.xds.codec.ConfigArbitraries.format;
import static io.inmesh.xds.codec.ConfigArbitraries.fraction;
import static io.inmesh.xds.codec.ConfigArbitraries.header;
import static io.inmesh.xds.codec.ConfigArbitraries.headerValue;
import static io.inmesh.xds.codec.ConfigArbitraries.metadataMatcher;
import static io.inmesh.xds.codec.ConfigArbitraries.name;
import static io.inmesh.xds.codec.ConfigArbitraries.regex;
import static io.inmesh.xds.codec.ConfigArbitraries.string;
import static io.inmesh.xds.codec.ConfigArbitraries.text;
import static net.jqwik.api.Combinators.combine;

import io.inmesh.config.ExternalAuthorization;
import io.inmesh.config.ExternalAuthorization.AnswerHeaders;
import io.inmesh.config.ExternalAuthorization.BodyLimit;
import io.inmesh.config.ExternalAuthorization.Check;
import io.inmesh.config.ExternalAuthorization.Mutations;
import io.inmesh.config.ExternalAuthorization.OverGrpc;
import io.inmesh.config.ExternalAuthorization.OverHttp;
import io.inmesh.config.ExternalAuthorization.Service;
import io.inmesh.config.ExternalAuthorization.Switch;
import io.inmesh.config.ExternalAuthorization.View;
import io.inmesh.config.GlobalRateLimit;
import io.inmesh.config.GrpcService;
import io.inmesh.config.HeaderMutationRules;
import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.config.HeaderMutations.HeaderValue;
import io.inmesh.config.LocalRateLimit.VirtualHostLimits;
import io.inmesh.config.RateLimit;
import io.inmesh.config.StringMatcher;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Settings of filters that ask services. */
final class ServiceArbitraries {
  private ServiceArbitraries() {}

  private static Arbitrary<HeaderValue> plain() {
    return combine(header(), format())
        .as(
            (name, value) ->
                new HeaderValue(name, value, Append.OVERWRITE_IF_EXISTS_OR_ADD, false));
  }

  private static Arbitrary<GrpcService> grpc() {
    return combine(name(), text(), few(plain())).as(GrpcService::new);
  }

  private static Arbitrary<Service> service() {
    Arbitrary<List<StringMatcher>> some = few(string());
    Arbitrary<AnswerHeaders> answer = combine(some, some, some, some, some).as(AnswerHeaders::new);
    return Arbitraries.oneOf(
        combine(grpc(), duration()).as(OverGrpc::new),
        combine(name(), duration(), Arbitraries.of(0, 1, 2), few(plain()), answer)
            .as(
                (cluster, timeout, path, add, headers) ->
                    new OverHttp(
                        cluster,
                        timeout,
                        path == 1 ? "/auth" : "",
                        path == 2 ? "/check" : "",
                        add,
                        headers)));
  }

  private static Arbitrary<BodyLimit> body() {
    return combine(Arbitraries.integers().between(1, 99), flag(), flag()).as(BodyLimit::new);
  }

  static Arbitrary<ExternalAuthorization> authorization() {
    Arbitrary<View> view =
        combine(
                string().list().ofMinSize(1).ofMaxSize(2).optional(),
                few(string()),
                flag(),
                flag(),
                flag(),
                text(),
                few(name()),
                few(name()))
            .as(View::new);
    Arbitrary<HeaderMutationRules> rules =
        combine(flag(), flag(), flag(), flag(), regex().optional(), regex().optional(), flag())
            .as(HeaderMutationRules::new);
    Arbitrary<Mutations> mutations =
        combine(flag(), flag(), rules.optional(), flag(), Arbitraries.integers().between(0, 9))
            .as(Mutations::new);
    Arbitrary<ExternalAuthorization.Failure> failure =
        combine(flag(), flag(), Arbitraries.of(403, 503)).as(ExternalAuthorization.Failure::new);
    return combine(
            combine(service(), view).as(java.util.Map::entry),
            body().optional(),
            failure,
            mutations,
            fraction(),
            metadataMatcher().optional(),
            combine(flag(), name()).as(Switch::new).optional(),
            flag())
        .as(
            (asked, body, failed, changes, enabled, metadata, deny, shadow) ->
                new ExternalAuthorization(
                    asked.getKey(),
                    asked.getValue(),
                    body,
                    failed,
                    changes,
                    enabled,
                    metadata,
                    deny,
                    shadow));
  }

  static Arbitrary<ExternalAuthorization.PerRoute> authorizationOfRoute() {
    return combine(
            Arbitraries.maps(name(), text()).ofMaxSize(2),
            flag(),
            body().optional(),
            service().optional())
        .as(
            (extensions, none, body, service) ->
                new Check(extensions, none && body.isEmpty(), body, service))
        .optional()
        .map(ExternalAuthorization.PerRoute::new);
  }

  private static Arbitrary<List<RateLimit>> limits() {
    RateLimit of = RouteArbitraries.rateLimit();
    var embedded = new RateLimit(0, "", of.actions(), of.limitOverride(), of.hits());
    return Arbitraries.of(List.of(), List.of(embedded));
  }

  static Arbitrary<GlobalRateLimit> rateLimit() {
    Arbitrary<GlobalRateLimit.Limited> limited =
        combine(Arbitraries.of(429, 503), flag(), flag(), flag(), few(headerValue()))
            .as(GlobalRateLimit.Limited::new);
    Arbitrary<GlobalRateLimit.Failure> failure =
        combine(flag(), fraction().optional(), Arbitraries.of(500, 404))
            .as(GlobalRateLimit.Failure::new);
    return combine(
            combine(name(), Arbitraries.integers().between(0, 10)).as(java.util.Map::entry),
            combine(Arbitraries.of(GlobalRateLimit.Requests.class), limits())
                .as(java.util.Map::entry),
            grpc(),
            duration(),
            failure,
            limited,
            fraction().optional(),
            fraction().optional())
        .as(
            (domain, asked, service, timeout, failed, over, enabled, enforced) ->
                new GlobalRateLimit(
                    domain.getKey(),
                    domain.getValue(),
                    asked.getKey(),
                    service,
                    timeout,
                    failed,
                    over,
                    enabled,
                    enforced,
                    asked.getValue()));
  }

  static Arbitrary<GlobalRateLimit.PerRoute> rateLimitOfRoute() {
    return combine(Arbitraries.of(VirtualHostLimits.class), limits(), text())
        .as(GlobalRateLimit.PerRoute::new);
  }
}
