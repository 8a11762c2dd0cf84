package io.inmesh;

import io.inmesh.explain.CircuitBreakerState;
import io.inmesh.identity.SpiffeId;
import io.inmesh.plane.ConfigPlane;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a mesh knows of itself.
 *
 * @param revision the revision of the config in force; empty before the first
 * @param source where that came from
 * @param plane the connection to the control plane
 * @param identity the process's certificate, if it has one
 * @param identityError why there is no certificate, or why it could not be renewed; empty if
 *     nothing is wrong
 * @param rejections resources refused and not yet replaced by good ones
 * @param circuitBreakers of the clusters that have one, by name
 */
public record MeshStatus(
    String revision,
    Source source,
    ConfigPlane.Status plane,
    Optional<Identity> identity,
    String identityError,
    List<ConfigPlane.Rejection> rejections,
    List<CircuitBreakerState> circuitBreakers) {
  public MeshStatus {
    circuitBreakers = List.copyOf(circuitBreakers);
    rejections = List.copyOf(rejections);
  }

  /**
   * A certificate, without its key.
   *
   * @param chain the own certificate first
   */
  public record Identity(List<X509Certificate> chain) {
    public Identity {
      chain = List.copyOf(chain);
    }

    /** Who the process is; empty if its certificate names no SPIFFE identity. */
    public Optional<SpiffeId> id() {
      return chain.stream().findFirst().flatMap(SpiffeId::of);
    }

    /** Until when the certificate is valid; empty without one. */
    public Optional<Instant> notAfter() {
      return chain.stream().findFirst().map(leaf -> leaf.getNotAfter().toInstant());
    }
  }

  /** Where config came from. */
  public enum Source {
    /** There is none yet. */
    NONE,
    /** The state directory, from an earlier run. */
    STATE_DIRECTORY,
    /** The control plane. */
    PLANE
  }
}
