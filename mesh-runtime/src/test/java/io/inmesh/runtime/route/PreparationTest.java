package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Cidr;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.EscapedSlashes;
import io.inmesh.config.HttpConnection.Forwarding;
import io.inmesh.config.HttpConnection.HostHandling;
import io.inmesh.config.HttpConnection.PathHandling;
import io.inmesh.config.HttpConnection.ServerHeader;
import io.inmesh.config.RouteConfiguration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Seen on Envoy 1.40. */
class PreparationTest {
  private static final List<Cidr> TEN = List.of(new Cidr("10.0.0.0", 8));

  private static Forwarding forwarding(boolean remote, int hops, List<Cidr> internal, String via) {
    return new Forwarding(
        remote, hops, false, internal, via, "envoy", ServerHeader.OVERWRITE, true, false, false);
  }

  private static Preparation preparation(
      PathHandling path, HostHandling host, Forwarding forwarding, int port) {
    HttpConnection of = Routes.connection();
    var connection =
        new HttpConnection(of.filters(), of.routes(), path, host, forwarding, of.limits());
    var options =
        new RouteConfiguration.Options(
            false, false, false, Optional.empty(), List.of("x-mine"), 4096);
    return new Preparation(Routes.settings(connection), options, port);
  }

  private static Preparation of(Forwarding forwarding) {
    return preparation(PathHandling.DEFAULT, HostHandling.DEFAULT, forwarding, 0);
  }

  private static Preparation of(boolean normalize, boolean merge, EscapedSlashes slashes) {
    return preparation(
        new PathHandling(normalize, merge, slashes), HostHandling.DEFAULT, Forwarding.DEFAULT, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "KEEP_UNCHANGED, /a%2Fb?%2F, /a%2Fb?%2F, 0",
    "REJECT_REQUEST, /a%2Fb, '', 400",
    "REJECT_REQUEST, /a?%2Fb, /a?%2Fb, 0",
    "UNESCAPE_AND_REDIRECT, /a%2fb?q, /a/b?q, 307",
    "UNESCAPE_AND_FORWARD, /a%5Cb?q, /a\\b?q, 0",
    "KEEP_UNCHANGED, /a#f, '', 400"
  })
  void escapedSlashes(EscapedSlashes action, String path, String expected, int status) {
    var call = FakeCall.get(path);
    LocalReply reply = of(false, false, action).prepare(call);
    assertThat(reply == null ? 0 : reply.status()).isEqualTo(status);
    if (status != 400) {
      assertThat(call.path()).isEqualTo(expected);
    }
    if (reply != null) {
      assertThat(reply.details()).isEqualTo("path_normalization_failed");
      assertThat(reply.headers().get("location")).isEqualTo(status == 307 ? expected : null);
    }
  }

  @Test
  void grpcIsNotRedirected() {
    var call = FakeCall.get("/a%2Fb", "content-type", "application/grpc");
    LocalReply reply = of(false, false, EscapedSlashes.UNESCAPE_AND_REDIRECT).prepare(call);
    assertThat(reply).isNotNull();
    assertThat(reply.status()).isEqualTo(400);
  }

  @Test
  void pathsArePutInOrder() {
    var call = FakeCall.get("/a/../b//c%2F?x=/../");
    assertThat(of(true, true, EscapedSlashes.UNESCAPE_AND_FORWARD).prepare(call)).isNull();
    assertThat(call.path()).isEqualTo("/b/c/?x=/../");
    LocalReply refused =
        of(true, false, EscapedSlashes.KEEP_UNCHANGED).prepare(FakeCall.get("/%00"));
    assertThat(refused).isNotNull();
    assertThat(refused.status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "h:80, h, h:80",
    "h:, h:, h:",
    "h., h., h",
    "h.:80, h., h:80",
    "h.:, h.:, h:",
    "[::1]:80, [::1], [::1]:80",
    "[::1], [::1], [::1]",
    "h:abc, h:abc, h:abc",
    "h:99999999999, h:99999999999, h:99999999999",
    "h.., h.., h.",
    "h:0080, h, h:0080"
  })
  void authorities(String authority, String withoutPort, String withoutDot) {
    var call = FakeCall.to(authority, "/");
    preparation(PathHandling.DEFAULT, new HostHandling(true, false, false), Forwarding.DEFAULT, 0)
        .prepare(call);
    assertThat(call.authority()).isEqualTo(withoutPort);
    call = FakeCall.to(authority, "/");
    preparation(PathHandling.DEFAULT, new HostHandling(false, false, true), Forwarding.DEFAULT, 0)
        .prepare(call);
    assertThat(call.authority()).isEqualTo(withoutDot);
  }

