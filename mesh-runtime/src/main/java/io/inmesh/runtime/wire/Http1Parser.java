package io.inmesh.runtime.wire;

import io.inmesh.call.Headers;
import io.netty.buffer.ByteBuf;

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
    /** A head: {@link #head}. */
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
  private final boolean responses;
  private final int maxHeadBytes;
  private final Http1Head head;

  private State state = State.HEAD;
  private byte[] scratch = new byte[SCRATCH];

  /** How many bytes from the reader index on are known not to end the head. */
  private int scanned;

  /** Where the line that is being looked for begins, counted like {@link #scanned}. */
  private int lineStart;

  private boolean headRequest;
  private long remaining;
  private int dataLength;

  private Headers trailers = Headers.EMPTY;

  /** Whether the body of the current message lasts until the connection ends. */
  private boolean untilClose;

  /**
   * A parser of responses, or of requests.
   *
   * @param maxHeadBytes of a head, and of trailers
   * @param maxFields in a head
   */
  public Http1Parser(boolean responses, int maxHeadBytes, int maxFields) {
    this.responses = responses;
    this.maxHeadBytes = maxHeadBytes;
    this.head = new Http1Head(responses, maxFields);
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
          return readHead(in);
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

  private Event end(Headers fields) {
    trailers = fields;
    state = State.HEAD;
    return Event.END;
  }

  private Event readHead(ByteBuf in) throws WireException {
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
    trailers = Headers.EMPTY;
    untilClose = false;
    head.read(take(in, length), length);
    return responses ? responseHead() : requestHead();
  }

  private static boolean isLineEnd(byte b) {
    return b == '\r' || b == '\n';
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

  private Event responseHead() throws WireException {
    int status = head.status();
    if (status == 101) {
      throw new WireException(400, "a protocol switch that was not asked for");
    }
    if (status < 200) {
      return Event.INFORMATIONAL;
    }
    if (headRequest || status == 204 || status == 304) {
      remaining = 0;
      state = State.FIXED;
    } else if (head.isChunked()) {
      state = State.CHUNK_SIZE;
    } else if (head.contentLength() >= 0) {
      remaining = head.contentLength();
      state = State.FIXED;
    } else {
      untilClose = true;
      state = State.UNTIL_CLOSE;
    }
    return Event.HEAD;
  }

  private Event requestHead() {
    remaining = Math.max(0, head.contentLength());
    state = head.isChunked() ? State.CHUNK_SIZE : State.FIXED;
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
    return end(head.readTrailers(bytes, length));
  }

  /** How many bytes of body {@link Event#DATA} announced. */
  public int dataLength() {
    return dataLength;
  }

  /** The head of the current message; until the next one has been read. */
  public Http1Head head() {
    return head;
  }

  /** The message's trailers. */
  public Headers trailers() {
    return trailers;
  }

  /** Whether a further message may follow on the connection. */
  public boolean keepAlive() {
    return head.keepAlive() && !untilClose;
  }
}
