package io.inmesh.cli.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.sun.net.httpserver.HttpExchange;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.inmesh.call.Bodies;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.proto.envoy.config.core.v3.HeaderValue;
import io.inmesh.proto.envoy.service.auth.v3.AttributeContext;
import io.inmesh.proto.envoy.service.auth.v3.CheckRequest;
import io.inmesh.proto.envoy.service.auth.v3.CheckResponse;
import io.inmesh.proto.envoy.service.ratelimit.v3.RateLimitRequest;
import io.inmesh.proto.envoy.service.ratelimit.v3.RateLimitResponse;
import io.inmesh.proto.envoy.type.v3.StatusCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Filters that ask services, over real sockets: a control plane serves raw resources to a client,
 * which asks an authorization service over HTTP and grpc-java's own server over gRPC.
 */
class AskedServicesTest {
  private static final String HTTP2 =
      """
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: {http2_protocol_options: {}}
      """;

  private static final String OVER_GRPC =
      "transport_api_version: V3, grpc_service: {envoy_grpc: {cluster_name: asked}, timeout: 5s}";

  @TempDir Path directory;
  private FilteredMesh mesh;
  private Server grpc;
  private int backend;
  private int http;

  @BeforeEach
  void startServers() throws IOException {
    mesh = new FilteredMesh(directory);
    backend = mesh.serve(AskedServicesTest::echo);
    http = mesh.serve(AskedServicesTest::authorize);
    grpc =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(authorization())
            .addService(rateLimits())
            .build()
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
    grpc.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
  }

  private static void echo(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    FilteredMesh.answer(
        exchange,
        200,
        "user=%s body=%s"
            .formatted(
                exchange.getRequestHeaders().getFirst("x-user"),
                new String(body, StandardCharsets.UTF_8)));
  }

  /** Lets those pass who have the word, and tells who they are; is silent when it is told to. */
  private static void authorize(HttpExchange exchange) throws IOException {
    String word = String.valueOf(exchange.getRequestHeaders().getFirst("authorization"));
    if (word.equals("silence")) {
      return;
    }
    exchange.getResponseHeaders().set("x-user", "somebody");
    exchange.getResponseHeaders().set("x-why", "a word");
    FilteredMesh.answer(exchange, word.equals("please") ? 200 : 401, "what is the word?");
  }

  private static <I extends Message, O extends Message> MethodDescriptor<I, O> method(
      String name, Parser<I> in, Parser<O> out) {
    return MethodDescriptor.<I, O>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(name)
        .setRequestMarshaller(new Marshaller<>(in))
        .setResponseMarshaller(new Marshaller<>(out))
        .build();
  }

  record Marshaller<M extends Message>(Parser<M> parser) implements MethodDescriptor.Marshaller<M> {
    @Override
    public InputStream stream(M value) {
      return value.toByteString().newInput();
    }

