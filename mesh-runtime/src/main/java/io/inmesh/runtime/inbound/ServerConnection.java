package io.inmesh.runtime.inbound;

/** An established connection, whatever it speaks. Owner: its loop. */
interface ServerConnection {
  /** No requests after those under way; the peer is told. */
  void drain();

  /** Ends it if nothing is under way. */
  void closeIdle();
}
