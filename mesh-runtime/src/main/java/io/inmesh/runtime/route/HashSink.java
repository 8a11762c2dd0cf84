package io.inmesh.runtime.route;

/** Takes the result of a route's hash policies. Implemented by the call. */
public interface HashSink {
  /** The policies gave a hash. Not called if none did. */
  void onHash(long hash);

  /** A cookie was made: the response needs this {@code set-cookie}. */
  void onCookie(String setCookie);
}
