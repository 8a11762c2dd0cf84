package io.inmesh.controlplane.config.model;

import java.util.Map;

/**
 * Whether a workload's callers must prove who they are. Source: security.istio.io
 * PeerAuthentication.
 *
 * @param ports modes of single ports of the workload
 */
public record PeerAuthentication(
    Origin origin, WorkloadTarget target, Mode mode, Map<Integer, Mode> ports) {
  public PeerAuthentication {
    ports = Map.copyOf(ports);
  }

  /** What a server demands. */
  public enum Mode {
    /** What the wider policy says. */
    UNSET,
    /** No mutual TLS. */
    DISABLE,
    /** Mutual TLS and plaintext. */
    PERMISSIVE,
    /** Mutual TLS only. */
    STRICT
  }
}
