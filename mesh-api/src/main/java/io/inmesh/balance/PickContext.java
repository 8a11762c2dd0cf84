package io.inmesh.balance;

import java.util.Map;

/** What a picker may ask of the attempt it chooses for. */
public interface PickContext {
  /** Whether the route's hash policy gave a hash. */
  boolean hashed();

  /** The hash; meaningful only if {@link #hashed}. */
  long hash();

  /** A draw of this call: 64 uniform bits, another at each call; the same sequence in a replay. */
  long random();

  /** Whether an earlier attempt of this call went there and the route avoids such hosts. */
  boolean tried(Host host);

  /**
   * How many draws a picker may make to avoid hosts {@link #tried}; at least 1. Source:
   * host_selection_retry_max_attempts.
   */
  int hostSelectionAttempts();

  /** What the route asks of {@code envoy.lb} metadata; empty for no subset. */
  Map<String, Object> metadataMatch();

  /** The request's authority, for clusters whose host is the request's own destination. */
  default String authority() {
    return "";
  }

  /**
   * The host that the call is bound to, as {@code address:port}, for instance by a stateful
   * session; empty for none. A host that is gone, or in a state that the cluster's
   * override_host_status does not list, is not used.
   */
  default String overrideHost() {
    return "";
  }

  /** Whether another host than {@link #overrideHost} is worse than none. */
  default boolean overrideStrict() {
    return false;
  }
}
