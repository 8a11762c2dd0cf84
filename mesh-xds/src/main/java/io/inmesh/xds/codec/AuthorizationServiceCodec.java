package io.inmesh.xds.codec;

import io.inmesh.config.ExternalAuthorization.AnswerHeaders;
import io.inmesh.config.ExternalAuthorization.BodyLimit;
import io.inmesh.config.ExternalAuthorization.OverGrpc;
import io.inmesh.config.ExternalAuthorization.OverHttp;
import io.inmesh.config.ExternalAuthorization.Service;
import io.inmesh.config.GrpcService;
import io.inmesh.config.StringMatcher;
import io.inmesh.proto.envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse;
import io.inmesh.proto.envoy.extensions.filters.http.ext_authz.v3.BufferSettings;
import io.inmesh.proto.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import io.inmesh.proto.envoy.type.matcher.v3.ListStringMatcher;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The services that decide about requests. */
final class AuthorizationServiceCodec {
  /** That the host's part of HTTP services' URIs is not used; it must be given. */
  private static final String URI = "http://authorization";

  private static final Duration TIMEOUT = Duration.ofMillis(200);

  private AuthorizationServiceCodec() {}

  static Service grpc(Decoding in, io.inmesh.proto.envoy.config.core.v3.GrpcService message) {
    GrpcService service = GrpcServiceCodec.service(in, message);
    Duration timeout = in.duration(message.hasTimeout(), "timeout", message.getTimeout(), TIMEOUT);
    return new OverGrpc(service, timeout);
  }

  static io.inmesh.proto.envoy.config.core.v3.GrpcService message(OverGrpc service) {
    return GrpcServiceCodec.message(service.grpc()).toBuilder()
        .setTimeout(Protos.duration(service.timeout()))
        .build();
  }

  static Service http(Decoding in, HttpService message) {
    if (!message.hasServerUri()) {
      throw in.refuse("server_uri", "is missing");
    }
    var uri = message.getServerUri();
    in.required("server_uri.uri", uri.getUri());
    if (!uri.hasTimeout()) {
      throw in.refuse("server_uri.timeout", "is missing");
    }
    String prefix = path(in, "path_prefix", message.getPathPrefix());
    String override = path(in, "path_override", message.getPathOverride());
    if (!prefix.isEmpty() && !override.isEmpty()) {
      throw in.refuse("only one of path_prefix and path_override may be given");
    }
    return new OverHttp(
        in.required("server_uri.cluster", uri.getCluster()),
        in.duration("server_uri.timeout", uri.getTimeout()),
        prefix,
        override,
        in.each(
            "authorization_request.headers_to_add",
            message.getAuthorizationRequest().getHeadersToAddList(),
            HeaderCodec::plain),
        in.inside(
            "authorization_response",
            message.getAuthorizationResponse(),
            AuthorizationServiceCodec::answer));
  }

  private static String path(Decoding in, String field, String path) {
    if (!path.isEmpty() && !path.startsWith("/")) {
      throw in.refuse(field, "must begin with \"/\"");
    }
    return in.headerValue(field, path);
  }

  private static AnswerHeaders answer(Decoding in, AuthorizationResponse message) {
    return new AnswerHeaders(
        GrpcServiceCodec.matchers(
            in,
            message.hasAllowedUpstreamHeaders(),
            "allowed_upstream_headers",
            message.getAllowedUpstreamHeaders()),
        GrpcServiceCodec.matchers(
            in,
            message.hasAllowedUpstreamHeadersToAppend(),
            "allowed_upstream_headers_to_append",
            message.getAllowedUpstreamHeadersToAppend()),
        GrpcServiceCodec.matchers(
            in,
            message.hasAllowedClientHeaders(),
            "allowed_client_headers",
            message.getAllowedClientHeaders()),
        GrpcServiceCodec.matchers(
            in,
            message.hasAllowedClientHeadersOnSuccess(),
            "allowed_client_headers_on_success",
            message.getAllowedClientHeadersOnSuccess()),
        GrpcServiceCodec.matchers(
            in,
            message.hasDynamicMetadataFromHeaders(),
            "dynamic_metadata_from_headers",
            message.getDynamicMetadataFromHeaders()));
  }

  static HttpService message(OverHttp service) {
    var message =
        HttpService.newBuilder()
            .setPathPrefix(service.pathPrefix())
            .setPathOverride(service.pathOverride());
    message
        .getServerUriBuilder()
        .setUri(URI)
        .setCluster(service.cluster())
        .setTimeout(Protos.duration(service.timeout()));
    service
        .headersToAdd()
        .forEach(
            one ->
                message.getAuthorizationRequestBuilder().addHeadersToAdd(HeaderCodec.plain(one)));
    AnswerHeaders answer = service.answer();
    var to = message.getAuthorizationResponseBuilder();
    put(answer.upstream(), to::setAllowedUpstreamHeaders);
    put(answer.upstreamAppended(), to::setAllowedUpstreamHeadersToAppend);
    put(answer.client(), to::setAllowedClientHeaders);
    put(answer.clientOnSuccess(), to::setAllowedClientHeadersOnSuccess);
    put(answer.metadata(), to::setDynamicMetadataFromHeaders);
    return message.build();
  }

  static void put(List<StringMatcher> matchers, Consumer<ListStringMatcher> to) {
    if (!matchers.isEmpty()) {
      to.accept(GrpcServiceCodec.matchers(matchers));
    }
  }

  static BodyLimit body(Decoding in, BufferSettings message) {
    return new BodyLimit(
        in.number("max_request_bytes", message.getMaxRequestBytes(), 1, Integer.MAX_VALUE),
        message.getAllowPartialMessage(),
        message.getPackAsBytes());
  }

  static BufferSettings message(BodyLimit body) {
    return BufferSettings.newBuilder()
        .setMaxRequestBytes(body.bytes())
        .setAllowPartialMessage(body.partial())
        .setPackAsBytes(body.packed())
        .build();
  }
}
