package io.inmesh.runtime.wire;

import io.inmesh.call.Headers;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Reads HTTP/1.1 messages from bytes, one after another: {@link #next} says what comes. Strict
 * where two readers could come to different messages (RFC 9112, sections 6.3 and 11.2): no folded
 * lines, no space before a colon, no second content-length, no transfer-encoding but chunked and
 * none beside a content-length. Owner: a connection's loop.
 */
public final class Http1Parser {
  /** What comes next. */
  public enum Event {
    /** More bytes are needed. */
    MORE,
    /** An informational head, to be skipped. */
    INFORMATIONAL,
    /** A head: {@link #status} or {@link #method}, {@link #headers}. */
    HEAD,
    /**
     * {@link #dataLength} bytes of body at the buffer's reader index; asked again, the same comes
     * until {@link #consumed}.
     */
    DATA,
    /** The end of the message, with {@link #trailers}. */
    END
  }

  private enum State {
    HEAD,
    FIXED,
    UNTIL_CLOSE,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_END,
    TRAILERS
  }

  private static final int LONGEST_CHUNK_LINE = 1024;
  private static final int SCRATCH = 1024;
  private static final String[] METHODS = {
    "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"
  };

  private final boolean responses;
  private final int maxHeadBytes;
  private final int maxFields;

  private State state = State.HEAD;
  private byte[] scratch = new byte[SCRATCH];

  /** How many bytes from the reader index on are known not to end the head. */
  private int scanned;

  /** Where the line that is being looked for begins, counted like {@link #scanned}. */
  private int lineStart;

  private boolean headRequest;
  private long remaining;
  private int dataLength;

  private int status;
  private String method = "";
  private String target = "";
  private String host = "";
  private int hosts;
  private Headers headers = Headers.EMPTY;
  private Headers trailers = Headers.EMPTY;
  private boolean http10;
  private boolean close;
  private boolean keep;
  private boolean chunked;
  private boolean expectContinue;
  private long contentLength;

  /**
   * A parser of responses, or of requests.
   *
   * @param maxHeadBytes of a head, and of trailers
   * @param maxFields in a head
   */
  public Http1Parser(boolean responses, int maxHeadBytes, int maxFields) {
    this.responses = responses;
    this.maxHeadBytes = maxHeadBytes;
    this.maxFields = maxFields;
  }

  /** Before a response: whether it answers a HEAD and so has no body whatever its head says. */
  public void expectResponse(boolean toHead) {
    headRequest = toHead;
  }

  /** What comes next in {@code in}. */
  public Event next(ByteBuf in) throws WireException {
    for (; ; ) {
      switch (state) {
        case HEAD:
          return head(in);
        case FIXED:
          return remaining == 0 ? end(Headers.EMPTY) : data(in, remaining);
        case UNTIL_CLOSE:
          return data(in, Long.MAX_VALUE);
        case CHUNK_DATA:
          if (remaining > 0) {
            return data(in, remaining);
          }
          state = State.CHUNK_END;
          break;
        case CHUNK_END:
          if (in.readableBytes() < 2) {
            return Event.MORE;
          }
          if (in.readByte() != '\r' || in.readByte() != '\n') {
            throw new WireException(400, "a chunk is longer than its size");
          }
          state = State.CHUNK_SIZE;
          break;
        case CHUNK_SIZE:
          if (!chunkSize(in)) {
            return Event.MORE;
          }
          break;
        case TRAILERS:
        default:
          return trailers(in);
      }
    }
  }

  private Event data(ByteBuf in, long most) {
    dataLength = (int) Math.min(in.readableBytes(), most);
    return dataLength == 0 ? Event.MORE : Event.DATA;
  }

  /** The data has been read: skips it. */
  public void consumed(ByteBuf in) {
    in.skipBytes(dataLength);
    remaining -= dataLength;
    dataLength = 0;
  }

  /**
   * The peer has closed and all its bytes have been read.
   *
   * @return whether that is a proper end of a message, whose body lasts until then
   */
  public boolean endsWithConnection() {
    if (state != State.UNTIL_CLOSE) {
      return false;
    }
    end(Headers.EMPTY);
    return true;
  }

  /** Whether a message has begun and not ended; {@code in} may hold its beginning. */
  public boolean inMessage(ByteBuf in) {
    return state != State.HEAD || in.isReadable();
  }

  private Event end(Headers fields) {
    trailers = fields;
    state = State.HEAD;
    return Event.END;
  }

  private Event head(ByteBuf in) throws WireException {
    if (!responses && scanned == 0) {
      // RFC 9112, 2.2: empty lines before a request line are let pass.
      while (in.isReadable() && isLineEnd(in.getByte(in.readerIndex()))) {
        in.skipBytes(1);
      }
    }
    int length = blockLength(in, maxHeadBytes);
    if (length < 0) {
      return Event.MORE;
    }
    byte[] bytes = take(in, length);
    reset();
    int at = lineEnd(bytes, 0, length);
    startLine(bytes, contentEnd(bytes, 0, at));
    headers = new Headers();
    fields(bytes, at + 1, length, headers, true);
    return responses ? responseHead() : requestHead();
  }

  private static boolean isLineEnd(byte b) {
    return b == '\r' || b == '\n';
  }

  private void reset() {
    status = 0;
    host = "";
    hosts = 0;
    trailers = Headers.EMPTY;
    close = false;
    keep = false;
    chunked = false;
    expectContinue = false;
    contentLength = -1;
  }

  /**
   * The length of the lines up to and including the next empty one; -1 if they are not all here.
   */
  private int blockLength(ByteBuf in, int most) throws WireException {
    int start = in.readerIndex();
    for (; ; ) {
      int lf = in.indexOf(start + scanned, in.writerIndex(), (byte) '\n');
      if (lf < 0) {
        scanned = in.readableBytes();
        if (scanned > most) {
          throw new WireException(431, "header fields of more than " + most + " bytes");
        }
        return -1;
      }
      int line = lf - start - lineStart;
      scanned = lf - start + 1;
      boolean empty = line == 0 || (line == 1 && in.getByte(lf - 1) == '\r');
      if (empty) {
        int length = scanned;
        scanned = 0;
        lineStart = 0;
        if (length > most) {
          throw new WireException(431, "header fields of more than " + most + " bytes");
        }
        return length;
      }
      lineStart = scanned;
    }
  }

  private byte[] take(ByteBuf in, int length) {
    if (scratch.length < length || scratch.length > 4 * SCRATCH) {
      scratch = new byte[Math.max(SCRATCH, length)];
    }
    in.readBytes(scratch, 0, length);
    return scratch;
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
    if (responses) {
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
      if (line[i] <= ' ' || line[i] == 0x7f) {
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
      if (bytes[i] == 0 || bytes[i] == '\r') {
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
        if (responses) {
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

  private Event responseHead() throws WireException {
    if (status == 101) {
      throw new WireException(400, "a protocol switch that was not asked for");
    }
    if (status < 200) {
      return Event.INFORMATIONAL;
    }
    if (headRequest || status == 204 || status == 304) {
      remaining = 0;
      state = State.FIXED;
      return Event.HEAD;
    }
    checkFraming();
    if (chunked) {
      state = State.CHUNK_SIZE;
    } else if (contentLength >= 0) {
      remaining = contentLength;
      state = State.FIXED;
    } else {
      close = true;
      state = State.UNTIL_CLOSE;
    }
    return Event.HEAD;
  }

  private Event requestHead() throws WireException {
    checkFraming();
    if (hosts > 1 || (hosts == 0 && !http10)) {
      throw new WireException(400, hosts == 0 ? "no host" : "two hosts");
    }
    remaining = Math.max(0, contentLength);
    state = chunked ? State.CHUNK_SIZE : State.FIXED;
    return Event.HEAD;
  }

  private boolean chunkSize(ByteBuf in) throws WireException {
    int start = in.readerIndex();
    int lf = in.indexOf(start, in.writerIndex(), (byte) '\n');
    if (lf < 0 || lf - start > LONGEST_CHUNK_LINE) {
      if (in.readableBytes() > LONGEST_CHUNK_LINE) {
        throw new WireException(400, "the size of a chunk is not told");
      }
      return false;
    }
    long size = 0;
    int digits = 0;
    int at = start;
    for (; at < lf; at++) {
      int digit = Character.digit(in.getByte(at), 16);
      if (digit < 0) {
        break;
      }
      size = size << 4 | digit;
      digits++;
    }
    byte after = in.getByte(at);
    boolean extension = after == ';' || after == ' ' || after == '\t';
    // RFC 9112, 7.1: here a lone line feed would let two readers see two messages.
    if (digits == 0 || digits > 15 || in.getByte(lf - 1) != '\r' || (at != lf - 1 && !extension)) {
      throw new WireException(400, "not the size of a chunk");
    }
    in.readerIndex(lf + 1);
    remaining = size;
    state = size == 0 ? State.TRAILERS : State.CHUNK_DATA;
    return true;
  }

  private Event trailers(ByteBuf in) throws WireException {
    int length = blockLength(in, maxHeadBytes);
    if (length < 0) {
      return Event.MORE;
    }
    if (length <= 2) {
      in.skipBytes(length);
      return end(Headers.EMPTY);
    }
    byte[] bytes = take(in, length);
    var fields = new Headers();
    fields(bytes, 0, length, fields, false);
    return end(fields);
  }

  /** How many bytes of body {@link Event#DATA} announced. */
  public int dataLength() {
    return dataLength;
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

  /** The message's trailers. */
  public Headers trailers() {
    return trailers;
  }

  /** What content-length says; -1 if nothing. */
  public long contentLength() {
    return contentLength;
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
