package io.inmesh.xds.ads;

/** A stream to a server, whatever carries it. Used on the config loop. */
interface AdsStream<Q> {
  void send(Q request);

  /** Lets the server send one more response. */
  void request();

  /** Ends it, after what was sent. No callback comes afterwards. Idempotent. */
  void close();

  /** Opens streams. */
  interface Opener<Q, R> {
    /** Opens a stream to a server; callbacks come on the config loop, after this returned. */
    AdsStream<Q> open(int server, Callbacks<R> callbacks);
  }

  /** What becomes of a stream. */
  interface Callbacks<R> {
    /** The connection has been made. */
    void ready();

    /** The server has accepted the stream. It need not say so before its first response. */
    void accepted();

    void response(R response);

    /** It ended; the last callback. */
    void closed(String reason);
  }
}
