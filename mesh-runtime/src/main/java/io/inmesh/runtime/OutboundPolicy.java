package io.inmesh.runtime;

/**
 * What becomes of calls to destinations that are not in the mesh. Source: Istio's
 * outboundTrafficPolicy.
 */
public enum OutboundPolicy {
  /** They are passed on as they are, and counted. */
  ALLOW_ANY,
  /** They are answered with 404 and the flag NR. */
  REGISTRY_ONLY
}
