package io.inmesh.config;

/**
 * Where a host or a node stands. Empty strings for what is not known. Source:
 * envoy.config.core.v3.Locality.
 */
public record Locality(String region, String zone, String subZone) {
  /** Nothing is known. */
  public static final Locality NONE = new Locality("", "", "");

  /** Of {@code region/zone/subzone}, of which the later ones may be left out. */
  public static Locality parse(String text) {
    String[] parts = text.split("/", 3);
    return new Locality(
        parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
  }
}
