package io.inmesh.transport;

import io.inmesh.call.Headers;
import java.nio.ByteBuffer;

/** One exchange on a connection. Used on its loop only. */
public interface Stream {
  /**
   * Sends the request's head. {@code headers} are read before this returns and may hold neither
   * pseudo-header fields nor {@code host}.
   *
   * @param contentLength -1 if unknown; ignored when {@code end}
   * @param end whether there is neither body nor trailers
   */
  void head(RequestHead head, Headers headers, long contentLength, boolean end);

  /**
   * Sends a chunk; its bytes belong to the stream from now on. Only as many as {@link
   * Handler#onWritable} allowed.
   */
  void data(ByteBuffer chunk);

  /** Ends the request; trailers are dropped where the protocol has none. */
  void end(Headers trailers);

  /**
   * How many more chunks of the response the reader can take. Adds up. Zero at first: nothing but
   * the head arrives before.
   */
  void demand(int chunks);

  /** Gives up. No callback follows. Idempotent. */
  void reset();

  /** What stands on the request line. Implemented by the call, so that no object is made for it. */
  interface RequestHead {
    String method();

    String scheme();

    String authority();

    String path();
  }

  /**
   * The reader's side: open, head, data, trailers in this order, then {@link #onClose} exactly
   * once.
   */
  interface Handler {
    /** The stream may be written to. */
    void onOpen(Stream stream);

    /**
     * The connection can take so many more chunks of the request. May come as the last thing that
     * {@link Stream#head} does, so that a short request goes out in one piece; never within {@link
     * Stream#data}. What is written within goes out together.
     */
    void onWritable(int chunks);

    /**
     * The final head; informational heads are not passed on. May come before the request has ended.
     */
    void onHead(int status, Headers headers);

    /** A chunk, lent until this returns. */
    void onData(ByteBuffer chunk);

    /** Trailers, if there are any. */
    void onTrailers(Headers trailers);

    /**
     * Nothing follows. After {@link Closed#COMPLETE} the response was whole. It may come before the
     * request has ended: then the rest of the request is dropped (RFC 9113, 8.1; over HTTP/1.1 the
     * connection is closed), and what is written after this does nothing.
     *
     * @param reason what went wrong, for logs: names the peer; empty when nothing did
     */
    void onClose(Closed how, String reason);
  }

  /** How a stream ended. */
  enum Closed {
    /** The response is whole. */
    COMPLETE,
    /** No connection: refused, unreachable, TLS failed. Nothing was sent. */
    CONNECT_FAILURE,
    /** No connection within the connect timeout. Nothing was sent. */
    CONNECT_TIMEOUT,
    /** Too many requests wait, or too many connections. Nothing was sent. */
    OVERFLOW,
    /**
     * The peer refused the stream (RST_STREAM REFUSED_STREAM, or above GOAWAY's last id), or a
     * pooled connection died before anything was written.
     */
    REFUSED,
    /** RST_STREAM with another code. */
    RESET,
    /** The connection ended or broke while the exchange was under way. */
    TERMINATED,
    /** The peer broke the protocol. */
    PROTOCOL_ERROR
  }
}
