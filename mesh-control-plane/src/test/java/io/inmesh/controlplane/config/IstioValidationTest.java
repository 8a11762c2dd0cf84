package io.inmesh.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.controlplane.config.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Istio refuses is refused, with the field that is wrong. */
final class IstioValidationTest {
  static Stream<Arguments> verdicts() throws IOException {
    String all = Files.readString(Path.of("src/test/resources/istio/verdicts.txt"));
    var cases = new ArrayList<Arguments>();
    for (String part : all.split("(?m)^=== ")) {
      if (!part.startsWith("#")) {
        int end = part.indexOf('\n');
        String[] head = part.substring(0, end).split(" ");
        boolean accepted = head[1].equals("accepted");
        cases.add(Arguments.of(head[0], accepted, part.substring(end + 1)));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("verdicts")
  void asIstio(String id, boolean accepted, String yaml) {
    var result = read(yaml);
    assertThat(result.model().isPresent()).as("%s %s", id, result.problems()).isEqualTo(accepted);
  }

  private static MeshReader.Result read(String... texts) {
    var files = new ArrayList<ConfigFile>();
    for (String text : texts) {
      files.add(new ConfigFile("f" + files.size() + ".yaml", text));
    }
    return new MeshReader().read(files);
  }

  private static List<String> problems(String... texts) {
    return read(texts).problems().stream().map(Problem::toString).toList();
  }

  private static String virtualService(String http) {
    return """
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: v, namespace: shop}
    spec:
      hosts: [a.example]
      http:
      - %s
        route: [{destination: {host: a.example}}]
    """
        .formatted(http);
  }

  private static String destinationRule(String spec) {
    return """
    apiVersion: networking.istio.io/v1beta1
    kind: DestinationRule
    metadata: {name: d}
    spec:
      host: a.example
      %s
    """
        .formatted(spec);
  }

  private static String serviceEntry(String spec) {
    return """
    apiVersion: networking.istio.io/v1alpha3
    kind: ServiceEntry
    metadata: {name: s}
    spec: {%s}
    """
        .formatted(spec);
  }

  /** What was taken and then could not be compiled stopped the distribution of everything. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "f0.yaml:4:43: error: WorkloadEntry shop/w: spec.serviceAccount: \"a b\" is not the name of"
            + " a service account | {name: w, namespace: shop} | {address: 10.0.0.1,"
            + " serviceAccount: a b}",
        "f0.yaml:4:43: error: WorkloadEntry shop/w: spec.serviceAccount: \"a/b\" is not the name of"
            + " a service account | {name: w, namespace: shop} | {address: 10.0.0.1,"
            + " serviceAccount: a/b}",
        "f0.yaml:3:32: error: WorkloadEntry: metadata.namespace: \"Sh op\" is not the name of a"
            + " namespace | {name: w, namespace: Sh op} | {address: 10.0.0.1}",
      })
  void refusesWhatBecomesPartOfIdentities(String problem, String metadata, String spec) {
    assertThat(
            problems(
                "apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: "
                    + metadata
                    + "\nspec: "
                    + spec
                    + "\n"))
        .containsExactly(problem);
  }

  @Test
  void protocolsMayBeWrittenInLowerCase() {
    String entry =
        serviceEntry(
            "hosts: [a.example], resolution: DNS, ports: [{number: 80, name: h, protocol: http2}]");
    assertThat(problems(entry)).isEmpty();
  }

  @Test
  void kubernetesOwnKindsArePassedOver() {
    for (String head :
        List.of("apiVersion: v1\nkind: Secret", "apiVersion: apps/v1\nkind: DaemonSet")) {
      assertThat(problems(head + "\nmetadata: {name: x}\n"))
          .singleElement()
          .asString()
          .contains(": warning: ");
    }
    assertThat(problems("apiVersion: v1\nkind: VirtualService\nmetadata: {name: x}\n"))
        .singleElement()
        .asString()
        .contains(": error: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jwks: nonsense | must be a JSON object with a list of keys",
        "jwks: '{' | is not JSON",
        "jwksUri: 'http://nowhere.example/keys' | which no service has: its tokens are refused",
      })
  void keysOfTokensAreLookedAt(String rule, String problem) {
    assertThat(
            problems(
                "apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: r}"
                    + "\nspec: {jwtRules: [{issuer: i, "
                    + rule
                    + "}]}\n"))
        .singleElement()
        .asString()
        .contains(problem);
  }

  @Test
  void addressesMustBeSome() {
    assertThat(
            problems(
                serviceEntry(
                    "hosts: [a.example], addresses: [1:2:3], resolution: DNS, ports: [{number: 80,"
                        + " name: h, protocol: HTTP}]")))
        .singleElement()
        .asString()
        .contains("is neither an IP address nor a range of them");
  }

  /** The line of the route, not that of the resource. */
  @Test
  void doubtfulRoutesAreNamedByTheirLine() {
    String yaml =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: v}
        spec:
          hosts: [x]
          http:
          - route: [{destination: {host: nowhere.example}}]
          - directResponse: {status: 200}
        """;
    assertThat(problems(yaml))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith("f0.yaml:7:5: warning: "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "experimental.envoy.filters.x]",
        "experimental.envoy.filters.[a]",
        "experimental.envoy.filters.x[]"
      })
  void refusesMalformedMetadataOfFilters(String key) {
    assertThat(
            problems(
                """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: a}
                spec: {rules: [{when: [{key: "%s", values: [v]}]}]}
                """
                    .formatted(key)))
        .singleElement()
        .asString()
        .endsWith("spec.rules[0].when[0]: \"" + key + "\" is not an attribute");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "timeout: 0s | spec.http[0].timeout: must be at least 1ms",
        "timeout: 3 | spec.http[0].timeout: must be a duration such as 300ms, 1.5s or 1h30m, not"
            + " \"3\"",
        "timeout: -1s | spec.http[0].timeout: must be a duration such as 300ms, 1.5s or 1h30m, not"
            + " \"-1s\"",
        "name: n | spec.http[0].name: must be text; some YAML readers take n for a boolean: put it"
            + " in quotes",
        "name: 7 | spec.http[0].name: must be text, not the number 7: put it in quotes",
        "retries: {attempts: 0, perTryTimeout: 1s} | spec.http[0].retries: retries are configured"
            + " although attempts is 0, which switches them off",
        "retries: {attempts: 2, retryOn: 5xy} | spec.http[0].retries.retryOn: \"5xy\" is neither a"
            + " status code nor a condition for retries",
        "retries: {atempts: 2} | spec.http[0].retries.atempts: unknown field atempts; did you mean"
            + " attempts?",
        "rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}} | spec.http[0].rewrite: uri"
            + " and uriRegexRewrite must not be set both",
        "match: [{uri: {exact: /a, prefix: /b}}] | spec.http[0].match[0].uri: only one of exact,"
            + " prefix may be set",
        "matches: [] | spec.http[0].matches: unknown field matches; did you mean match?",
        "match: [{port: 99999}] | spec.http[0].match[0].port: must be from 1 to 65535, not 99999",
        "match: [{ignoreUriCase: yes}] | spec.http[0].match[0].ignoreUriCase: must be true or"
            + " false, not the text \"yes\"",
        "headers: {request: {set: {'a b': x}}} | spec.http[0].headers.request.set.a b: \"a b\" is"
            + " not a header name",
        "fault: {} | spec.http[0].fault: delay or abort is missing",
        "fault: {abort: {httpStatus: 500, percentage: {value: 0.00001}}} |"
            + " spec.http[0].fault.abort.percentage: must be at least 1.0E-4",
        "mirrorPercentage: {value: 101} | spec.http[0].mirrorPercentage.value: must be from 0.0 to"
            + " 100.0, not 101.0",
        "redirect: {uri: /} | spec.http[0]: must not have both route and redirect",
      })
  void refusesRoutes(String http, String problem) {
    assertThat(problems(virtualService(http)))
        .anySatisfy(line -> assertThat(line).endsWith(": VirtualService shop/v: " + problem))
        .allSatisfy(line -> assertThat(line).startsWith("f0.yaml:7:"));
    assertThat(read(virtualService(http)).model()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trafficPolicy: {} | spec.trafficPolicy: says nothing",
        "trafficPolicy: {loadBalancer: {simple: ROUNDROBIN}} |"
            + " spec.trafficPolicy.loadBalancer.simple: must be one of UNSPECIFIED, ROUND_ROBIN,"
            + " LEAST_REQUEST, LEAST_CONN, RANDOM, PASSTHROUGH, not \"ROUNDROBIN\"; did you mean"
            + " ROUND_ROBIN?",
        "trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: a, maglev: {tableSize:"
            + " 6}}}} | spec.trafficPolicy.loadBalancer.consistentHash.maglev: tableSize must be a"
            + " prime number",
        "trafficPolicy: {connectionPool: {}} | spec.trafficPolicy.connectionPool: tcp or http is"
            + " missing",
        "trafficPolicy: {outlierDetection: {maxEjectionPercent: 101}} |"
            + " spec.trafficPolicy.outlierDetection.maxEjectionPercent: must be from 0 to 100, not"
            + " 101",
        "trafficPolicy: {tls: {mode: MUTUAL}} | spec.trafficPolicy.tls: with MUTUAL,"
            + " clientCertificate and privateKey are needed",
        "subsets: [{name: a, labels: {a: b}}, {name: a}] | spec.subsets: the subset a stands here"
            + " twice",
        "subsets: [{name: a_/}] | spec.subsets[0]: \"a_/\" is not a valid name of a subset",
        "exportTo: ['*', x] | spec.exportTo: * and ~ must stand alone",
      })
  void refusesRules(String spec, String problem) {
    assertThat(problems(destinationRule(spec)))
        .hasSize(1)
        .allSatisfy(line -> assertThat(line).endsWith(": DestinationRule default/d: " + problem));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hosts: ['*'], ports: [{number: 80, name: h}] | spec.hosts[0]: * is not a service",
        "hosts: [a.b], ports: [{number: 80, name: h, protocol: HTPP}] | spec.ports[0].protocol:"
            + " must be one of HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, MONGO, MYSQL, REDIS,"
            + " not \"HTPP\"; did you mean HTTP?",
        "hosts: [a.b], ports: [{number: 80, name: h}, {number: 80, name: i}] | spec.ports: port 80"
            + " stands here twice",
        "hosts: [a.b], ports: [{number: 80, name: h}], resolution: STATIC | spec: with the"
            + " resolution STATIC, endpoints are needed",
        "hosts: [a.b], ports: [{number: 80, name: h}], endpoints: [{address: 1.2.3.4}] | spec:"
            + " with the resolution NONE, there are no endpoints",
        "hosts: [a.b], ports: [{number: 80, name: h}], resolution: STATIC, endpoints: [{address:"
            + " b.c}] | spec.endpoints[0]: with the resolution STATIC, an address must be an IP"
            + " address or a Unix socket",
        "hosts: [a.b], ports: [{number: 80, name: h}], resolution: STATIC, endpoints: [{address:"
            + " 1.2.3.4, ports: {x: 1}}] | spec.endpoints[0]: the service has no port named x",
        "hosts: [a.b], ports: [{number: 80, name: h}], resolution: DNS_ROUND_ROBIN, endpoints:"
            + " [{address: a.b}, {address: c.d}] | spec: with the resolution DNS_ROUND_ROBIN, there"
            + " is at most one endpoint",
        "hosts: [a.b], addresses: [1.2.3.4/40], ports: [{number: 80, name: h}] |"
            + " spec.addresses[0]: \"1.2.3.4/40\" is neither an IP address nor a range of them",
      })
  void refusesServices(String spec, String problem) {
    assertThat(problems(serviceEntry(spec)))
        .hasSize(1)
        .allSatisfy(line -> assertThat(line).endsWith(": ServiceEntry default/s: " + problem));
  }

  @Test
  void reportsAllProblemsOfAllFiles() {
    assertThat(
            problems(
                destinationRule("subsets: {}"),
                virtualService("timeout: x"),
                "kind: VirtualServce\napiVersion: networking.istio.io/v1\n",
                "a: [\n"))
        .containsExactly(
            "f3.yaml:2:1: error: not YAML: while parsing a flow node: expected the node content,"
                + " but found '<stream end>'",
            "f0.yaml:6:12: error: DestinationRule default/d: spec.subsets: must be a list, not"
                + " fields",
            "f1.yaml:7:14: error: VirtualService shop/v: spec.http[0].timeout: must be a duration"
                + " such as 300ms, 1.5s or 1h30m, not \"x\"",
            "f2.yaml:1:1: error: VirtualServce: unknown kind VirtualServce of apiVersion"
                + " networking.istio.io/v1; did you mean VirtualService?");
  }

  @Test
  void warnsOfWhatIsNotApplied() {
    var result =
        read(
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: e}
            spec: {anything: 1}
            """,
            virtualService("corsPolicy: {allowOrigins: [{exact: x}]}"));
    assertThat(result.model()).isPresent();
    assertThat(result.problems())
        .extracting(Problem::toString)
        .containsExactly(
            "f0.yaml:1:1: warning: EnvoyFilter: is not applied: EnvoyFilter means nothing here"
                + " yet",
            "f1.yaml:7:5: warning: VirtualService shop/v: spec.http[0]: goes to a.example, which no"
                + " service has");
  }

  @Test
  void aResourceIsDefinedOnce() {
    assertThat(problems(destinationRule("subsets: []"), destinationRule("subsets: []")))
        .containsExactly(
            "f1.yaml:1:1: error: DestinationRule default/d: is already defined at f0.yaml:1");
  }

  @Test
  void readsKubernetesLists() {
    String list =
        "apiVersion: v1\nkind: List\nitems:\n- "
            + serviceEntry("hosts: [a.example], ports: [{number: 80, name: h, protocol: HTTP}]")
                .strip()
                .replace("\n", "\n  ");
    assertThat(read(list).model().orElseThrow().services()).hasSize(1);
  }
}
