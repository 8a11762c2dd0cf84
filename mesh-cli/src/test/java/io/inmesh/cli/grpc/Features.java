package io.inmesh.cli.grpc;

import static io.inmesh.cli.grpc.XdsJson.address;
import static io.inmesh.cli.grpc.XdsJson.bare;
import static io.inmesh.cli.grpc.XdsJson.cluster;
import static io.inmesh.cli.grpc.XdsJson.endpoint;
import static io.inmesh.cli.grpc.XdsJson.endpoints;
import static io.inmesh.cli.grpc.XdsJson.listener;
import static io.inmesh.cli.grpc.XdsJson.locality;
import static io.inmesh.cli.grpc.XdsJson.route;
import static io.inmesh.cli.grpc.XdsJson.routes;
import static io.inmesh.cli.grpc.XdsJson.type;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The table. */
@SuppressWarnings("InlineFormatString") // Resources stand apart from what is asked of them.
final class Features {
  private static final int B0 = 0;
  private static final int B1 = 1;
  private static final int B2 = 2;

  private final EchoServers servers;
  private final int[] ports = new int[3];
  private final int bad;

  Features(EchoServers servers) throws IOException {
    this.servers = servers;
    for (int i = 0; i < ports.length; i++) {
      ports[i] = servers.start("b" + i, null);
    }
    bad = servers.start("bad", null);
  }

  List<Feature> all() {
    return Stream.of(discovery(), matching(), actions(), faults(), balancing(), clusters())
        .flatMap(List::stream)
        .toList();
  }

  /** A service of one cluster that bears its name. */
  private List<String> service(String name, String endpoints, String... fields) {
    return List.of(
        listener(name, ""), routes(name, XdsJson.all(name)), cluster(name, fields), endpoints);
  }

  private String backends(String name, int... which) {
    return endpoints(name, IntStream.of(which).map(at -> ports[at]).toArray());
  }

  /** How often each answer came, of so many calls. */
  private static Map<String, Integer> histogram(GrpcClient client, String host, int calls)
      throws Exception {
    var answers = new TreeMap<String, Integer>();
    for (int i = 0; i < calls; i++) {
      answers.merge(client.call(host), 1, Integer::sum);
    }
    return answers;
  }

  private List<Feature> discovery() {
    String two = locality("p0", 1, 0, List.of(unhealthy(ports[B0])));
    String priorities = locality("p1", 1, 1, List.of(endpoint(ports[B1])));
    String policy =
        "'policy': {'drop_overloads': [{'category': 'x', 'drop_percentage': {'numerator': 100}}]}";
    String dropped = backends("drop", B0).replaceFirst("\\}$", ", " + policy + "}");
    return List.of(
        new Feature(
            "A27",
            "listener, routes, cluster, endpoints",
            service("plain", backends("plain", B0)),
            client -> client.call("plain"),
            "OK b0"),
        new Feature(
            "A27",
            "drop_overloads",
            service("drop", dropped),
            client -> client.call("drop"),
            "UNAVAILABLE"),
        new Feature(
            "A27, A56",
            "priorities and health",
            service("prio", endpoints("prio", two, priorities)),
            client -> client.call("prio"),
            "OK b1"));
  }

  private static String unhealthy(int port) {
    return "{'endpoint': {%s}, 'health_status': 'UNHEALTHY'}".formatted(address(port));
  }

