package io.inmesh.runtime.route;

import io.inmesh.call.Headers;
import io.inmesh.config.HttpConnection.Forwarding;
import io.inmesh.config.HttpConnection.ServerHeader;
import io.inmesh.runtime.format.GrpcStatus;
import io.inmesh.runtime.match.RequestFields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What is done to responses beside the route's own mutations. Source: Envoy's router and HCM. */
public final class ResponsePreparation {
  private static final List<String> HOP_BY_HOP =
      List.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

  /** Numbers that are written again and again. */
  private static final String[] MILLIS =
      IntStream.range(0, 256).mapToObj(Integer::toString).toArray(String[]::new);

  private final Forwarding forwarding;
  private final boolean envoyHeaders;

  public ResponsePreparation(RouteSettings settings) {
    this.forwarding = settings.connection().forwarding();
    this.envoyHeaders = !settings.router().suppressEnvoyHeaders();
  }

  /**
   * A response of a host, before filters see it: {@code x-envoy-upstream-service-time}, attempt
   * count, the route's mutations.
   */
  public void fromUpstream(RoutedCall call, Headers response, long serviceMillis) {
    if (envoyHeaders) {
      response.set("x-envoy-upstream-service-time", text(serviceMillis));
    }
    ofRoute(call, response);
  }

  private static String text(long millis) {
    return millis >= 0 && millis < MILLIS.length ? MILLIS[(int) millis] : Long.toString(millis);
  }

  private static void ofRoute(RoutedCall call, Headers response) {
    RouteEntry<?> entry = call.entry();
    if (entry != null) {
      if (call.attempts() > 0 && entry.attemptsInResponse()) {
        response.set("x-envoy-attempt-count", Integer.toString(call.attempts()));
      }
      entry.finalizeResponse(call, response);
    }
  }

  /**
   * A local reply whose headers can be written to, before filters see it: mutations of the route,
   * length and type of the body. A gRPC call gets 200 with {@code grpc-status}; then no body is
   * left.
   *
   * @param grpcStatus the status for gRPC calls; -1 for the one that stands for the HTTP status
   */
  public LocalReply local(RoutedCall call, LocalReply reply, int grpcStatus) {
    Headers headers = reply.headers();
    ofRoute(call, headers);
    String body = reply.body();
    RouteEntry<?> entry = call.entry();
    if (entry != null && reply.details().equals("direct_response")) {
      body = orElse(entry.formattedBody(call), body);
      entry.formattedType().ifPresent(type -> headers.set("content-type", type));
    }
    if (RequestFields.isGrpc(call)) {
      return grpc(call, reply, headers, body, grpcStatus);
    }
    if (body.isEmpty()) {
      headers.remove("content-length");
      headers.remove("content-type");
    } else {
      int length = body.getBytes(StandardCharsets.UTF_8).length;
      headers.set("content-length", Integer.toString(length));
      if (!headers.contains("content-type")) {
        headers.addLower("content-type", "text/plain");
      }
    }
    return new LocalReply(reply.status(), headers, body, reply.details());
  }

  private static String orElse(@Nullable String value, String otherwise) {
    return value == null ? otherwise : value;
  }

  private static LocalReply grpc(
      RoutedCall call, LocalReply reply, Headers headers, String body, int grpcStatus) {
    headers.set("content-type", "application/grpc");
    String own = headers.get("grpc-status");
    if (own == null || own.isEmpty()) {
      int status = grpcStatus < 0 ? GrpcStatus.ofHttp(reply.status()) : grpcStatus;
      headers.set("grpc-status", Integer.toString(status));
    }
    if (!body.isEmpty() && !call.method().equals("HEAD")) {
      headers.set("grpc-message", encoded(body));
    }
    headers.remove("content-length");
    return new LocalReply(200, headers, "", reply.details());
  }

  /** Percent encoding of grpc-message as Envoy has it: the tilde is encoded too. */
  private static String encoded(String text) {
    StringBuilder out = null;
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      boolean plain = bytes[i] >= ' ' && bytes[i] < '~' && bytes[i] != '%';
      if (!plain && out == null) {
        out = new StringBuilder(text.substring(0, i));
      }
      if (out != null) {
        if (plain) {
          out.append((char) bytes[i]);
        } else {
          out.append(String.format("%%%02X", bytes[i]));
        }
      }
    }
    return out == null ? text : out.toString();
  }

  /** Any response, after all filters: {@code server}, {@code via}, {@code x-request-id}. */
  public void toCaller(RoutedCall call, Headers response) {
    ServerHeader server = forwarding.serverHeader();
    if (server == ServerHeader.OVERWRITE
        || (server == ServerHeader.APPEND_IF_ABSENT && !response.contains("server"))) {
      response.set("server", forwarding.serverName());
    }
    withoutHops(response);
    String id = call.headers().get("x-request-id");
    if (forwarding.alwaysSetRequestIdInResponse() && id != null) {
      response.set("x-request-id", id);
    }
    if (!forwarding.via().isEmpty()) {
      Via.append(response, forwarding.via());
    }
  }

  /** Takes away what counts for one connection only. */
  public static void withoutHops(Headers response) {
    for (int i = 0; i < HOP_BY_HOP.size(); i++) {
      if (response.contains(HOP_BY_HOP.get(i))) {
        response.remove(HOP_BY_HOP.get(i));
      }
    }
  }
}
