package io.inmesh.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Action;
import io.inmesh.config.CircuitBreaker;
import io.inmesh.config.Cluster;
import io.inmesh.config.Failures;
import io.inmesh.config.Fallback;
import io.inmesh.config.HttpConnection.RoutesByName;
import io.inmesh.config.Listener;
import io.inmesh.config.Resilience;
import io.inmesh.config.Resource;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.controlplane.config.compile.Compilation;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.ResourceSet;
import io.inmesh.controlplane.config.problem.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MeshYamlTest {
  private static MeshReader.Result read(String... texts) {
    var files = new ArrayList<ConfigFile>();
    for (String text : texts) {
      files.add(new ConfigFile("f" + files.size() + ".yaml", text));
    }
    return new MeshReader().read(files);
  }

  private static ResourceSet compile(String services) {
    MeshReader.Result result = read("apiVersion: inmesh.io/v1\nservices:\n" + services.indent(2));
    assertThat(result.problems()).filteredOn(Problem::isError).isEmpty();
    return Compilation.of(result.model().orElseThrow(), List.of())
        .resources(NodeView.api("default"));
  }

  private static List<String> lines(ResourceSet resources, String kind) {
    return Rendering.lines(resources).stream().filter(line -> line.startsWith(kind)).toList();
  }

  private static final String RETRY =
      "retry=on=connect-failure+refused-stream n=2 try=0us codes=[] prev=true draws=5 prio=0"
          + " base=25000us";
  private static final String NO_CHANGES =
      " rewrite=- host=- mirror=[] hash=[] req[] reqrm[]" + " resp[] resprm[]";

  @Test
  void anEmptyServiceHasTheListedDefaults() {
    ResourceSet resources = compile("orders:");
    assertThat(resources.of(Resource.Type.LISTENER).keySet())
        .containsExactly(
            "orders",
            "orders.default",
            "orders.default.svc",
            "orders.default.svc.cluster.local",
            "orders.default.svc.cluster.local:80",
            "orders.default.svc:80",
            "orders.default:80",
            "orders:80");
    var listener = (Listener) resources.find(new Resource.Key(Resource.Type.LISTENER, "orders"));
    assertThat(listener).isNotNull();
    assertThat(listener.chains().get(0).network().http().orElseThrow().routes())
        .isEqualTo(new RoutesByName("outbound|80||orders.default.svc.cluster.local"));
    assertThat(lines(resources, "route"))
        .containsExactly(
            "route orders.default.svc.cluster.local:80 #0 name=default prefix:/ headers=[] query=[]"
                + " -> cluster:outbound|80||orders.default.svc.cluster.local timeout=15000000us"
                + " grpc=15000000us "
                + RETRY
                + NO_CHANGES);
    assertThat(lines(resources, "cluster"))
        .containsExactly(
            "cluster outbound|80||orders.default.svc.cluster.local EDS LEAST_REQUEST"
                + " connect=5000000us limits=1024/1024/1024/3 budget=20.0/64 outlier=5xx=5/0 gw=5/0"
                + " local=3/100 sr=0 int=5000000us base=10000000us max=50 split=true panic=50.0"
                + " http=h1 idle=3600000000us age=0us per=0 matches:tlsMode-istio"
                + " tls(cert=[default] root=ROOTCA"
                + " sans=[spiffe://cluster.local/ns/default/sa/orders]"
                + " sni=outbound_.80_._.orders.default.svc.cluster.local)|tlsMode-disabled raw");
    assertThat(lines(resources, "endpoints"))
        .containsExactly("endpoints outbound|80||orders.default.svc.cluster.local ");
  }

  @Test
  void everyFieldOfAService() {
    ResourceSet resources =
        compile(
            """
            orders:
              port: 8080
              protocol: grpc
              tls: strict
              endpoints:
                - 127.0.0.1:9001
                - {address: "[::1]:9002", labels: {version: v2}, weight: 3, locality: eu/a, identity: shop}
              subsets: {v2: {version: v2}}
              load-balancer: {policy: ring-hash, hash-on: {header: X-User}}
              timeout: 2s
              retry: {attempts: 3, per-try-timeout: 500ms, on: [5xx, connect-failure, 429], budget: 30%}
              connect-timeout: 1s
              circuit-breaker: {max-requests: 10, max-pending: 11, max-connections: 12, max-retries: 13}
              outlier-detection: {consecutive-5xx: 7, base-ejection: 20s, max-ejection: 50%, min-health: 10%}
              routes:
                - match: {path-prefix: /v1/, headers: {x-canary: "true", x-any: {present: true}}, methods: [GET, PUT], query: {a: {regex: "b+"}}}
                  to: v2
                  timeout: off
                  retry: off
                  rewrite: {path: /v2/, host: other}
                  headers: {request: {set: {x-a: b}, remove: [X-C]}}
                  mirror: {to: "*", share: 12.5%}
                - match: [{path: /old}, {path-regex: "/old/.*"}]
                  redirect: {path: /new}
                - match: {path: /closed}
                  respond: {status: 503, body: closed}
                - to: {"*": 95, v2: 5}
            """);
    String host = "orders.default.svc.cluster.local";
    String route = "route " + host + ":8080 #";
    String hash = " hash=[header:x-user; header:x-user]";
    assertThat(lines(resources, "route"))
        .containsExactly(
            route
                + "0 name=routes[0] prefix:/v1/ headers=[:method regex:GET|PUT; x-any present:true;"
                + " x-canary exact:true] query=[a regex:b+] -> cluster:outbound|8080|v2|"
                + host
                + " timeout=0us grpc=0us retry=- rewrite=prefix:/v2/ host=other"
                + " mirror=[outbound|8080||"
                + host
                + " 125000/1000000 plain] hash=[header:x-user]"
                + " req['x-a=b:OVERWRITE_IF_EXISTS_OR_ADD'] reqrm['x-c'] resp[] resprm[]",
            route
                + "1 name=routes[1] path:/old headers=[] query=[] -> redirect host=- path=/new"
                + " scheme=- port=0 code=302 req[] reqrm[] resp[] resprm[]",
            route
                + "2 name=routes[1] regex:/old/.* headers=[] query=[] -> redirect host=- path=/new"
                + " scheme=- port=0 code=302 req[] reqrm[] resp[] resprm[]",
            route
                + "3 name=routes[2] path:/closed headers=[] query=[] -> direct 503 closed req[]"
                + " reqrm[] resp[] resprm[]",
            route
                + "4 name=routes[3] prefix:/ headers=[] query=[] -> weighted:[outbound|8080||"
                + host
                + "=95; outbound|8080|v2|"
                + host
                + "=5] timeout=2000000us grpc=2000000us"
                + " retry=on=5xx+connect-failure+retriable-status-codes n=3 try=500000us"
                + " codes=[429] prev=true draws=5 prio=0 base=25000us rewrite=- host=- mirror=[]"
                + hash
                + " req[] reqrm[] resp[] resprm[]");
    assertThat(lines(resources, "cluster outbound|8080|v2"))
        .containsExactly(
            "cluster outbound|8080|v2|"
                + host
                + " EDS RING_HASH ring=1024 connect=1000000us limits=12/11/10/13 budget=30.0/3"
                + " outlier=5xx=7/100 gw=5/0 local=5/100 sr=0 int=10000000us base=20000000us max=50"
                + " split=false panic=10.0 http=h2 idle=3600000000us age=0us per=0"
                + " tls(cert=[default] root=ROOTCA"
                + " sans=[spiffe://cluster.local/ns/default/sa/shop]"
                + " sni=outbound_.8080_.v2_."
                + host
                + ")");
    assertThat(lines(resources, "endpoints"))
        .containsExactly(
            "endpoints outbound|8080|v2|" + host + " ::1:9002@eu/a/ p0 w3 tls",
            "endpoints outbound|8080||"
                + host
                + " 127.0.0.1:9001@// p0 w1 ::1:9002@eu/a/ p0 w3 tls");
  }

  @Test
  void aCircuitBreakerAndFallbacks() {
    ResourceSet resources =
        compile(
            """
            orders:
              subsets: {v2: {version: v2}}
              circuit-breaker: {max-requests: 9, failure-rate: 20%, slow-call: 1s, window: 50, open-for: 2s, probes: 3, failures: [5xx, 429]}
              fallback: {respond: {status: 203, headers: {X-A: b}, body: later}}
              routes:
                - match: {path: /a}
                  fallback: {on: [5xx, timeout, 404], to: spare/*}
            spare:
            """);
    var breaker =
        new CircuitBreaker(
            20,
            100,
            Duration.ofSeconds(1),
            50,
            50,
            Duration.ofSeconds(2),
            3,
            new Failures(Set.of(Failures.Kind.SERVER_ERROR), Set.of(429)));
    var answer =
        new Fallback(
            Failures.WITHOUT_ANSWER, new Fallback.Answer(203, Map.of("x-a", "b"), "later"));
    var expected = new Resilience(Optional.of(breaker), Optional.of(answer));
    for (String subset : List.of("", "v2")) {
      var cluster =
          (Cluster)
              resources.find(
                  new Resource.Key(
                      Resource.Type.CLUSTER,
                      "outbound|80|" + subset + "|orders.default.svc.cluster.local"));
      assertThat(cluster).isNotNull();
      assertThat(cluster.resilience()).isEqualTo(expected);
      assertThat(cluster.circuitBreakers().normal().maxRequests()).isEqualTo(9);
    }
    var routes =
        resources.all().stream()
            .filter(RouteConfiguration.class::isInstance)
            .flatMap(it -> ((RouteConfiguration) it).virtualHosts().stream())
            .flatMap(host -> host.routes().stream())
            .filter(route -> route.name().equals("routes[0]"))
            .map(route -> ((Action.Forward) route.action()).fallback().orElseThrow())
            .toList();
    assertThat(routes)
        .isNotEmpty()
        .allMatch(
            it ->
                it.equals(
                    new Fallback(
                        new Failures(
                            Set.of(Failures.Kind.SERVER_ERROR, Failures.Kind.TIMEOUT), Set.of(404)),
                        new Fallback.ToCluster("outbound|80||spare.default.svc.cluster.local"))));
  }

  @Test
  void aServiceOutsideTheMesh() {
    ResourceSet resources =
        compile(
            """
            pay: {host: api.pay.example, port: 80, target-port: 443, tls: simple}
            db: {ports: [{port: 5432, protocol: tcp}], endpoints: ["db.internal:5432"]}
            """);
    assertThat(lines(resources, "cluster outbound|80|"))
        .containsExactly(
            "cluster outbound|80||api.pay.example STRICT_DNS LEAST_REQUEST connect=5000000us"
                + " limits=1024/1024/1024/3 budget=20.0/64 outlier=5xx=5/0 gw=5/0 local=3/100 sr=0"
                + " int=5000000us base=10000000us max=50 split=true panic=50.0 http=h1"
                + " idle=3600000000us age=0us per=0 autosni=true autosan=true tls(cert=[]"
                + " root=file-root:system sans=[] sni=) dns=60000000us ttl=true V4_ONLY"
                + " api.pay.example:443@// p0 w1");
    assertThat(resources.of(Resource.Type.LISTENER).keySet())
        .containsExactly("api.pay.example", "api.pay.example:80");
    var cluster =
        (Cluster)
            resources.find(
                new Resource.Key(
                    Resource.Type.CLUSTER, "outbound|5432||db.default.svc.cluster.local"));
    assertThat(cluster).isNotNull();
    assertThat(cluster.discovery()).isInstanceOf(Cluster.Dns.class);
  }

  @Test
  void theMeshAsAWhole() {
    MeshReader.Result result =
        read(
            "apiVersion: inmesh.io/v1\nnamespace: shop\nservices: {orders: {tls: 'off'}, cart: }\n",
            """
            apiVersion: inmesh.io/v1
            kind: Mesh
            trust-domain: acme.example
            domain: mesh
            tls: strict
            """);
    ResourceSet resources =
        Compilation.of(result.model().orElseThrow(), List.of()).resources(NodeView.api("other"));
    assertThat(lines(resources, "domains"))
        .containsExactly(
            "domains cart.shop.svc.mesh:80 [cart.shop; cart.shop.svc; cart.shop.svc.mesh;"
                + " cart.shop.svc.mesh.]",
            "domains orders.shop.svc.mesh:80 [orders.shop; orders.shop.svc; orders.shop.svc.mesh;"
                + " orders.shop.svc.mesh.]");
    assertThat(lines(resources, "cluster outbound|80||cart"))
        .singleElement()
        .asString()
        .contains(" tls(cert=[default] root=ROOTCA sans=[spiffe://acme.example/ns/shop/sa/cart]");
    assertThat(lines(resources, "cluster outbound|80||orders"))
        .singleElement()
        .asString()
        .endsWith(" raw");
  }

  /** A plane signs for one trust domain: identities of another one would never be found. */
  @Test
  void theTrustDomainIsThatOfTheControlPlane() {
    String wrong = "apiVersion: inmesh.io/v1\ntrust-domain: other.example\n";
    String right = "apiVersion: inmesh.io/v1\ntrust-domain: acme.example\n";
    var reader = new MeshReader("acme.example", Path.of(""));
    assertThat(reader.read(List.of(new ConfigFile("f.yaml", wrong))).problems())
        .extracting(Problem::toString)
        .containsExactly(
            "f.yaml:2:15: error: Mesh: trust-domain: the control plane is that of acme.example:"
                + " leave this out, or start it with --trust-domain other.example");
    for (var files : List.of(List.of(new ConfigFile("f.yaml", right)), List.<ConfigFile>of())) {
      var settings = reader.read(files).model().orElseThrow().settings();
      assertThat(settings.trustDomain()).isEqualTo("acme.example");
      assertThat(settings.domain()).isEqualTo("acme.example");
    }
  }

  @Test
  void whoMayHaveSecretsIsSaidOnceAndOfSecretsThatThereAre() {
    String first = "apiVersion: inmesh.io/v1\nsecrets: {pay: [web, a.b, '*.b', '*', x/y]}\n";
    String again = "apiVersion: inmesh.io/v1\nsecrets: {pay: []}\n";
    assertThat(read(first, again).problems())
        .extracting(Problem::toString)
        .containsExactly(
            "f0.yaml:2:34: error: Mesh: secrets.pay[3]: must be SERVICE, SERVICE.NAMESPACE or"
                + " *.NAMESPACE, not \"*\"",
            "f0.yaml:2:39: error: Mesh: secrets.pay[4]: must be SERVICE, SERVICE.NAMESPACE or"
                + " *.NAMESPACE, not \"x/y\"",
            "f1.yaml:2:16: error: Mesh: secrets.pay: who may have pay is already said");
    assertThat(read(again).problems())
        .extracting(Problem::toString)
        .containsExactly(
            "f0.yaml:2:11: warning: Mesh: secrets.pay: no xDS resource with a private key has the"
                + " name pay");
  }

  @Test
  void tcpIsSaidNotToBeServed() {
    assertThat(
            read("apiVersion: inmesh.io/v1\nservices: {db: {port: 5432, protocol: tcp}}\n")
                .problems())
        .extracting(Problem::toString)
        .containsExactly(
            "f0.yaml:2:12: warning: Service default/db: services.db: port 5432 of"
                + " db.default.svc.cluster.local is not served: only HTTP is, not TCP");
  }

  @Test
  void anApiVersionThatIsNoTextIsReportedOnce() {
    assertThat(read("apiVersion: 1\nkind: Mesh\n").problems())
        .extracting(Problem::toString)
        .filteredOn(line -> line.contains("must be text"))
        .hasSize(1);
  }

  @Test
  void settingsStandInOneFile() {
    String settings = "apiVersion: inmesh.io/v1\ntls: strict\n";
    assertThat(read(settings, settings).problems())
        .extracting(Problem::toString)
        .containsExactly(
            "f1.yaml:1:1: error: Mesh: trust-domain, domain, tls and access are already set in"
                + " f0.yaml:1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{endpints: []} | 3:12 endpints: unknown field endpints; did you mean endpoints?",
        "{endpoints: [127.0.0.1]} | 3:24 endpoints[0]: must be HOST:PORT, not \"127.0.0.1\"",
        "{endpoints: 127.0.0.1:1} | 3:23 endpoints: must be a list, not the text \"127.0.0.1:1\"",
        "{timeout: 2} | 3:21 timeout: must be a duration such as 300ms, 1.5s or 1h30m, not \"2\"",
        "{load-balancer: lest-request} | 3:27 load-balancer: must be one of least-request,"
            + " round-robin, random, ring-hash, maglev, not \"lest-request\"; did you mean"
            + " least-request?",
        "{load-balancer: {policy: maglev}} | 3:27 load-balancer: hash-on belongs to ring-hash and"
            + " maglev, and is needed there",
        "{subsets: {v1: {version: 1}}} | 3:36 subsets.v1.version: must be text, not the number 1:"
            + " put it in quotes",
        "{subsets: {v1: {a: b}}, routes: [{to: v2}]} | 3:49 routes[0].to: there is no subset v2 in"
            + " this service; did you mean v1?",
        "{routes: [{to: {'*': 0}}]} | 3:26 routes[0].to: nothing has a weight above 0",
        "{routes: [{to: '*', respond: {status: 200}}]} | 3:21 routes[0]: only one of to, respond"
            + " may be set",
        "{outlier-detection: {max-ejection: 120%}} | 3:46 outlier-detection.max-ejection: must be a"
            + " percentage from 0% to 100%, not \"120%\"",
        "{tls: yes} | 3:17 tls: must be one of off, strict, simple, not \"yes\"",
        "{retry: {on: [5x]}} | 3:25 retry.on[0]: \"5x\" is neither a status code nor one of 5xx,"
            + " gateway-error, reset, reset-before-request, connect-failure, envoy-ratelimited,"
            + " retriable-4xx, refused-stream, retriable-status-codes, retriable-headers,"
            + " http3-post-connect-failure, cancelled, deadline-exceeded, internal,"
            + " resource-exhausted, unavailable; did you mean 5xx?",
        "{endpoints: ['300.1.1.1:80']} | 3:24 endpoints[0]: must be HOST:PORT, not"
            + " \"300.1.1.1:80\"",
        "{ports: [{port: 80}, {port: 80}]} | 3:19 ports: port 80 stands here twice",
        "{allow: } | 3:18 allow: must be a list; write [] for one without entries",
        "{deny: } | 3:17 deny: must be a list; write [] for one without entries",
        "{allow: [{from: []}]} | 3:27 allow[0].from: must not be empty: leave it out for all",
        "{allow: [{from: }]} | 3:26 allow[0].from: must not be empty: leave it out for all",
        "{allow: [{namespaces: []}]} | 3:33 allow[0].namespaces: must not be empty: leave it out"
            + " for all",
        "{allow: [{from: [a], methods: []}]} | 3:41 allow[0].methods: must not be empty: leave it"
            + " out for all",
        "{deny: [{paths: }]} | 3:26 deny[0].paths: must not be empty: leave it out for all",
        "{allow: [{claims: {}}]} | 3:29 allow[0].claims: must not be empty: leave it out for all",
        "{circuit-breaker: {failure-rate: 0%}} | 3:44 circuit-breaker.failure-rate: must be above"
            + " 0%",
        "{circuit-breaker: {failures: [overflow]}} | 3:41 circuit-breaker.failures[0]:"
            + " \"overflow\" is neither a status code nor one of 5xx, connect-failure, reset,"
            + " timeout",
        "{fallback: {on: [5xx]}} | 3:22 fallback: must have either to or respond",
        "{port: 80, ports: []} | 3:11 : ports stands for port, target-port and protocol",
      })
  void saysWhatIsWrong(String service, String problem) {
    var problems =
        read("apiVersion: inmesh.io/v1\nservices:\n  orders: " + service + "\n").problems();
    String at = problem.substring(0, problem.indexOf(' '));
    String rest = problem.substring(at.length() + 1);
    assertThat(problems)
        .extracting(Problem::toString)
        .contains(
            "f0.yaml:"
                + at
                + ": error: Service default/orders: services.orders"
                + (rest.startsWith(":") ? "" : ".")
                + rest);
  }

  @Test
  void namesAreDnsLabels() {
    assertThat(read("apiVersion: inmesh.io/v1\nservices: {Or_ders: }\n").model()).isEmpty();
    assertThat(read("apiVersion: inmesh.io/v2\nservices: {}\n").problems())
        .extracting(Problem::toString)
        .containsExactly("f0.yaml:1:13: error: Mesh: apiVersion: must be inmesh.io/v1");
  }
}