  private List<Feature> matching() {
    String match = "match";
    String exact = "'string_match': {'exact': 'one'}";
    var resources =
        new ArrayList<>(
            List.of(
                listener(match, ""),
                routes(
                    match,
                    route("'path': '/test.Echo/Exact'", "m1"),
                    route("'prefix': '/test.Pre'", "m2"),
                    route("'safe_regex': {'regex': '/test[.]Re/[a-z]+'}", "m1"),
                    route(header("x-exact", exact), "m1"),
                    route(header("x-range", "'range_match': {'start': 5, 'end': 8}"), "m2"),
                    route(header("x-there", "'present_match': true"), "m1"),
                    route(header("x-prefix", "'string_match': {'prefix': 'ab'}"), "m2"),
                    route(header("x-suffix", "'string_match': {'suffix': 'yz'}"), "m1"),
                    route(header("x-has", "'string_match': {'contains': 'mid'}"), "m2"),
                    route(
                        header("x-regex", "'string_match': {'safe_regex': {'regex': 'a+'}}"), "m1"),
                    route(
                        header("x-not", "'string_match': {'exact': 'no'}, 'invert_match': true"),
                        "m2"),
                    route("'prefix': '', " + fraction(0), "m1"),
                    route("'prefix': '/test.Echo/Never', " + fraction(0), "m1"),
                    route("'prefix': '/test.Echo/Always', " + fraction(100), "m2"),
                    XdsJson.all("m0"))));
    for (int i = 0; i < 3; i++) {
      resources.add(cluster("m" + i));
      resources.add(backends("m" + i, i));
    }
    return List.of(
        new Feature(
            "A28",
            "paths",
            resources,
            client ->
                List.of(
                    client.call(match, "test.Echo/Exact", Map.of()),
                    client.call(match, "test.Echo/Exactly", Map.of()),
                    client.call(match, "test.Prefix/X", Map.of()),
                    client.call(match, "test.Re/abc", Map.of()),
                    client.call(match, "test.Re/ABC", Map.of())),
            List.of("OK b1", "OK b0", "OK b2", "OK b1", "OK b0")),
        new Feature(
            "A28, A63",
            "headers",
            List.of(),
            client ->
                List.of(
                    client.call(match, "x-exact", "one"),
                    client.call(match, "x-exact", "two"),
                    client.call(match, "x-range", "7"),
                    client.call(match, "x-range", "9"),
                    client.call(match, "x-there", "any"),
                    client.call(match, "x-prefix", "abc"),
                    client.call(match, "x-suffix", "xyz"),
                    client.call(match, "x-has", "amidst"),
                    client.call(match, "x-regex", "aaa"),
                    client.call(match, "x-regex", "aab"),
                    client.call(match, "x-not", "yes"),
                    client.call(match, "x-not", "no")),
            List.of(
                "OK b1", "OK b0", "OK b2", "OK b0", "OK b1", "OK b2", "OK b1", "OK b2", "OK b1",
                "OK b0", "OK b2", "OK b0")),
        new Feature(
            "A28",
            "runtime_fraction",
            List.of(),
            client ->
                List.of(
                    client.call(match, "test.Echo/Never", Map.of()),
                    client.call(match, "test.Echo/Always", Map.of())),
            List.of("OK b0", "OK b2")));
  }

  private static String header(String name, String test) {
    return "'prefix': '', 'headers': [{'name': '%s', %s}]".formatted(name, test);
  }

  private static String fraction(int percent) {
    return "'runtime_fraction': {'default_value': {'numerator': %d}}".formatted(percent);
  }

  private List<Feature> actions() {
    String split =
        """
        {'match': {'prefix': ''}, 'route': {'weighted_clusters': {'clusters': [
         {'name': 'm0', 'weight': 1}, {'name': 'm1', 'weight': 3}, {'name': 'm2', 'weight': 0}]}}}
        """;
    String retries = "'retry_policy': {'retry_on': 'unavailable', 'num_retries': 2}";
    String limit = "'max_stream_duration': {'max_stream_duration': '0.3s'}";
    return List.of(
        new Feature(
            "A28",
            "weighted clusters, 1 to 3",
            List.of(listener("split", ""), routes("split", split)),
            client -> shares(histogram(client, "split", 400), 400),
            Map.of("OK b0", 25, "OK b1", 75)),
        new Feature(
            "A31",
            "max_stream_duration",
            List.of(listener("limit", ""), routes("limit", XdsJson.all("m0", limit))),
            client -> List.of(client.call("limit", "x-hang", "1"), client.call("limit")),
            List.of("DEADLINE_EXCEEDED", "OK b0")),
        new Feature(
            "A44",
            "retries",
            List.of(listener("retry", ""), routes("retry", XdsJson.all("m0", retries))),
            client ->
                List.of(
                    client.call("retry", "x-fail", System.identityHashCode(client) + "a:2:14"),
                    client.call("retry", "x-fail", System.identityHashCode(client) + "b:3:14"),
                    client.call("retry", "x-fail", System.identityHashCode(client) + "c:1:13")),
            List.of("OK b0", "UNAVAILABLE", "INTERNAL")));
  }

  /** In percent, to the next quarter: random draws differ. */
  private static Map<String, Integer> shares(Map<String, Integer> histogram, int calls) {
    var shares = new TreeMap<String, Integer>();
    histogram.forEach((name, n) -> shares.put(name, Math.round(n * 8f / calls / 2) * 25));
    return shares;
  }

  private static String fault(String settings) {
    return "{'name': 'fault', 'typed_config': {%s, %s}}"
        .formatted(type("extensions.filters.http.fault.v3.HTTPFault"), settings);
  }

  private static String percent(int percent) {
    return "'percentage': {'numerator': %d}".formatted(percent);
  }

