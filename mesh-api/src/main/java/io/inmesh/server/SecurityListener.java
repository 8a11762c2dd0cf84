package io.inmesh.server;

/** Hears of requests that were refused. Called on their loops: it must not block. */
@FunctionalInterface
public interface SecurityListener {
  /** Nobody listens. */
  SecurityListener NONE = event -> {};

  /** Once per refused request. */
  void onDenied(SecurityEvent event);
}
