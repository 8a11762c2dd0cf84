package io.inmesh.runtime.wire;

import io.inmesh.call.Headers;
import java.nio.charset.StandardCharsets;

/**
 * The head of an HTTP/1.1 message, and what it says about the message's frame. Strict where two
 * readers could come to different messages (RFC 9112, sections 6.3 and 11.2). Read anew for each
 * message. Owner: a connection's loop.
 */
public final class Http1Head {
  private static final String[] METHODS = {
    "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"
  };

  private final boolean response;
  private final int maxFields;

  private int status;
  private String method = "";
  private String target = "";
  private String host = "";
  private int hosts;
  private Headers headers = Headers.EMPTY;
  private boolean http10;
  private boolean close;
  private boolean keep;
  private boolean chunked;
  private boolean expectContinue;
  private long contentLength = -1;

  Http1Head(boolean response, int maxFields) {
    this.response = response;
    this.maxFields = maxFields;
  }

  /** Reads a head with its empty line; the bytes are changed by this. */
  void read(byte[] bytes, int length) throws WireException {
    reset();
    int at = lineEnd(bytes, 0, length);
    startLine(bytes, contentEnd(bytes, 0, at));
    headers = new Headers();
    fields(bytes, at + 1, length, headers, true);
    // A response without a body may tell of any.
    if (!response || (status >= 200 && status != 204 && status != 304)) {
      checkFraming();
    }
    if (!response && (hosts > 1 || (hosts == 0 && !http10))) {
      throw new WireException(400, hosts == 0 ? "no host" : "two hosts");
    }
    if (!Tokens.isAuthority(host)) {
      throw new WireException(400, "not a host");
    }
  }

  /** Reads trailers with their empty line; the bytes are changed by this. */
  Headers readTrailers(byte[] bytes, int length) throws WireException {
    var trailers = new Headers();
    fields(bytes, 0, length, trailers, false);
    return trailers;
  }

  private void reset() {
    status = 0;
    host = "";
    hosts = 0;
    close = false;
    keep = false;
    chunked = false;
    expectContinue = false;
    contentLength = -1;
  }

