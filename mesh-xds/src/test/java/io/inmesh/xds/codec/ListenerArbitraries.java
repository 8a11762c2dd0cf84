package io.inmesh.xds.codec;

import static io.inmesh.xds.codec.ConfigArbitraries.cidr;
import static io.inmesh.xds.codec.ConfigArbitraries.duration;
import static io.inmesh.xds.codec.ConfigArbitraries.few;
import static io.inmesh.xds.codec.ConfigArbitraries.flag;
import static io.inmesh.xds.codec.ConfigArbitraries.metadata;
import static io.inmesh.xds.codec.ConfigArbitraries.mostly;
import static io.inmesh.xds.codec.ConfigArbitraries.name;
import static io.inmesh.xds.codec.ConfigArbitraries.string;
import static io.inmesh.xds.codec.ConfigArbitraries.text;
import static net.jqwik.api.Combinators.combine;

import io.inmesh.config.Address;
import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.DiscoveredFilter;
import io.inmesh.config.FilterChain;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Network;
import io.inmesh.config.Secret;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.SanType;
import io.inmesh.config.TransportSocket.SecretSource;
import io.inmesh.config.TransportSocket.Validation;
import io.inmesh.config.TransportSocket.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Listeners, transport sockets and secrets, valid ones. */
final class ListenerArbitraries {
  private static final String INSPECTORS = "envoy.extensions.filters.listener.";

  private ListenerArbitraries() {}

  private static Arbitrary<SecretSource> certificate() {
    return Arbitraries.oneOf(
        Arbitraries.just(new TransportSocket.Local("default")),
        Arbitraries.just(new TransportSocket.Sds("kubernetes://x")),
        Arbitraries.just(
            new TransportSocket.InlineSecret(
                new Secret("", Optional.of(Keys.PAIR), Optional.empty(), Optional.empty()))));
  }

  private static Arbitrary<SecretSource> authorities() {
    return Arbitraries.oneOf(
        Arbitraries.just(new TransportSocket.Local("ROOTCA")),
        Arbitraries.just(new TransportSocket.Sds("roots")),
        Arbitraries.just(
            new TransportSocket.InlineSecret(
                new Secret("", Optional.empty(), Optional.of(Keys.ROOTS), Optional.empty()))));
  }

  private static Arbitrary<Validation> validation() {
    Arbitrary<List<TransportSocket.SanMatcher>> names =
        combine(
                few(
                    combine(
                            Arbitraries.of(
                                SanType.DNS, SanType.URI, SanType.EMAIL, SanType.IP_ADDRESS),
                            string())
                        .as(TransportSocket.SanMatcher::new)),
                few(string().map(any -> new TransportSocket.SanMatcher(SanType.ANY, any))))
            .as(
                (typed, untyped) -> {
                  var all = new ArrayList<>(typed);
                  all.addAll(untyped);
                  return List.copyOf(all);
                });
    return combine(
            authorities().optional(),
            names,
            few(Arbitraries.just("ab".repeat(32))),
            few(Arbitraries.just("A".repeat(43) + "=")),
            flag(),
            flag())
        .as(
            (roots, sans, hashes, keys, untrusted, expired) ->
                new Validation(
                    roots,
                    roots.isEmpty() ? List.of() : sans,
                    hashes,
                    keys,
                    untrusted,
                    roots.isPresent() && expired));
  }

  private static Arbitrary<CommonTls> common(Arbitrary<Optional<SecretSource>> certificate) {
    return combine(
            certificate,
            validation().optional(),
            few(Arbitraries.of("h2", "http/1.1", "istio")),
            Arbitraries.of(Version.class),
            Arbitraries.of(Version.class))
        .as(CommonTls::new);
  }

  static Arbitrary<TransportSocket> upstreamSocket() {
    Arbitrary<TransportSocket> tls =
        combine(
                common(certificate().optional()),
                Arbitraries.of("", "outbound_.80_._.x"),
                flag(),
                flag())
            .as(
                (common, sni, host, verify) ->
                    new TransportSocket.UpstreamTls(
                        common,
                        sni,
                        host,
                        verify
                            && common.validation().flatMap(Validation::authorities).isPresent()));
    return mostly(new TransportSocket.RawBuffer(), tls);
  }

  private static Arbitrary<TransportSocket> downstreamSocket() {
    Arbitrary<TransportSocket> tls =
        combine(common(certificate().map(Optional::of)), flag())
            .as(TransportSocket.DownstreamTls::new);
    return mostly(new TransportSocket.RawBuffer(), tls);
  }

