package io.inmesh.controlplane.ads;

/**
 * The way to one client. Used on the server's loop.
 *
 * @param <R> responses
 */
interface Outlet<R> {
  /** Whether a response would go out now, instead of waiting behind others. */
  boolean isReady();

  void send(R response);
}
