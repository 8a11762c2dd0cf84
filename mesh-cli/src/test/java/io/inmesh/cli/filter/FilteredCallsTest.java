package io.inmesh.cli.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.inmesh.call.Bodies;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Filters over real sockets: a control plane serves raw resources to a client, whose calls go to
 * live backends.
 */
class FilteredCallsTest {
  private static final byte[] SECRET =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private static final String JWKS =
      "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"one\",\"k\":\"" + base64(SECRET) + "\"}]}";

  @TempDir Path directory;
  private final List<Integer> ports = new ArrayList<>();
  private volatile int keysStatus = 200;
  private volatile int keysAsked;
  private FilteredMesh mesh;

  @BeforeEach
  void startBackends() throws IOException {
    mesh = new FilteredMesh(directory);
    for (int i = 0; i < 2; i++) {
      int number = i;
      ports.add(mesh.serve(exchange -> echo(exchange, number)));
    }
    ports.add(mesh.serve(this::keys));
  }

  private synchronized void keys(HttpExchange exchange) throws IOException {
    keysAsked++;
    FilteredMesh.answer(exchange, keysStatus, JWKS);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  /** Says which backend it is, what it was asked for, and the headers that begin with x-. */
  private static void echo(HttpExchange exchange, int number) throws IOException {
    int length = exchange.getRequestBody().readAllBytes().length;
    var text = new StringBuilder();
    text.append("backend=").append(number).append(" length=").append(length);
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (name.startsWith("X-")) {
                text.append(' ').append(name.toLowerCase(java.util.Locale.ROOT)).append('=');
                text.append(String.join(",", values));
              }
            });
    FilteredMesh.answer(exchange, 200, text.toString());
  }

  /** Starts a plane that serves one listener with one filter, and a client of it. */
  private void filter(String type, String settings, String perRoute) throws Exception {
    mesh.start(
        FilteredMesh.listener(type, settings, perRoute)
            + FilteredMesh.cluster("backends", "", ports.get(0), ports.get(1))
            + FilteredMesh.cluster("keys", "", ports.get(2)));
  }

  private Response send(Request request) throws InterruptedException {
    return mesh.send(request);
  }

  private Response get(String path, String... headers) throws InterruptedException {
    return mesh.get(path, headers);
  }

  private static void assertReply(Response response, int status, String details) {
    assertThat(response.outcome().details()).isEqualTo(details);
    assertThat(response.status()).isEqualTo(status);
  }

  @Test
  void rbacDeniesByHeaderAndRoutesMaySayOtherwise() throws Exception {
    filter(
        "rbac.v3.RBAC",
        """
        rules: {action: DENY, policies: {guests: {principals: [{any: true}],
          permissions: [{header: {name: x-role, string_match: {exact: guest}}}]}}}\
        """,
        "rbac.v3.RBACPerRoute");
    assertReply(get("/", "x-role", "admin"), 200, "via_upstream");
    Response denied = get("/", "x-role", "guest");
    assertReply(denied, 403, "rbac_access_denied_matched_policy[guests]");
    assertThat(denied.text()).isEqualTo("RBAC: access denied");
    assertReply(get("/own", "x-role", "guest"), 200, "via_upstream");
  }

  @Test
  void faultsDelayAndAbort() throws Exception {
    filter(
        "fault.v3.HTTPFault",
        """
        delay: {fixed_delay: 0.05s, percentage: {numerator: 100}},
        abort: {http_status: 418, percentage: {numerator: 100}},
        headers: [{name: x-break, present_match: true}]\
        """,
        "");
    assertReply(get("/"), 200, "via_upstream");
    Response broken = get("/", "x-break", "1");
    assertReply(broken, 418, "fault_filter_abort");
    assertThat(broken.outcome().flags()).containsExactlyInAnyOrder(Flag.DI, Flag.FI);
    assertThat(broken.outcome().duration()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
    assertReply(get("/own", "x-break", "1"), 200, "via_upstream");
  }

  @Test
  void corsAnswersPreflightsAndTellsOrigins() throws Exception {
    filter(
        "cors.v3.Cors",
        "",
        "cors.v3.CorsPolicy, allow_origin_string_match: [{exact: \"http://a.test\"}],"
            + " allow_methods: \"GET,PUT\", forward_not_matching_preflights: false");
    URI uri = URI.create("http://filtered.test/own");
    Headers good = Headers.of("origin", "http://a.test", "access-control-request-method", "PUT");
    Response preflight = send(Request.of("OPTIONS", uri).withHeaders(good));
    assertReply(preflight, 200, "cors_response");
    assertThat(preflight.headers().get("access-control-allow-methods")).isEqualTo("GET,PUT");
    assertThat(get("/own", "origin", "http://a.test").headers().get("access-control-allow-origin"))
        .isEqualTo("http://a.test");
    Response stranger = get("/own", "origin", "http://b.test");
    assertReply(stranger, 200, "via_upstream");
    assertThat(stranger.headers().contains("access-control-allow-origin")).isFalse();
  }

  @Test
  void headersAreChangedBothWays() throws Exception {
    filter(
        "header_mutation.v3.HeaderMutation",
        """
        mutations: {request_mutations: [{append: {header: {key: x-path, value: "%PATH%"}}},
            {remove: x-secret}],
          response_mutations: [{append: {header: {key: x-done, value: "yes"}}}]}\
        """,
        "");
    Response changed = get("/a?b", "x-secret", "1");
    assertThat(changed.text()).contains("x-path=/a?b").doesNotContain("x-secret");
    assertThat(changed.headers().get("x-done")).isEqualTo("yes");
    assertThat(get("/own", "x-secret", "1").text()).contains("x-secret=1");
  }

  @Test
  void aBucketRunsEmpty() throws Exception {
    filter(
        "local_ratelimit.v3.LocalRateLimit",
        """
        stat_prefix: l, enable_x_ratelimit_headers: DRAFT_VERSION_03,
        token_bucket: {max_tokens: 2, tokens_per_fill: 1, fill_interval: 3600s},
        filter_enabled: {default_value: {numerator: 100}},
        filter_enforced: {default_value: {numerator: 100}}\
        """,
        "");
    assertThat(get("/").headers().get("x-ratelimit-remaining")).isEqualTo("1");
    assertReply(get("/"), 200, "via_upstream");
    Response limited = get("/");
    assertReply(limited, 429, "local_rate_limited");
    assertThat(limited.outcome().flags()).containsExactly(Flag.RL);
    assertReply(get("/own"), 200, "via_upstream");
  }

  @Test
  void aBodyIsWholeBeforeItGoesOnOrTooLarge() throws Exception {
    filter("buffer.v3.Buffer", "max_request_bytes: 50000", "");
    assertThat(post("/", 40_000).text()).contains("length=40000");
    Response large = post("/", 60_000);
    assertReply(large, 413, "request_payload_too_large");
    assertThat(large.text()).isEqualTo("Payload Too Large");
    assertThat(post("/own", 60_000).text()).contains("length=60000");
  }

  private Response post(String path, int length) throws InterruptedException {
    URI uri = URI.create("http://filtered.test" + path);
    return send(Request.of("POST", uri).withBody(Bodies.of(new byte[length])));
  }

  @Test
  void aSessionStaysAtItsHost() throws Exception {
    filter(
        "stateful_session.v3.StatefulSession",
        """
        strict: true, session_state: {name: s, typed_config: {
          "@type": type.googleapis.com/envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState,
          name: x-session}}\
        """,
        "");
    Response first = get("/");
    String session = first.headers().get("x-session");
    String backend = first.text().substring(0, 9);
    for (int i = 0; i < 6; i++) {
      Response again = get("/", "x-session", session);
      assertThat(again.text()).startsWith(backend);
      assertThat(again.headers().contains("x-session")).isFalse();
    }
    String gone =
        Base64.getEncoder().encodeToString("127.0.0.1:1".getBytes(StandardCharsets.UTF_8));
    assertReply(get("/", "x-session", gone), 503, "no_healthy_upstream");
  }

  @Test
  void tokensAreVerified() throws Exception {
    filter(
        "jwt_authn.v3.JwtAuthentication", jwt("local_jwks: {inline_string: '" + JWKS + "'}"), "");
    assertReply(get("/"), 401, "jwt_authn_access_denied{Jwt_is_missing}");
    Response good = get("/", "authorization", "Bearer " + token(SECRET), "x-sub", "somebody else");
    assertReply(good, 200, "via_upstream");
    assertThat(good.text()).contains("x-sub=me");
    Response forged = get("/", "authorization", "Bearer " + token(new byte[32]));
    assertReply(forged, 401, "jwt_authn_access_denied{Jwt_verification_fails}");
    assertThat(forged.headers().get("www-authenticate"))
        .isEqualTo("Bearer realm=\"http://filtered.test/\", error=\"invalid_token\"");
    assertReply(get("/own"), 200, "via_upstream");
  }

  @Test
  void keysAreFetchedWhenATokenNeedsThem() throws Exception {
    keysStatus = 500;
    filter(
        "jwt_authn.v3.JwtAuthentication",
        jwt("remote_jwks: {http_uri: {uri: \"http://keys/jwks\", cluster: keys, timeout: 5s}}"),
        "");
    String bearer = "Bearer " + token(SECRET);
    assertReply(
        get("/", "authorization", bearer),
        401,
        "jwt_authn_access_denied{Jwks_remote_fetch_is_failed}");
    keysStatus = 200;
    assertReply(get("/", "authorization", bearer), 200, "via_upstream");
    keysStatus = 500;
    assertReply(get("/", "authorization", bearer), 200, "via_upstream");
  }

  @Test
  void aFailedFetchOfKeysIsTriedAgain() throws Exception {
    keysStatus = 503;
    filter(
        "jwt_authn.v3.JwtAuthentication",
        jwt(
            "remote_jwks: {http_uri: {uri: \"http://keys/jwks\", cluster: keys, timeout: 20s},"
                + " retry_policy: {num_retries: 1000,"
                + " retry_back_off: {base_interval: 0.005s, max_interval: 0.02s}}}"),
        "");
    String bearer = "Bearer " + token(SECRET);
    var waiting = java.util.concurrent.CompletableFuture.supplyAsync(() -> unchecked(bearer));
    org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> keysAsked > 3);
    keysStatus = 200;
    assertReply(waiting.get(20, java.util.concurrent.TimeUnit.SECONDS), 200, "via_upstream");
  }

  private Response unchecked(String bearer) {
    try {
      return get("/", "authorization", bearer);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @Test
  void keysAreFetchedAheadOfTheFirstToken() throws Exception {
    keysStatus = 503;
    filter(
        "jwt_authn.v3.JwtAuthentication",
        jwt(
            "remote_jwks: {http_uri: {uri: \"http://keys/jwks\", cluster: keys, timeout: 5s},"
                + " cache_duration: 1s, async_fetch: {fast_listener: true,"
                + " failed_refetch_duration: 0.1s}}"),
        "");
    assertReply(get("/"), 401, "jwt_authn_access_denied{Jwt_is_missing}");
    org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> keysAsked > 2);
    keysStatus = 200;
    int before = keysAsked;
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> keysAsked > before + 1);
    keysStatus = 503;
    assertReply(get("/", "authorization", "Bearer " + token(SECRET)), 200, "via_upstream");
  }

  private static String jwt(String keys) {
    return "providers: {p: {issuer: me, "
        + keys
        + ", claim_to_headers: [{header_name: x-sub, claim_name: sub}]}},"
        + " rules: [{match: {prefix: /}, requires: {provider_name: p}}]";
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String token(byte[] secret) throws Exception {
    String header = "{\"alg\":\"HS256\",\"kid\":\"one\"}";
    String payload = "{\"iss\":\"me\",\"sub\":\"me\",\"exp\":4102444800}";
    String signed =
        base64(header.getBytes(StandardCharsets.UTF_8))
            + "."
            + base64(payload.getBytes(StandardCharsets.UTF_8));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    return signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void anUnknownFilterIsRefused() throws Exception {
    filter("buffer.v3.Buffer", "max_request_bytes: 1", "");
    Path file = mesh.file();
    String text = Files.readString(file);
    Path next = directory.resolve("next");
    Files.writeString(next, text.replace("buffer.v3.Buffer", "tap.v3.Tap"));
    Files.move(
        next,
        file,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(mesh.refused()).anyMatch(why -> why.contains("tap.v3.Tap")));
    assertThat(post("/", 1).text()).contains("length=1");
  }
}