  private List<Feature> faults() {
    String off =
        "'typed_per_filter_config': {'fault': {%s}}"
            .formatted(type("extensions.filters.http.fault.v3.HTTPFault"));
    String perRoute =
        "{'match': {'path': '/test.Echo/Free'}, 'route': {'cluster': 'm1'}, " + off + "}";
    String optional =
        "{'name': 'x', 'is_optional': true, 'typed_config': {'@type':"
            + " 'type.googleapis.com/xds.type.v3.TypedStruct', 'type_url':"
            + " 'type.googleapis.com/no.such.Filter'}}";
    return List.of(
        new Feature(
            "A33",
            "abort with a gRPC status",
            List.of(
                listener("abort", fault("'abort': {'grpc_status': 7, " + percent(100) + "}")),
                routes("abort", perRoute, XdsJson.all("m0"))),
            client -> client.call("abort"),
            "PERMISSION_DENIED"),
        new Feature(
            "A33, A39",
            "a route's own settings",
            List.of(),
            client -> client.call("abort", "test.Echo/Free", Map.of()),
            "OK b1"),
        new Feature(
            "A33",
            "abort with an HTTP status",
            List.of(
                listener("http", fault("'abort': {'http_status': 404, " + percent(100) + "}")),
                routes("http", XdsJson.all("m0"))),
            client -> client.call("http"),
            "UNIMPLEMENTED"),
        new Feature(
            "A33",
            "abort as the request asks",
            List.of(
                listener("asked", fault("'abort': {'header_abort': {}, " + percent(100) + "}")),
                routes("asked", XdsJson.all("m0"))),
            client ->
                List.of(
                    client.call("asked"),
                    client.call("asked", "x-envoy-fault-abort-grpc-request", "9")),
            List.of("OK b0", "FAILED_PRECONDITION")),
        new Feature(
            "A33",
            "delay",
            List.of(
                listener("delay", fault("'delay': {'fixed_delay': '0.2s', " + percent(100) + "}")),
                routes("delay", XdsJson.all("m0"))),
            client -> {
              client.call("delay");
              long before = System.nanoTime();
              return client.call("delay") + " " + (System.nanoTime() - before > 200_000_000);
            },
            "OK b0 true"),
        new Feature(
            "A39",
            "an optional filter that nobody knows",
            List.of(listener("optional", optional), routes("optional", XdsJson.all("m0"))),
            client -> client.call("optional"),
            "OK b0"));
  }

  private List<Feature> balancing() {
    String hash = "'hash_policy': [{'header': {'header_name': 'x-user'}}]";
    String weighted = "'common_lb_config': {'locality_weighted_lb_config': {}}";
    String one = locality("z1", 1, 0, List.of(endpoint(ports[B0])));
    String three = locality("z2", 3, 0, List.of(endpoint(ports[B1])));
    String policy =
        "'load_balancing_policy': {'policies': [{'typed_extension_config': {'name': 'p',"
            + " 'typed_config': {%s}}}]}";
    String inner =
        type("extensions.load_balancing_policies.wrr_locality.v3.WrrLocality")
            + ", 'endpoint_picking_policy': {'policies': [{'typed_extension_config': {'name': 'r',"
            + " 'typed_config': {"
            + type("extensions.load_balancing_policies.round_robin.v3.RoundRobin")
            + "}}}]}";
    return List.of(
        new Feature(
            "A27, A52",
            "weights of localities",
            service("weights", endpoints("weights", one, three), weighted),
            client -> shares(histogram(client, "weights", 400), 400),
            Map.of("OK b0", 25, "OK b1", 75)),
        new Feature(
            "A42",
            "ring hash: the same backend for the same user",
            List.of(
                listener("ring", ""),
                routes("ring", XdsJson.all("ring", hash)),
                cluster("ring", "'lb_policy': 'RING_HASH'"),
                backends("ring", B0, B1, B2)),
            Features::ring,
            "the same again, 3 backends"),
        new Feature(
            "A48",
            "least request",
            service("least", backends("least", B0, B1, B2), "'lb_policy': 'LEAST_REQUEST'"),
            client -> new TreeSet<>(histogram(client, "least", 100).keySet()),
            new TreeSet<>(List.of("OK b0", "OK b1", "OK b2"))),
        new Feature(
            "A27",
            "round robin",
            service("turns", backends("turns", B0, B1, B2)),
            client -> {
              histogram(client, "turns", 12);
              return histogram(client, "turns", 30);
            },
            Map.of("OK b0", 10, "OK b1", 10, "OK b2", 10)),
        new Feature(
            "A52",
            "load_balancing_policy",
            service("policy", backends("policy", B0), policy.formatted(inner)),
            client -> client.call("policy"),
            "OK b0"));
  }

  /** gRPC's rings are not Envoy's: it hashes addresses in words of its own. */
  private static String ring(GrpcClient client) throws Exception {
    List<String> picks = picks(client);
    return (picks(client).equals(picks) ? "the same again, " : "others, ")
        + new TreeSet<>(picks).size()
        + " backends";
  }

