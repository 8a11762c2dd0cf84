package io.inmesh.runtime.wire;

import io.inmesh.call.Headers;
import io.inmesh.transport.Stream.RequestHead;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;

/** Header fields as HTTP/2 has them (RFC 9113, 8). */
public final class Http2Fields {
  private static final String[] STATUSES = new String[600];

  static {
    for (int i = 100; i < STATUSES.length; i++) {
      STATUSES[i] = Integer.toString(i);
    }
  }

  private Http2Fields() {}

  /** A request's head. */
  public static Http2Headers request(RequestHead head, Headers headers, long contentLength) {
    var fields = new DefaultHttp2Headers(false, headers.size() + 5);
    fields.method(head.method());
    fields.scheme(head.scheme());
    fields.authority(Fields.safe(head.authority()));
    fields.path(Fields.safe(head.path()));
    return add(fields, headers, contentLength, false);
  }

  /**
   * A response's head.
   *
   * @param keepLength whether a content-length among the headers is told, as in an answer to HEAD
   */
  public static Http2Headers response(
      int status, Headers headers, long contentLength, boolean keepLength) {
    var fields = new DefaultHttp2Headers(false, headers.size() + 2);
    fields.status(status < STATUSES.length ? STATUSES[status] : Integer.toString(status));
    return add(fields, headers, contentLength, keepLength);
  }

  /** The informational answer to {@code expect: 100-continue}. */
  public static Http2Headers continuing() {
    return new DefaultHttp2Headers(false, 1).status(STATUSES[100]);
  }

  /**
   * What is wrong with pseudo-header fields that Netty lets pass (RFC 9113, 8.3.1; Envoy refuses
   * them too): what could become another message where it is sent on over HTTP/1.1.
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
    return add(new DefaultHttp2Headers(false, trailers.size()), trailers, -1, false);
  }

  private static Http2Headers add(
      Http2Headers to, Headers headers, long contentLength, boolean keepLength) {
    for (int i = 0, n = headers.size(); i < n; i++) {
      String name = headers.name(i);
      boolean length = Fields.isFraming(name);
      if ((length && !(keepLength && name.equals("content-length"))) || Fields.isHop(name)) {
        continue;
      }
      String value = headers.value(i);
      if (!name.equals("te") || value.equalsIgnoreCase("trailers")) {
        to.add(name, Fields.safe(value));
      }
    }
    if (contentLength >= 0) {
      to.add("content-length", Long.toString(contentLength));
    }
    return to;
  }

  /** The fields but those whose names begin with a colon; crumbs of cookies are joined. */
  public static Headers read(Http2Headers fields) {
    var headers = new Headers();
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