  @Test
  void onlyTheListenersOwnPortIsStripped() {
    var handling = new HostHandling(false, true, false);
    for (String authority : List.of("h:80", "h:81")) {
      var call = FakeCall.to(authority, "/");
      preparation(PathHandling.DEFAULT, handling, Forwarding.DEFAULT, 80).prepare(call);
      assertThat(call.authority()).isEqualTo(authority.equals("h:80") ? "h" : "h:81");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "8.8.8.8|8.8.8.8|false",
        "10.0.0.1, 127.0.0.1|127.0.0.1|false",
        "bad|127.0.0.1|false",
        "''|127.0.0.1|false",
        "10.0.0.1|10.0.0.1|true",
        "1.1.1.1, 10.0.0.1|10.0.0.1|false",
        " 10.0.0.1 |10.0.0.1|true",
        "10.0.0.1,|127.0.0.1|false"
      })
  void theCallerByForwardedFor(String forwardedFor, String caller, boolean internal) {
    var call =
        FakeCall.get(
            "/",
            "x-forwarded-for",
            forwardedFor,
            "x-envoy-internal",
            "forged",
            "x-envoy-max-retries",
            "1",
            "x-mine",
            "1");
    of(forwarding(false, 0, TEN, "")).prepare(call);
    assertThat(call.caller).isEqualTo(caller);
    assertThat(call.internal()).isEqualTo(internal);
    assertThat(call.headers.get("x-envoy-internal")).isEqualTo(internal ? "true" : null);
    assertThat(call.headers.contains("x-envoy-max-retries")).isEqualTo(internal);
    assertThat(call.headers.contains("x-mine")).isEqualTo(internal);
    assertThat(call.headers.get("x-forwarded-for")).isEqualTo(forwardedFor);
    assertThat(call.headers.get("x-forwarded-proto")).isEqualTo("http");
  }

  @Test
  void trustedHopsAreSkipped() {
    var call = FakeCall.get("/", "x-forwarded-for", "1.1.1.1, 2.2.2.2, 3.3.3.3");
    of(forwarding(false, 1, TEN, "")).prepare(call);
    assertThat(call.caller).isEqualTo("2.2.2.2");
    var few = FakeCall.get("/", "x-forwarded-for", "1.1.1.1");
    of(forwarding(false, 1, TEN, "")).prepare(few);
    assertThat(few.caller).isEqualTo("127.0.0.1");
  }

  @Test
  void atTheEdge() {
    var call =
        FakeCall.get(
            "/",
            "x-forwarded-for",
            "8.8.8.8",
            "x-forwarded-proto",
            "https",
            "x-request-id",
            "forged",
            "x-envoy-downstream-service-node",
            "n");
    of(forwarding(true, 0, TEN, "")).prepare(call);
    assertThat(call.headers.get("x-forwarded-for")).isEqualTo("8.8.8.8,192.0.2.2");
    assertThat(call.headers.get("x-forwarded-proto")).isEqualTo("http");
    assertThat(call.headers.get("x-envoy-external-address")).isEqualTo("127.0.0.1");
    assertThat(call.headers.get("x-request-id")).hasSize(36);
    assertThat(call.headers.contains("x-envoy-downstream-service-node")).isFalse();
    var inside = FakeCall.get("/");
    of(forwarding(true, 0, List.of(new Cidr("127.0.0.0", 8)), "")).prepare(inside);
    assertThat(inside.internal()).isTrue();
    assertThat(inside.headers.contains("x-envoy-external-address")).isFalse();
  }

  @Test
  void theProtocolForwardedBecomesTheScheme() {
    var call =
        FakeCall.get("/", "x-forwarded-proto", "HTTPS", "x-request-id", "mine", "via", "1.1 a");
    of(forwarding(false, 0, List.of(), "mesh")).prepare(call);
    assertThat(call.scheme()).isEqualTo("https");
    assertThat(call.headers.get("x-request-id")).isEqualTo("mine");
    assertThat(call.headers.get("via")).isEqualTo("1.1 a, mesh");
    var other = FakeCall.get("/", "x-forwarded-proto", "ws");
    of(Forwarding.DEFAULT).prepare(other);
    assertThat(other.scheme()).isEqualTo("http");
  }
}
