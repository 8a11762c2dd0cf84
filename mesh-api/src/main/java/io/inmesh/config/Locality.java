package io.inmesh.config;

/**
 * Where a host or a node stands. Empty strings for what is not known. Source:
 * envoy.config.core.v3.Locality.
 */
public record Locality(String region, String zone, String subZone) {
  /** Nothing is known. */
  public static final Locality NONE = new Locality("", "", "");
}
