package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Headers;
import io.inmesh.config.Action.BodyFormat;
import io.inmesh.config.Action.DirectResponse;
import io.inmesh.config.Format;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.Forwarding;
import io.inmesh.config.HttpConnection.ServerHeader;
import io.inmesh.config.Metadata;
import io.inmesh.config.VirtualHost;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Seen on Envoy 1.40. */
class ResponsePreparationTest {
  private static ResponsePreparation of(ServerHeader server, String via) {
    HttpConnection of = Routes.connection();
    var forwarding =
        new Forwarding(false, 0, false, List.of(), via, "envoy", server, true, false, true);
    return new ResponsePreparation(
        Routes.settings(
            new HttpConnection(
                of.filters(), of.routes(), of.path(), of.host(), forwarding, of.limits())));
  }

  private static ResponsePreparation plain() {
    return new ResponsePreparation(Routes.settings());
  }

  @ParameterizedTest
  @CsvSource({
    "OVERWRITE, own, envoy",
    "OVERWRITE, '', envoy",
    "APPEND_IF_ABSENT, own, own",
    "APPEND_IF_ABSENT, '', envoy",
    "PASS_THROUGH, own, own",
    "PASS_THROUGH, '', none"
  })
  void server(ServerHeader transformation, String own, String expected) {
    var headers = own.isEmpty() ? new Headers() : Headers.of("server", own);
    of(transformation, "").toCaller(FakeCall.get("/"), headers);
    assertThat(headers.contains("server") ? headers.get("server") : "none").isEqualTo(expected);
  }

  @Test
  void viaAndRequestIdAndHopByHop() {
    var headers = Headers.of("via", "a", "connection", "close", "keep-alive", "1");
    of(ServerHeader.PASS_THROUGH, "mesh")
        .toCaller(FakeCall.get("/", "x-request-id", "id"), headers);
    assertThat(headers).isEqualTo(Headers.of("via", "a, mesh", "x-request-id", "id"));
  }

  @Test
  void fromUpstream() {
    var policy =
        new VirtualHost.Policy(
            VirtualHost.RequireTls.NONE,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            true,
            true,
            false,
            Optional.empty());
    var host =
        new VirtualHost(
            "v",
            List.of("*"),
            List.of(Routes.route("r", Routes.prefix("/"))),
            HeaderMutations.NONE,
            policy,
            List.of(),
            Map.of(),
            Metadata.EMPTY);
    var call = FakeCall.get("/");
    RouteEntry<String> entry = Routes.table(host).match(call);
    assertThat(entry).isNotNull();
    call.entry = entry;
    entry.finalizeRequest(call, call);
    assertThat(call.headers.get("x-envoy-attempt-count")).isEqualTo("1");
    call.attempts = 3;
    var headers = new Headers();
    plain().fromUpstream(call, headers, 17);
    assertThat(headers)
        .isEqualTo(Headers.of("x-envoy-upstream-service-time", "17", "x-envoy-attempt-count", "3"));
  }

  @Test
  void localReplies() {
    var reply = new LocalReply(503, new Headers(), "no healthy upstream", "no_healthy_upstream");
    LocalReply sent = plain().local(FakeCall.get("/"), reply, -1);
    assertThat(sent.status()).isEqualTo(503);
    assertThat(sent.body()).isEqualTo("no healthy upstream");
    assertThat(sent.headers())
        .isEqualTo(Headers.of("content-length", "19", "content-type", "text/plain"));
    var empty = new LocalReply(404, Headers.of("content-type", "x"), "", "route_not_found");
    assertThat(plain().local(FakeCall.get("/"), empty, -1).headers()).isEqualTo(new Headers());
  }

  @ParameterizedTest
  @CsvSource({"404, -1, 12", "503, -1, 14", "200, -1, 2", "403, -1, 7", "504, 4, 4", "418, -1, 2"})
  void localRepliesToGrpc(int status, int grpcStatus, String expected) {
    var call = FakeCall.get("/", "content-type", "application/grpc+proto");
    var reply = new LocalReply(status, new Headers(), "50% ~\u00e9", "x");
    LocalReply sent = plain().local(call, reply, grpcStatus);
    assertThat(sent.status()).isEqualTo(200);
    assertThat(sent.body()).isEmpty();
    assertThat(sent.headers())
        .isEqualTo(
            Headers.of(
                "content-type",
                "application/grpc",
                "grpc-status",
                expected,
                "grpc-message",
                "50%25 %7E%C3%A9"));
  }

  @Test
  void directResponsesMayFormatTheirBody() {
    var format =
        new BodyFormat(Format.parse("%LOCAL_REPLY_BODY% a=%REQ(x-a)%"), Optional.of("text/html"));
    var direct = new DirectResponse(418, "hello", Optional.of(format));
    var call = FakeCall.get("/");
    RouteEntry<String> entry = Routes.entry(Routes.route("r", Routes.prefix("/"), direct));
    call.entry = entry;
    call.localBody = "hello";
    LocalReply reply = entry.directReply(call);
    assertThat(reply).isNotNull();
    LocalReply sent = plain().local(call, reply, -1);
    assertThat(sent.body()).isEqualTo("hello a=-");
    assertThat(sent.headers())
        .isEqualTo(Headers.of("content-type", "text/html", "content-length", "9"));
  }
}