  private static List<String> picks(GrpcClient client) throws Exception {
    var picks = new ArrayList<String>();
    for (int i = 0; i < 40; i++) {
      picks.add(client.call("ring", "x-user", "user-" + i));
    }
    return picks;
  }

  private List<Feature> clusters() {
    String aggregate =
        "'cluster_type': {'name': 'envoy.clusters.aggregate', 'typed_config': {%s, 'clusters':"
            + " ['empty', 'm1']}}, 'load_balancing_policy': {'policies':"
            + " [{'typed_extension_config': {'name': 'envoy', 'typed_config': {%s}}},"
            + " {'typed_extension_config': {'name': 'grpc', 'typed_config': {%s}}}]}";
    String dns =
        "'type': 'LOGICAL_DNS', 'dns_lookup_family': 'V4_ONLY', 'load_assignment': {'cluster_name':"
            + " 'dns', 'endpoints': [{'lb_endpoints': [{'endpoint': {'address': {'socket_address':"
            + " {'address': 'localhost', 'port_value': "
            + ports[B2]
            + "}}}}]}]}";
    // grpc-java counts requests only where it reports load.
    String limited =
        "'circuit_breakers': {'thresholds': [{'priority': 'DEFAULT', 'max_requests': 1}]},"
            + " 'lrs_server': {'self': {}}";
    String outlier =
        "'outlier_detection': {'interval': '0.2s', 'base_ejection_time': '100s',"
            + " 'max_ejection_percent': 50, 'failure_percentage_threshold': 50,"
            + " 'enforcing_failure_percentage': 100, 'failure_percentage_minimum_hosts': 2,"
            + " 'failure_percentage_request_volume': 5, 'enforcing_success_rate': 0,"
            + " 'enforcing_consecutive_5xx': 0}, 'common_lb_config': {'healthy_panic_threshold':"
            + " {'value': 0}}";
    return List.of(
        new Feature(
            "A32",
            "circuit breaker: max_requests",
            service("one", backends("one", B0), limited),
            this::overload,
            List.of("UNAVAILABLE", "OK b0", "OK b0")),
        new Feature(
            "A37",
            "aggregate cluster",
            List.of(
                listener("aggregate", ""),
                routes("aggregate", XdsJson.all("aggregate")),
                bare(
                    "aggregate",
                    aggregate.formatted(
                        type("extensions.clusters.aggregate.v3.ClusterConfig"),
                        type(
                            "extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided"),
                        type("extensions.load_balancing_policies.round_robin.v3.RoundRobin"))),
                cluster("empty"),
                endpoints("empty", new String[0])),
            client -> client.call("aggregate"),
            "OK b1"),
        new Feature(
            "A37",
            "logical DNS",
            List.of(listener("dns", ""), routes("dns", XdsJson.all("dns")), bare("dns", dns)),
            Features::lookedUp,
            "OK b2"),
        new Feature(
            "A46",
            "a bad cluster beside a good one",
            List.of(
                listener("partial", ""),
                routes("partial", route("'path': '/test.Echo/Bad'", "bad"), XdsJson.all("m0")),
                bare("bad", "'type': 'ORIGINAL_DST', 'lb_policy': 'MAGLEV'")),
            client -> client.call("partial"),
            "OK b0"),
        new Feature(
            "A50",
            "outlier detection by failure percentage",
            service("outlier", endpoints("outlier", ports[B0], bad), outlier),
            Features::withoutFailures,
            "OK b0"));
  }

  /** Our first call does not wait for a name's first look-up. */
  private static String lookedUp(GrpcClient client) throws Exception {
    Awaitility.await().until(() -> client.call("dns").startsWith("OK"));
    return client.call("dns");
  }

  /** What a call meets while the only one that is allowed waits; what that one got, and another. */
  private Object overload(GrpcClient client) throws Exception {
    client.call("one");
    String id = "held by " + System.identityHashCode(client);
    var held = CompletableFuture.supplyAsync(() -> hang(client, id));
    Awaitility.await().until(() -> servers.hangs(id));
    String second = client.call("one");
    servers.release(id);
    return List.of(second, held.get(), client.call("one"));
  }

  private static String hang(GrpcClient client, String id) {
    try {
      return client.call("one", "x-hang", id);
    } catch (Exception failed) {
      return failed.toString();
    }
  }

  /** Calls until twenty in a row came to the same end. */
  private static String withoutFailures(GrpcClient client) {
    var row = new ArrayList<String>();
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              String answer = client.call("outlier");
              if (!row.isEmpty() && !row.get(0).equals(answer)) {
                row.clear();
              }
              row.add(answer);
              return row.size() == 20;
            });
    return row.get(0);
  }
}
