package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Action.Forward;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.ClusterSpecifier.Entry;
import io.inmesh.config.ClusterSpecifier.Weighted;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HashPolicy;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.Metadata;
import io.inmesh.config.MirrorPolicy;
import io.inmesh.config.Rewrite;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.config.VirtualHost.Policy;
import io.inmesh.config.VirtualHost.RequireTls;
import io.inmesh.runtime.match.RuntimeValues;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {
  private static VirtualHost host(String... domains) {
    return new VirtualHost(
        domains[0], List.of(domains), List.of(Routes.route(domains[0], Routes.prefix("/"))));
  }

  private static String name(RouteTable<String> table, FakeCall call) {
    RouteEntry<String> found = table.match(call);
    return found == null ? "none" : found.route().name();
  }

  @ParameterizedTest
  @CsvSource({
    "foo.com, foo.com",
    "FOO.com, foo.com",
    "www.foo.com, *.foo.com",
    "x-api.foo.com, *-api.foo.com",
    "-api.foo.com, *.foo.com",
    ".foo.com, *.com",
    "foo.bar.com, *.com",
    "foo.bar.net, foo.bar.*",
    "foo.net, foo.*",
    "foo., *",
    "foo.com:80, foo.*",
    "reviews:9080, reviews:9080",
    "reviews, *",
    "'', *",
    "a.x.test, *",
    "a.*.test, a.*.test",
    "xfoo*, *foo*"
  })
  void domains(String authority, String expected) {
    RouteTable<String> table =
        Routes.table(
            host("*"),
            host("foo.com"),
            host("*.foo.com"),
            host("*-api.foo.com"),
            host("*.com"),
            host("foo.bar.*"),
            host("foo.*"),
            host("reviews:9080"),
            host("a.*.test"),
            host("*foo*"));
    assertThat(name(table, FakeCall.to(authority, "/"))).isEqualTo(expected);
  }

  private static RouteTable<String> with(RouteConfiguration.Options options, VirtualHost... hosts) {
    var config =
        new RouteConfiguration(
            "r",
            List.of(hosts),
            HeaderMutations.NONE,
            options,
            List.of(),
            Map.of(),
            Metadata.EMPTY);
    return new RouteTable<>(config, Routes.settings(), Routes.NO_PARTS, null);
  }

  @ParameterizedTest
  @CsvSource({"foo.com:80, foo.com", "foo.com:, foo.com", "foo.com:x, foo.com", "[::1]:5, *"})
  void portsIgnored(String authority, String expected) {
    var options =
        new RouteConfiguration.Options(false, true, false, Optional.empty(), List.of(), 4096);
    assertThat(name(with(options, host("foo.com"), host("*")), FakeCall.to(authority, "/")))
        .isEqualTo(expected);
  }

  @Test
  void aHeaderNamesTheVirtualHost() {
    var options =
        new RouteConfiguration.Options(false, false, false, Optional.of("x-v"), List.of(), 4096);
    RouteTable<String> table = with(options, host("foo.com"), host("*"));
    assertThat(name(table, FakeCall.get("/", "x-v", "FOO.com"))).isEqualTo("foo.com");
    assertThat(name(table, FakeCall.get("/", "x-v", "zz", "x-v", "foo.com"))).isEqualTo("*");
    assertThat(name(table, FakeCall.get("/", "x-v", ""))).isEqualTo("*");
    assertThat(name(table, FakeCall.get("/"))).isEqualTo("none");
  }

  @Test
  void pathParametersIgnored() {
    var options =
        new RouteConfiguration.Options(false, false, true, Optional.empty(), List.of(), 4096);
    RouteMatch exact = RouteMatch.of(new RouteMatch.Exact("/a", true));
    var host = new VirtualHost("v", List.of("*"), List.of(Routes.route("a", exact)));
    assertThat(name(with(options, host), FakeCall.get("/a;p=1?q"))).isEqualTo("a");
    assertThat(name(with(options, host), FakeCall.get("/ab;p=1"))).isEqualTo("none");
    assertThat(name(Routes.table(host), FakeCall.get("/a;p=1"))).isEqualTo("none");
  }

  private static Forward split(boolean byHash, String header, String runtimePrefix) {
    var entries = List.of(new Entry("c0", 30), new Entry("c1", 0), new Entry("c2", 70));
    var weighted = new Weighted(entries, Optional.ofNullable(header), byHash, runtimePrefix);
    Forward to = Forward.to(weighted);
    var policy = new HashPolicy(new HashPolicy.Header("x-user", Optional.empty()), false);
    return new Forward(
        to.clusters(),
        503,
        Rewrite.NONE,
        to.timeouts(),
        to.retry(),
        to.hedge(),
        to.mirrors(),
        List.of(policy),
        to.metadataMatch(),
        to.internalRedirect(),
        to.priority());
  }

  private static String cluster(RouteTable<String> table, FakeCall call) {
    RouteEntry<String> entry = table.match(call);
    return entry == null ? "none" : entry.cluster(call);
  }

  @Test
  void theCallsRandomNumberDraws() {
    RouteTable<String> table =
        Routes.table(Routes.route("s", Routes.prefix("/"), split(false, null, "")));
    var counts = new TreeMap<String, Integer>();
    for (long random = -200; random < 200; random++) {
      var call = FakeCall.get("/");
      call.random = random;
      counts.merge(cluster(table, call), 1, Integer::sum);
    }
    assertThat(counts).containsOnlyKeys("c0", "c2");
    assertThat(counts.get("c0")).isBetween(110, 130);
  }

  @ParameterizedTest
  @CsvSource({
    "29, c0",
    "30, c2",
    "99, c2",
    "100, c0",
    "129, c0",
    "18446744073709551615, c0",
    "' 30', c2"
  })
  void aHeaderDraws(String value, String expected) {
    RouteTable<String> table =
        Routes.table(Routes.route("s", Routes.prefix("/"), split(false, "x-rand", "")));
    assertThat(cluster(table, FakeCall.get("/", "x-rand", value))).isEqualTo(expected);
  }

  @Test
  void aBadHeaderLeavesTheRandomNumber() {
    RouteTable<String> table =
        Routes.table(Routes.route("s", Routes.prefix("/"), split(false, "x-rand", "")));
    for (FakeCall call :
        List.of(
            FakeCall.get("/"),
            FakeCall.get("/", "x-rand", "-1"),
            FakeCall.get("/", "x-rand", "3", "x-rand", "3"))) {
      call.random = 42;
      assertThat(cluster(table, call)).isEqualTo("c2");
    }
  }

  @Test
  void theHashDraws() {
    RouteTable<String> table =
        Routes.table(Routes.route("s", Routes.prefix("/"), split(true, null, "")));
    var call = FakeCall.get("/", "x-user", "u1");
    String first = cluster(table, call);
    call.random = 99;
    assertThat(cluster(table, call)).isEqualTo(first);
    var without = FakeCall.get("/");
    without.random = 42;
    assertThat(cluster(table, without)).isEqualTo("c2");
  }

  @Test
  void runTimeValuesReplaceWeightsAndFractions() {
    var half = new FractionalPercent(0, 10_000, "rt.half");
    RouteMatch match =
        new RouteMatch(
            new RouteMatch.Prefix("/", true),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Optional.of(half),
            false,
            Optional.empty(),
            Optional.empty());
    var host =
        new VirtualHost(
            "v",
            List.of("*"),
            List.of(
                Routes.route("half", match),
                Routes.route("s", Routes.prefix("/"), split(false, null, "wc"))));
    var runtime = new RuntimeValues(Map.of("rt.half", 50.0, "wc.c0", 0.0, "wc.c1", 100.0));
    var settings =
        new RouteSettings(
            Routes.connection(), io.inmesh.config.Filters.Router.DEFAULT, runtime, Routes.PROCESS);
    var table =
        new RouteTable<>(
            new RouteConfiguration("r", List.of(host)), settings, Routes.NO_PARTS, null);
    var call = FakeCall.get("/");
    call.random = 149;
    assertThat(cluster(table, call)).isEqualTo("half");
    call.random = 199;
    assertThat(cluster(table, call)).isEqualTo("c1");
    call.random = 150;
    assertThat(cluster(table, call)).isEqualTo("c2");
  }

  @Test
  void clustersNamedByHeaders() {
    Route route =
        Routes.route("h", Routes.prefix("/"), Forward.to(new ClusterSpecifier.ByHeader("x-c")));
    assertThat(cluster(Routes.table(route), FakeCall.get("/", "x-c", "c9"))).isEqualTo("c9");
    assertThat(cluster(Routes.table(route), FakeCall.get("/"))).isEmpty();
  }

  @Test
  void virtualHostsThatDemandTlsRedirect() {
    for (RequireTls tls : List.of(RequireTls.ALL, RequireTls.EXTERNAL_ONLY)) {
      var policy =
          new Policy(
              tls,
              Optional.empty(),
              Optional.empty(),
              List.of(),
              false,
              false,
              false,
              Optional.empty());
      var host =
          new VirtualHost(
              "v",
              List.of("*"),
              List.of(Routes.route("a", Routes.prefix("/"))),
              HeaderMutations.NONE,
              policy,
              List.of(),
              Map.of(),
              Metadata.EMPTY);
      RouteTable<String> table = Routes.table(host);
      var plain = FakeCall.to("y.com:80", "/v1?q=1", "x-forwarded-proto", "http");
      RouteEntry<String> entry = table.match(plain);
      assertThat(entry).isNotNull();
      LocalReply reply = entry.directReply(plain);
      assertThat(reply).isNotNull();
      assertThat(reply.status()).isEqualTo(301);
      assertThat(reply.headers().get("location")).isEqualTo("https://y.com:80/v1?q=1");
      assertThat(entry.route().name()).isEmpty();
      assertThat(name(table, FakeCall.get("/", "x-forwarded-proto", "https"))).isEqualTo("a");
      var inside = FakeCall.get("/", "x-forwarded-proto", "http");
      inside.internal = true;
      assertThat(name(table, inside)).isEqualTo(tls == RequireTls.ALL ? "" : "a");
    }
  }

  @Test
  void whatDidNotChangeIsKept() {
    var first = Routes.table(host("a.com"), host("b.com"));
    var config = new RouteConfiguration("r", List.of(host("a.com"), host("c.com")));
    var second = new RouteTable<>(config, Routes.settings(), Routes.NO_PARTS, first);
    assertThat(second.match(FakeCall.to("a.com", "/")))
        .isSameAs(first.match(FakeCall.to("a.com", "/")));
    assertThat(name(second, FakeCall.to("c.com", "/"))).isEqualTo("c.com");
    assertThat(name(second, FakeCall.to("b.com", "/"))).isEqualTo("none");
  }

  @Test
  void anythingAroundThatChangesCompilesAgain() {
    var first = Routes.table(host("a.com"));
    var options =
        new RouteConfiguration.Options(true, false, false, Optional.empty(), List.of(), 4096);
    var config =
        new RouteConfiguration(
            "r",
            List.of(host("a.com")),
            HeaderMutations.NONE,
            options,
            List.of(),
            Map.of(),
            Metadata.EMPTY);
    var second = new RouteTable<>(config, Routes.settings(), Routes.NO_PARTS, first);
    assertThat(second.match(FakeCall.to("a.com", "/")))
        .isNotSameAs(first.match(FakeCall.to("a.com", "/")));
  }

  @Test
  void overridesComeFromTheNearestLevel() {
    var entry =
        new Entry(
            Optional.of("c0"),
            Optional.empty(),
            1,
            HeaderMutations.NONE,
            Optional.empty(),
            Map.of("version", "2"),
            Map.of("share", off(), "all", off()));
    Forward to =
        Forward.to(new Weighted(List.of(entry, new Entry("c1", 0)), Optional.empty(), false, ""));
    var route =
        new Route(
            "s",
            Routes.prefix("/"),
            to,
            HeaderMutations.NONE,
            Map.of("route", off(), "all", off()),
            Metadata.EMPTY,
            Optional.empty(),
            Optional.empty());
    var host =
        new VirtualHost(
            "v",
            List.of("*"),
            List.of(route),
            HeaderMutations.NONE,
            Policy.DEFAULT,
            List.of(),
            Map.of("host", off(), "all", off()),
            Metadata.EMPTY);
    var config =
        new RouteConfiguration(
            "rc",
            List.of(host),
            HeaderMutations.NONE,
            RouteConfiguration.Options.DEFAULT,
            List.of(),
            Map.of("config", off(), "all", off()),
            Metadata.EMPTY);
    var table = new RouteTable<>(config, Routes.settings(), Routes.NO_PARTS, null);
    RouteEntry<String> found = table.match(FakeCall.get("/"));
    assertThat(found).isNotNull();
    assertThat(found.overrideOwner("all")).isEqualTo("routes/rc/0/0/0");
    assertThat(found.overrideOwner("share")).isEqualTo("routes/rc/0/0/0");
    assertThat(found.overrideOwner("route")).isEqualTo("routes/rc/0/0");
    assertThat(found.overrideOwner("host")).isEqualTo("routes/rc/0");
    assertThat(found.overrideOwner("config")).isEqualTo("routes/rc");
    assertThat(found.override("config")).isEqualTo(off());
    assertThat(found.override("nowhere")).isNull();
    assertThat(found.metadataMatch()).containsEntry("version", "2");
  }

  private static FilterOverride off() {
    return new FilterOverride(Optional.empty(), true);
  }

  @ParameterizedTest
  @CsvSource({
    "foo.bar.svc:80, false, '', foo.bar.svc-shadow:80",
    "foo.com, false, '', foo.com-shadow",
    "foo.com, true, '', foo.com",
    "foo.com, false, other.host, other.host"
  })
  void mirrors(String authority, boolean noSuffix, String rewrite, String expected) {
    var policy =
        new MirrorPolicy(
            Optional.of("m0"),
            Optional.empty(),
            FractionalPercent.ALL,
            noSuffix,
            rewrite.isEmpty() ? Optional.empty() : Optional.of(rewrite),
            HeaderMutations.NONE,
            Optional.empty());
    var mirror = new MirrorEntry(policy, Routes.settings());
    var copy = FakeCall.to(authority, "/");
    assertThat(mirror.wanted(copy)).isTrue();
    assertThat(mirror.cluster(copy)).isEqualTo("m0");
    mirror.finalizeCopy(copy, 0);
    assertThat(copy.authority()).isEqualTo(expected);
    assertThat(copy.headers().get("x-envoy-internal")).isEqualTo("true");
    assertThat(copy.headers().get("x-forwarded-for")).isEqualTo("192.0.2.2");
  }
}