  private static int lineEnd(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  /** Where a line that ends with the line feed at {@code lf} has its last byte but the return. */
  private static int contentEnd(byte[] bytes, int from, int lf) {
    return lf > from && bytes[lf - 1] == '\r' ? lf - 1 : lf;
  }

  private void startLine(byte[] line, int length) throws WireException {
    if (response) {
      statusLine(line, length);
    } else {
      requestLine(line, length);
    }
  }

  private void statusLine(byte[] line, int length) throws WireException {
    version(line, 0, length);
    if (length < 12 || line[8] != ' ' || (length > 12 && line[12] != ' ')) {
      throw new WireException(400, "not a status line");
    }
    for (int i = 9; i < 12; i++) {
      if (line[i] < '0' || line[i] > '9') {
        throw new WireException(400, "not a status line");
      }
      status = status * 10 + line[i] - '0';
    }
    if (status < 100) {
      throw new WireException(400, "status " + status);
    }
  }

  private void requestLine(byte[] line, int length) throws WireException {
    int space = indexOf(line, ' ', 0, length);
    int second = indexOf(line, ' ', space + 1, length);
    if (space <= 0 || second <= space + 1) {
      throw new WireException(400, "not a request line");
    }
    for (int i = 0; i < space; i++) {
      if (Tokens.lower(line[i]) == 0) {
        throw new WireException(400, "not a method");
      }
    }
    for (int i = space + 1; i < second; i++) {
      if (line[i] <= ' ' || line[i] == 0x7f || line[i] == '#') {
        throw new WireException(400, "not a request target");
      }
    }
    version(line, second + 1, length);
    if (length != second + 9) {
      throw new WireException(400, "not a request line");
    }
    method = method(line, space);
    target = new String(line, space + 1, second - space - 1, StandardCharsets.ISO_8859_1);
  }

  private static String method(byte[] line, int length) {
    for (String known : METHODS) {
      if (known.length() == length && known.charAt(0) == line[0] && known.charAt(1) == line[1]) {
        if (matches(known, line, length)) {
          return known;
        }
      }
    }
    return new String(line, 0, length, StandardCharsets.US_ASCII);
  }

  private static boolean matches(String known, byte[] line, int length) {
    for (int i = 0; i < length; i++) {
      if (known.charAt(i) != line[i]) {
        return false;
      }
    }
    return true;
  }

  private void version(byte[] line, int at, int length) throws WireException {
    if (length < at + 8
        || line[at] != 'H'
        || line[at + 1] != 'T'
        || line[at + 2] != 'T'
        || line[at + 3] != 'P'
        || line[at + 4] != '/'
        || line[at + 6] != '.') {
      throw new WireException(400, "not HTTP/1.1");
    }
    if (line[at + 5] != '1' || line[at + 7] < '0' || line[at + 7] > '9') {
      throw new WireException(505, "not HTTP/1.1");
    }
    http10 = line[at + 7] == '0';
  }

  private static int indexOf(byte[] bytes, char wanted, int from, int to) {
    for (int i = Math.max(0, from); i < to; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  /** Fields from {@code at} to the empty line. */
  private void fields(byte[] bytes, int at, int length, Headers into, boolean framing)
      throws WireException {
    while (at < length) {
      int lf = lineEnd(bytes, at, length);
      int end = contentEnd(bytes, at, lf);
      if (end == at) {
        return;
      }
      field(bytes, at, end, into, framing);
      at = lf + 1;
    }
  }

  private void field(byte[] bytes, int at, int end, Headers into, boolean framing)
      throws WireException {
    int colon = at;
    while (colon < end && bytes[colon] != ':') {
      byte lower = Tokens.lower(bytes[colon]);
      if (lower == 0) {
        throw new WireException(400, "not a header field");
      }
      bytes[colon++] = lower;
    }
    if (colon == at || colon == end) {
      throw new WireException(400, "not a header field");
    }
    String name = FieldNames.of(bytes, at, colon - at);
    int from = colon + 1;
    while (from < end && (bytes[from] == ' ' || bytes[from] == '\t')) {
      from++;
    }
    while (end > from && (bytes[end - 1] == ' ' || bytes[end - 1] == '\t')) {
      end--;
    }
    for (int i = from; i < end; i++) {
      if (Tokens.isControl(bytes[i] & 0xff)) {
        throw new WireException(400, "a control character in the field " + name);
      }
    }
    String value = new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    if (!framing) {
      if (!Fields.isFraming(name) && !Fields.isHop(name)) {
        into.addLower(name, value);
      }
    } else if (!framing(name, value)) {
      into.addLower(name, value);
    }
    if (into.size() > maxFields) {
      throw new WireException(431, "more than " + maxFields + " header fields");
    }
  }

  /** Takes in what frames the message; true if the field is not for anybody else. */
  private boolean framing(String name, String value) throws WireException {
    switch (name) {
      case "content-length":
        if (contentLength >= 0) {
          throw new WireException(400, "two content-lengths");
        }
        contentLength = length(value);
        return false;
      case "transfer-encoding":
        if (chunked || !value.equalsIgnoreCase("chunked")) {
          throw new WireException(501, "a transfer-encoding other than chunked");
        }
        chunked = true;
        return true;
      case "connection":
        close |= Tokens.has(value, "close");
        keep |= Tokens.has(value, "keep-alive");
        return true;
      case "keep-alive":
      case "proxy-connection":
        return true;
      case "expect":
        expectContinue = value.equalsIgnoreCase("100-continue");
        return false;
      case "host":
        if (response) {
          return false;
        }
        hosts++;
        host = value;
        return true;
      default:
        return false;
    }
  }

  private static long length(String value) throws WireException {
    long length = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9 || i > 17) {
        throw new WireException(400, "not a content-length");
      }
      length = length * 10 + digit;
    }
    if (value.isEmpty()) {
      throw new WireException(400, "not a content-length");
    }
    return length;
  }

  private void checkFraming() throws WireException {
    if (chunked && contentLength >= 0) {
      throw new WireException(400, "both content-length and transfer-encoding");
    }
    if (chunked && http10) {
      throw new WireException(400, "transfer-encoding in HTTP/1.0");
    }
  }

  /** A response's status. */
  public int status() {
    return status;
  }

  /** A request's method. */
  public String method() {
    return method;
  }

  /** A request's target, as it stands there. */
  public String target() {
    return target;
  }

  /** A request's host; empty if it names none. */
  public String host() {
    return host;
  }

  /** The head's fields but those that frame the message and, in a request, host. */
  public Headers headers() {
    return headers;
  }

  /** What content-length says; -1 if nothing. */
  public long contentLength() {
    return contentLength;
  }

  /** Whether the body comes in chunks. */
  boolean isChunked() {
    return chunked;
  }

  /** Whether a body follows the head. */
  public boolean hasBody() {
    return chunked || contentLength > 0;
  }

  /** Whether a further message may follow on the connection. */
  public boolean keepAlive() {
    return !close && (!http10 || keep);
  }

  /** Whether it is HTTP/1.0. */
  public boolean isHttp10() {
    return http10;
  }

  /** Whether the client waits for a word before it sends the body. */
  public boolean expectsContinue() {
    return expectContinue && !http10 && hasBody();
  }
}
