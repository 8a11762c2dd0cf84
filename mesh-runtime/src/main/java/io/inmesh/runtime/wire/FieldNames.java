package io.inmesh.runtime.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Common lower-case names of header fields, found from bytes without allocation. */
final class FieldNames {
  private static final String[] COMMON = {
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "allow",
    "alt-svc",
    "authorization",
    "baggage",
    "b3",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "etag",
    "expect",
    "expires",
    "forwarded",
    "from",
    "grpc-accept-encoding",
    "grpc-encoding",
    "grpc-message",
    "grpc-status",
    "grpc-status-details-bin",
    "grpc-timeout",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "referer",
    "retry-after",
    "server",
    "set-cookie",
    "strict-transport-security",
    "te",
    "trailer",
    "transfer-encoding",
    "traceparent",
    "tracestate",
    "upgrade",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-spanid",
    "x-b3-traceid",
    "x-envoy-attempt-count",
    "x-envoy-decorator-operation",
    "x-envoy-expected-rq-timeout-ms",
    "x-envoy-overloaded",
    "x-envoy-retry-on",
    "x-envoy-upstream-service-time",
    "x-forwarded-client-cert",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id"
  };

  private static final int MASK = 511;
  private static final @Nullable String[] TABLE = new String[MASK + 1];

  static {
    for (String name : COMMON) {
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      int at = hash(bytes, 0, bytes.length);
      while (TABLE[at & MASK] != null) {
        at++;
      }
      TABLE[at & MASK] = name;
    }
  }

  private FieldNames() {}

  /** The names themselves. */
  static List<String> common() {
    return List.of(COMMON);
  }

  /** The name that stands, in lower case, in these bytes. */
  static String of(byte[] bytes, int from, int length) {
    int at = hash(bytes, from, length);
    for (String known = TABLE[at & MASK]; known != null; known = TABLE[++at & MASK]) {
      if (equal(known, bytes, from, length)) {
        return known;
      }
    }
    return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
  }

  private static int hash(byte[] bytes, int from, int length) {
    int hash = length;
    for (int i = from; i < from + length; i++) {
      hash = hash * 31 + bytes[i];
    }
    return hash ^ (hash >>> 9);
  }

  private static boolean equal(String known, byte[] bytes, int from, int length) {
    if (known.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (known.charAt(i) != bytes[from + i]) {
        return false;
      }
    }
    return true;
  }
}
