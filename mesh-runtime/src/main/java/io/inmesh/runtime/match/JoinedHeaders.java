package io.inmesh.runtime.match;

import io.inmesh.call.Headers;
import java.util.Set;

/**
 * The headers that Envoy holds as one value: further fields of the same name are joined to the
 * first with a comma.
 */
public final class JoinedHeaders {
  private static final Set<String> NAMES =
      Set.of(
          "accept",
          "accept-encoding",
          "access-control-request-headers",
          "access-control-request-method",
          "authorization",
          "cache-control",
          "connection",
          "content-encoding",
          "content-length",
          "content-type",
          "etag",
          "grpc-accept-encoding",
          "grpc-message",
          "grpc-status",
          "grpc-timeout",
          "keep-alive",
          "location",
          "origin",
          "pragma",
          "proxy-connection",
          "referer",
          "server",
          "te",
          "transfer-encoding",
          "upgrade",
          "user-agent",
          "vary",
          "via",
          "x-client-trace-id",
          "x-envoy-attempt-count",
          "x-envoy-decorator-operation",
          "x-envoy-degraded",
          "x-envoy-downstream-service-cluster",
          "x-envoy-downstream-service-node",
          "x-envoy-expected-rq-timeout-ms",
          "x-envoy-external-address",
          "x-envoy-force-trace",
          "x-envoy-hedge-on-per-try-timeout",
          "x-envoy-internal",
          "x-envoy-ip-tags",
          "x-envoy-is-timeout-retry",
          "x-envoy-max-retries",
          "x-envoy-original-host",
          "x-envoy-original-path",
          "x-envoy-ratelimited",
          "x-envoy-retriable-header-names",
          "x-envoy-retriable-status-codes",
          "x-envoy-retry-grpc-on",
          "x-envoy-retry-on",
          "x-envoy-upstream-alt-stat-name",
          "x-envoy-upstream-canary",
          "x-envoy-upstream-healthchecked-cluster",
          "x-envoy-upstream-rq-per-try-timeout-ms",
          "x-envoy-upstream-rq-timeout-alt-response",
          "x-envoy-upstream-rq-timeout-ms",
          "x-envoy-upstream-service-time",
          "x-forwarded-client-cert",
          "x-forwarded-for",
          "x-forwarded-host",
          "x-forwarded-port",
          "x-forwarded-proto",
          "x-request-id");

  /** Those of them that it holds so in responses only. */
  private static final Set<String> OF_RESPONSES =
      Set.of(
          "etag",
          "grpc-message",
          "grpc-status",
          "location",
          "server",
          "vary",
          "x-envoy-degraded",
          "x-envoy-ratelimited",
          "x-envoy-upstream-canary",
          "x-envoy-upstream-healthchecked-cluster",
          "x-envoy-upstream-service-time");

  private JoinedHeaders() {}

  public static boolean contains(String name) {
    return NAMES.contains(name);
  }

  /** The same for a request. */
  public static void addToRequest(Headers headers, String name, String value) {
    if (OF_RESPONSES.contains(name)) {
      headers.addLower(name, value);
    } else {
      add(headers, name, value);
    }
  }

  /** Adds a field; joins it to the first one of that name where Envoy does. */
  public static void add(Headers headers, String name, String value) {
    String first = contains(name) ? headers.get(name) : null;
    if (first == null) {
      headers.addLower(name, value);
    } else {
      headers.set(name, first.isEmpty() ? value : value.isEmpty() ? first : first + "," + value);
    }
  }
}