    @Override
    public M parse(InputStream stream) {
      try {
        return parser.parseFrom(stream);
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }

  private static ServerServiceDefinition authorization() {
    String service = "envoy.service.auth.v3.Authorization";
    return ServerServiceDefinition.builder(service)
        .addMethod(
            method(service + "/Check", CheckRequest.parser(), CheckResponse.parser()),
            ServerCalls.asyncUnaryCall(AskedServicesTest::check))
        .build();
  }

  private static void check(CheckRequest request, StreamObserver<CheckResponse> to) {
    AttributeContext.HttpRequest http = request.getAttributes().getRequest().getHttp();
    String word = http.getHeadersOrDefault("authorization", "");
    var response = CheckResponse.newBuilder();
    if (word.equals("silence")) {
      return;
    }
    if (word.equals("please")) {
      response
          .getOkResponseBuilder()
          .addHeadersBuilder()
          .setHeader(header("x-user", http.getMethod() + http.getPath() + http.getBody()));
    } else {
      response.getStatusBuilder().setCode(16);
      var denied = response.getDeniedResponseBuilder().setBody("what is the word?");
      denied.getStatusBuilder().setCode(StatusCode.Unauthorized);
      denied.addHeadersBuilder().setHeader(header("x-why", "a word"));
    }
    to.onNext(response.build());
    to.onCompleted();
  }

  private static HeaderValue header(String name, String value) {
    return HeaderValue.newBuilder().setKey(name).setValue(value).build();
  }

  private static ServerServiceDefinition rateLimits() {
    String service = "envoy.service.ratelimit.v3.RateLimitService";
    return ServerServiceDefinition.builder(service)
        .addMethod(
            method(
                service + "/ShouldRateLimit",
                RateLimitRequest.parser(),
                RateLimitResponse.parser()),
            ServerCalls.asyncUnaryCall(AskedServicesTest::limit))
        .build();
  }

  private static void limit(RateLimitRequest request, StreamObserver<RateLimitResponse> to) {
    String user = request.getDescriptors(0).getEntries(0).getValue();
    boolean over = user.equals("greedy");
    var response = RateLimitResponse.newBuilder().setOverallCodeValue(over ? 2 : 1);
    response
        .addStatusesBuilder()
        .setDurationUntilReset(Duration.newBuilder().setSeconds(9))
        .setLimitRemaining(over ? 0 : 4)
        .getCurrentLimitBuilder()
        .setRequestsPerUnit(5)
        .setUnit(RateLimitResponse.RateLimit.Unit.MINUTE);
    to.onNext(response.setRawBody(ByteString.copyFromUtf8("enough, " + user)).build());
    to.onCompleted();
  }

  private void filter(String type, String settings, String perRoute) throws Exception {
    boolean overHttp = settings.contains("http_service");
    mesh.start(
        FilteredMesh.listener(type, settings, perRoute)
            + FilteredMesh.cluster("backends", "", backend)
            + FilteredMesh.cluster(
                "asked", overHttp ? "" : HTTP2, overHttp ? http : grpc.getPort()));
  }

  private static void assertReply(Response response, int status, String details) {
    assertThat(response.outcome().details()).isEqualTo(details);
    assertThat(response.status()).isEqualTo(status);
  }

  private void assertDenied() throws InterruptedException {
    Response denied = mesh.get("/");
    assertReply(denied, 401, "ext_authz_denied");
    assertThat(denied.text()).isEqualTo("what is the word?");
    assertThat(denied.headers().get("x-why")).isEqualTo("a word");
    assertThat(denied.outcome().flags()).containsExactly(Flag.UAEX);
  }

  @Test
  void anHttpServiceDecides() throws Exception {
    filter(
        "ext_authz.v3.ExtAuthz",
        "http_service: {server_uri: {uri: \"http://a\", cluster: asked, timeout: 5s},"
            + " authorization_response: {allowed_upstream_headers:"
            + " {patterns: [{exact: x-user}]}}}",
        "");
    assertDenied();
    Response allowed = mesh.get("/", "authorization", "please", "x-user", "spoofed");
    assertReply(allowed, 200, "via_upstream");
    assertThat(allowed.text()).isEqualTo("user=somebody body=");
    assertReply(mesh.get("/own"), 200, "via_upstream");
  }

  @Test
  void aServiceThatIsSilentRefuses() throws Exception {
    filter(
        "ext_authz.v3.ExtAuthz",
        "http_service: {server_uri: {uri: \"http://a\", cluster: asked, timeout: 0.2s}},"
            + " status_on_error: {code: ServiceUnavailable}",
        "");
    Response silent = mesh.get("/", "authorization", "silence");
    assertReply(silent, 503, "ext_authz_error");
    assertThat(silent.outcome().flags()).containsExactly(Flag.UAEX);
    assertReply(mesh.get("/", "authorization", "please"), 200, "via_upstream");
  }

  @Test
  void aGrpcServiceDecidesAndSeesTheBody() throws Exception {
    filter(
        "ext_authz.v3.ExtAuthz",
        OVER_GRPC + ", with_request_body: {max_request_bytes: 4, allow_partial_message: true}",
        "");
    assertDenied();
    var request =
        new Request("POST", "http", "filtered.test", "/a", Headers.of("authorization", "please"));
    Response allowed = mesh.send(request.withBody(Bodies.of("0123456789")));
    assertReply(allowed, 200, "via_upstream");
    assertThat(allowed.text()).isEqualTo("user=POST/a0123 body=0123456789");
  }

  @Test
  void aServiceThatIsGoneRefusesOrNot() throws Exception {
    filter(
        "ext_authz.v3.ExtAuthz",
        OVER_GRPC + ", failure_mode_allow: true, failure_mode_allow_header_add: true",
        "");
    assertReply(mesh.get("/", "authorization", "please"), 200, "via_upstream");
    assertDenied();
    grpc.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    assertReply(mesh.get("/"), 200, "via_upstream");
  }

  @Test
  void aRateLimitServiceDecides() throws Exception {
    filter(
        "ratelimit.v3.RateLimit",
        "domain: d, timeout: 5s, failure_mode_deny: true,"
            + " enable_x_ratelimit_headers: DRAFT_VERSION_03, rate_limit_service:"
            + " {transport_api_version: V3, grpc_service: {envoy_grpc: {cluster_name: asked}}}",
        "");
    Response within = mesh.get("/", "x-user", "modest");
    assertReply(within, 200, "via_upstream");
    assertThat(within.headers().get("x-ratelimit-limit")).isEqualTo("5, 5;w=60");
    assertThat(within.headers().get("x-ratelimit-remaining")).isEqualTo("4");
    Response over = mesh.get("/", "x-user", "greedy");
    assertReply(over, 429, "request_rate_limited");
    assertThat(over.text()).isEqualTo("enough, greedy");
    assertThat(over.headers().get("x-envoy-ratelimited")).isEqualTo("true");
    assertThat(over.outcome().flags()).containsExactly(Flag.RL);
    assertReply(mesh.get("/"), 200, "via_upstream");
    assertReply(mesh.get("/own", "x-user", "greedy"), 200, "via_upstream");
    grpc.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    Response gone = mesh.get("/", "x-user", "modest");
    assertReply(gone, 500, "rate_limiter_error");
    assertThat(gone.outcome().flags()).containsExactly(Flag.RLSE);
  }
}
