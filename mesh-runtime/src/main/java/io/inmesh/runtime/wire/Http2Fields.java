package io.inmesh.runtime.wire;

import io.inmesh.call.Headers;
import io.inmesh.transport.Stream.RequestHead;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Header fields as HTTP/2 has them (RFC 9113, 8). */
public final class Http2Fields {
  private static final int LONGEST_RECURRING = 24;
  private static final AsciiString CONTENT_LENGTH = Http2Names.recurring("content-length");
  private static final AsciiString[] STATUSES = new AsciiString[600];

  static {
    for (int i = 100; i < STATUSES.length; i++) {
      STATUSES[i] = AsciiString.of(Integer.toString(i));
    }
  }

  private Http2Fields() {}

  /**
   * A request's head.
   *
   * @param recent what its connection has sent lately
   */
  public static Http2Headers request(
      RequestHead head, Headers headers, long contentLength, Http2Texts recent) {
    return ReadOnlyHttp2Headers.clientHeaders(
        false,
        Http2Names.recurring(head.method()),
        recent.of(head.path()),
        Http2Names.recurring(head.scheme()),
        recent.of(head.authority()),
        fields(headers, contentLength, false, recent));
  }

  /** Whether hardly any two messages have the same value of a field: nobody need remember it. */
  static boolean isUnique(CharSequence name) {
    return switch (name.length()) {
      case 10 -> AsciiString.contentEquals("tracestate", name);
      case 11 ->
          AsciiString.contentEquals("traceparent", name)
              || AsciiString.contentEquals("x-b3-spanid", name);
      case 12 ->
          AsciiString.contentEquals("x-request-id", name)
              || AsciiString.contentEquals("x-b3-traceid", name);
      default -> false;
    };
  }

  /**
   * A response's head.
   *
   * @param keepLength whether a content-length among the headers is told, as in an answer to HEAD
   */
  public static Http2Headers response(
      int status, Headers headers, long contentLength, boolean keepLength) {
    return ReadOnlyHttp2Headers.serverHeaders(
        false, status(status), fields(headers, contentLength, keepLength, null));
  }

  private static AsciiString status(int status) {
    return status < STATUSES.length ? STATUSES[status] : AsciiString.of(Integer.toString(status));
  }

  /** The informational answer to {@code expect: 100-continue}. */
  public static Http2Headers continuing() {
    return ReadOnlyHttp2Headers.serverHeaders(false, status(100));
  }

  /**
   * What is wrong with a request's pseudo-header fields that Netty lets pass (RFC 9113, 8.3.1;
   * Envoy refuses them too): what could become another message where it is sent on over HTTP/1.1.
   *
   * @return empty if nothing
   */
  public static String malformed(Http2Headers fields) {
    CharSequence path = fields.path();
    if (path != null && !Tokens.isTarget(path)) {
      return "not a path";
    }
    CharSequence method = fields.method();
    if (method != null && !Tokens.isToken(method)) {
      return "not a method";
    }
    CharSequence authority = fields.authority();
    return authority == null || Tokens.isAuthority(authority) ? "" : "not an authority";
  }

  /** Trailers. */
  public static Http2Headers trailers(Headers trailers) {
    return ReadOnlyHttp2Headers.trailers(false, fields(trailers, -1, false, null));
  }

  /** Names and values in turn. */
  private static AsciiString[] fields(
      Headers headers, long contentLength, boolean keepLength, @Nullable Http2Texts recent) {
    int most = 2 * headers.size() + (contentLength < 0 ? 0 : 2);
    var all = new AsciiString[most];
    int end = 0;
    for (int i = 0, n = headers.size(); i < n; i++) {
      String name = headers.name(i);
      String value = headers.value(i);
      if (isSent(name, value, keepLength)) {
        all[end++] = Http2Names.recurring(name);
        all[end++] = value(name, value, recent);
      }
    }
    if (contentLength >= 0) {
      all[end++] = CONTENT_LENGTH;
      all[end++] = Http2Names.text(Long.toString(contentLength));
    }
    return end == most ? all : Arrays.copyOf(all, end);
  }

  private static AsciiString value(String name, String value, @Nullable Http2Texts recent) {
    if (recent != null) {
      return isUnique(name) ? Http2Names.text(value) : recent.of(value);
    }
    return value.length() <= LONGEST_RECURRING
        ? Http2Names.recurring(value)
        : Http2Names.text(value);
  }

  private static boolean isSent(String name, String value, boolean keepLength) {
    if (Fields.isFraming(name)) {
      return keepLength && name.equals("content-length");
    }
    return !Fields.isHop(name) && (!name.equals("te") || value.equalsIgnoreCase("trailers"));
  }

  /** The fields but those whose names begin with a colon; crumbs of cookies are joined. */
  public static Headers read(Http2Headers fields) {
    Headers headers = Headers.withRoom(fields.size());
    StringBuilder cookies = null;
    String cookie = null;
    for (Map.Entry<CharSequence, CharSequence> field : fields) {
      CharSequence name = field.getKey();
      if (name.length() > 0 && name.charAt(0) == ':') {
        continue;
      }
      String value = field.getValue().toString();
      String text = name.toString();
      if (text.equals("cookie")) {
        if (cookie == null) {
          cookie = value;
        } else {
          cookies = cookies == null ? new StringBuilder(cookie) : cookies;
          cookies.append("; ").append(value);
        }
      } else {
        headers.addLower(text, value);
      }
    }
    if (cookie != null) {
      headers.addLower("cookie", cookies == null ? cookie : cookies.toString());
    }
    return headers;
  }

  /** The status of a response; 0 if it has none. */
  public static int status(Http2Headers fields) {
    CharSequence status = fields.status();
    if (status == null || status.length() != 3) {
      return 0;
    }
    int number = 0;
    for (int i = 0; i < 3; i++) {
      int digit = status.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
