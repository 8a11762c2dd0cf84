package io.inmesh;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.plane.ConfigPlane;
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
 */
public record MeshStatus(
    String revision,
    Source source,
    ConfigPlane.Status plane,
    Optional<KeyMaterial> identity,
    String identityError,
    List<ConfigPlane.Rejection> rejections) {
  public MeshStatus {
    rejections = List.copyOf(rejections);
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
