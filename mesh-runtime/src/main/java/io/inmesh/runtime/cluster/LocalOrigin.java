package io.inmesh.runtime.cluster;

/** What happened to an attempt before, or instead of, a response of the host. */
public enum LocalOrigin {
  /** The connection was made: says that the host can be reached, nothing more. */
  CONNECTED,
  /** No connection, or the exchange broke: connect failure, reset, termination. Counts as 503. */
  FAILED,
  /** No response in time, or no connection in time. Counts as 504. */
  TIMEOUT
}