  static Arbitrary<HttpConnection> connection() {
    Arbitrary<HttpConnection.Filter> filter =
        Arbitraries.oneOf(
            combine(name(), FilterArbitraries.inChain(), flag()).as(HttpConnection.Filter::new),
            combine(name(), FilterArbitraries.inChain().optional(), flag(), flag())
                .as(
                    (name, otherwise, early, off) ->
                        new HttpConnection.Filter(
                            name,
                            new DiscoveredFilter(
                                name,
                                Set.of("envoy.extensions.filters.http.cors.v3.Cors", "other.Type"),
                                otherwise,
                                early && otherwise.isPresent()),
                            off)));
    Arbitrary<List<HttpConnection.Filter>> filters =
        combine(few(filter), FilterArbitraries.router())
            .as(
                (some, router) -> {
                  var all = new ArrayList<>(some);
                  all.add(new HttpConnection.Filter("router", router, false));
                  return List.copyOf(all);
                });
    Arbitrary<HttpConnection.Routes> routes =
        Arbitraries.oneOf(
            name().map(HttpConnection.RoutesByName::new),
            RouteArbitraries.configuration().map(HttpConnection.InlineRoutes::new));
    Arbitrary<HttpConnection.PathHandling> path =
        combine(flag(), flag(), Arbitraries.of(HttpConnection.EscapedSlashes.class))
            .as(HttpConnection.PathHandling::new);
    Arbitrary<HttpConnection.HostHandling> host =
        combine(Arbitraries.of(0, 1, 2), flag())
            .as((strip, dot) -> new HttpConnection.HostHandling(strip == 1, strip == 2, dot));
    Arbitrary<HttpConnection.Limits> limits =
        combine(
                duration(),
                duration(),
                duration(),
                duration(),
                duration(),
                duration(),
                duration().optional(),
                Arbitraries.integers().between(1, 8192))
            .flatAs(
                (idle, request, headers, drain, connection, age, stream, kb) ->
                    Arbitraries.integers()
                        .between(1, 500)
                        .map(
                            count ->
                                new HttpConnection.Limits(
                                    idle,
                                    request,
                                    headers,
                                    drain,
                                    connection,
                                    age,
                                    stream,
                                    kb,
                                    count)));
    return combine(
            filters,
            routes,
            path,
            host,
            forwarding(),
            mostly(HttpConnection.Limits.DEFAULT, limits))
        .as(HttpConnection::new);
  }

  private static Arbitrary<HttpConnection.Forwarding> forwarding() {
    return combine(
            flag(),
            Arbitraries.integers().between(0, 3),
            flag(),
            few(cidr()),
            text(),
            name(),
            Arbitraries.of(HttpConnection.ServerHeader.class),
            Arbitraries.integers().between(0, 7 * 32))
        .as(
            (remote, hops, skip, internal, via, server, header, flags) ->
                new HttpConnection.Forwarding(
                    remote,
                    hops,
                    skip,
                    internal,
                    via,
                    server,
                    header,
                    (flags & 1) != 0,
                    (flags & 2) != 0,
                    (flags & 4) != 0,
                    clientCert(flags >> 3)));
  }

  /** What is to be told stays only where something is told. */
  private static ClientCertHeader clientCert(int draw) {
    var handling = List.of(ClientCertHeader.Handling.values()).get(draw % 5);
    var all =
        new ClientCertHeader(
            handling,
            (draw & 1) != 0,
            (draw & 2) != 0,
            (draw & 4) != 0,
            (draw & 8) != 0,
            (draw & 16) != 0);
    return all.tells() ? all : new ClientCertHeader(handling, false, false, false, false, false);
  }

  private static Arbitrary<Network> network() {
    Arbitrary<ClusterSpecifier> weighted =
        combine(name(), Arbitraries.longs().between(1, 1000))
            .as(ClusterSpecifier.Entry::new)
            .list()
            .ofMinSize(1)
            .ofMaxSize(2)
            .map(entries -> new ClusterSpecifier.Weighted(entries, Optional.empty(), false, ""));
    return Arbitraries.oneOf(
        connection(),
        Arbitraries.oneOf(name().map(ClusterSpecifier.Named::new), weighted).map(Network.Tcp::new));
  }

  /** Twice the same is an overlap. */
  private static <T> Arbitrary<List<T>> some(Arbitrary<T> members) {
    return members.list().uniqueElements().ofMaxSize(2);
  }

  private static Arbitrary<FilterChain> chain(OptionalInt port) {
    Arbitrary<FilterChain.Match> match =
        combine(
                some(cidr()),
                some(Arbitraries.of("a.example", "*.b.example")),
                Arbitraries.of("", "tls", "raw_buffer"),
                some(Arbitraries.of("h2", "istio")),
                some(cidr()),
                Arbitraries.of(FilterChain.SourceType.class),
                some(cidr()),
                some(Arbitraries.of(80, 65535)))
            .as(
                (ranges, names, transport, protocols, direct, source, sources, ports) ->
                    new FilterChain.Match(
                        port, ranges, names, transport, protocols, direct, source, sources, ports));
    return combine(text(), match, network(), downstreamSocket()).as(FilterChain::new);
  }

  static Arbitrary<Listener> listener() {
    Arbitrary<Listener> api = combine(name(), connection()).as(Listener::api);
    Arbitrary<Listener> bound =
        combine(
                name(),
                Arbitraries.of(Listener.Direction.INBOUND, Listener.Direction.OUTBOUND),
                Arbitraries.of(new Address("0.0.0.0", 15006), new Address("/run/x", -1)),
                chain(OptionalInt.of(80)),
                chain(OptionalInt.empty()).optional(),
                flag(),
                few(
                    Arbitraries.of(
                        INSPECTORS + "tls_inspector.v3.TlsInspector",
                        INSPECTORS + "http_inspector.v3.HttpInspector")),
                metadata())
            .as(
                (name, direction, bind, chain, fallback, port, filters, metadata) ->
                    new Listener(
                        name,
                        direction,
                        Optional.of(bind),
                        List.of(chain),
                        fallback,
                        port,
                        filters,
                        metadata));
    return Arbitraries.oneOf(api, bound);
  }

  static Arbitrary<Secret> secret() {
    Arbitrary<Validation> rest =
        validation()
            .map(
                all ->
                    new Validation(
                        Optional.empty(),
                        all.subjectAltNames(),
                        all.certificateHashes(),
                        all.spkiHashes(),
                        true,
                        all.allowExpired()));
    return Arbitraries.oneOf(
        name()
            .map(
                name ->
                    new Secret(name, Optional.of(Keys.PAIR), Optional.empty(), Optional.empty())),
        combine(name(), rest.optional())
            .as(
                (name, validation) ->
                    new Secret(name, Optional.empty(), Optional.of(Keys.ROOTS), validation)));
  }
}
