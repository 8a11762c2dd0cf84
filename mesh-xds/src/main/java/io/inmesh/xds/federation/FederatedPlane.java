package io.inmesh.xds.federation;

import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneContext;
import java.util.Map;

/**
 * Several planes as one: names that begin with {@code xdstp://authority/} are asked of the plane of
 * that authority, all others of the main one. An authority's plane is opened when the first of its
 * names is wanted, and closed when none is. If one plane fails, the names of the others go on.
 *
 * <p>Source: gRFC A47. Glob collections and list collections are not supported.
 */
public final class FederatedPlane implements ConfigPlane {
  private final ConfigPlane main;
  private final Map<String, ConfigPlane> authorities;

  /**
   * A plane; nothing is opened before {@link #open}.
   *
   * @param authorities by name; that of "" stands for names without authority
   */
  public FederatedPlane(ConfigPlane main, Map<String, ConfigPlane> authorities) {
    this.main = main;
    this.authorities = Map.copyOf(authorities);
  }

  @Override
  public Session open(PlaneContext context) {
    return new FederatedSession(main, authorities, context);
  }
}
