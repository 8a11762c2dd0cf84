package io.inmesh.controlplane.registry;

import io.inmesh.config.Address;
import io.inmesh.config.IpRange;
import io.inmesh.config.Locality;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an instance says of itself, in the metadata of its node under {@link #METADATA_KEY}.
 *
 * @param protocol one of http, http2, grpc, tcp
 * @param labels for subsets, for instance {@code version}
 * @param weight at least 1
 * @param draining it finishes what it has and wants no more
 * @param locality as its node says; {@link Locality#NONE} if it does not
 */
public record Registration(
    String service,
    String namespace,
    Address address,
    String protocol,
    Map<String, String> labels,
    int weight,
    boolean draining,
    Locality locality) {
  /** The key of the node's metadata. */
  public static final String METADATA_KEY = "INMESH_REGISTRATION";

  private static final Set<String> PROTOCOLS = Set.of("http", "http2", "grpc", "tcp");
  private static final int MAX_LABELS = 64;
  private static final int MAX_TEXT = 253;

  public Registration {
    labels = Map.copyOf(labels);
  }

  /** One that does not say where it is. */
  public Registration(
      String service,
      String namespace,
      Address address,
      String protocol,
      Map<String, String> labels,
      int weight,
      boolean draining) {
    this(service, namespace, address, protocol, labels, weight, draining, Locality.NONE);
  }

  /** The same, somewhere. */
  public Registration at(Locality where) {
    return new Registration(service, namespace, address, protocol, labels, weight, draining, where);
  }

  /** What identifies an instance: a new process at the same place takes the old one's over. */
  public String key() {
    return namespace + "/" + service + "@" + address;
  }

  /** The metadata that says this. */
  public Map<String, Object> toMetadata() {
    return Map.of(
        "locality",
        locality.region() + "/" + locality.zone() + "/" + locality.subZone(),
        "service",
        service,
        "namespace",
        namespace,
        "address",
        address.host(),
        "port",
        (double) address.port(),
        "protocol",
        protocol,
        "labels",
        Map.<String, Object>copyOf(labels),
        "weight",
        (double) weight,
        "draining",
        draining);
  }

  /**
   * Reads metadata.
   *
   * @throws IllegalArgumentException naming the field that is missing or wrong
   */
  public static Registration of(Map<String, Object> metadata) {
    String protocol = metadata.containsKey("protocol") ? text(metadata, "protocol") : "http";
    if (!PROTOCOLS.contains(protocol)) {
      throw wrong("protocol", protocol);
    }
    int port = number(metadata, "port", -1);
    int weight = number(metadata, "weight", 1);
    if (port < 1 || port > 0xffff) {
      throw wrong("port", port);
    }
    if (weight < 1) {
      throw wrong("weight", weight);
    }
    String namespace = metadata.containsKey("namespace") ? text(metadata, "namespace") : "default";
    return new Registration(
        text(metadata, "service"),
        namespace,
        new Address(ip(metadata), port),
        protocol,
        labels(metadata),
        weight,
        Boolean.TRUE.equals(metadata.get("draining")),
        locality(metadata.get("locality")));
  }

  /** One that clients cannot take would spoil the whole service for them. */
  private static String ip(Map<String, Object> metadata) {
    String address = text(metadata, "address");
    if (IpRange.bytes(address) == null || new Address(address, 0).isWildcard()) {
      throw wrong("address", address + " is not an IP address that others can call");
    }
    return address;
  }

  private static Locality locality(@org.jspecify.annotations.Nullable Object value) {
    return Locality.parse(value instanceof String text ? text : "");
  }

  private static String text(Map<String, Object> metadata, String field) {
    if (metadata.get(field) instanceof String text
        && !text.isEmpty()
        && text.length() <= MAX_TEXT) {
      return text;
    }
    throw wrong(field, metadata.get(field));
  }

  private static int number(Map<String, Object> metadata, String field, int absent) {
    Object value = metadata.get(field);
    if (value == null) {
      return absent;
    }
    if (value instanceof Number number && number.doubleValue() == number.intValue()) {
      return number.intValue();
    }
    throw wrong(field, value);
  }

  private static Map<String, String> labels(Map<String, Object> metadata) {
    var labels = new TreeMap<String, String>();
    if (metadata.get("labels") instanceof Map<?, ?> given) {
      if (given.size() > MAX_LABELS) {
        throw wrong("labels", given.size() + " of them");
      }
      given.forEach(
          (name, value) -> {
            if (!(value instanceof String text) || text.length() > MAX_TEXT) {
              throw wrong("labels." + name, value);
            }
            labels.put(String.valueOf(name), text);
          });
    }
    return labels;
  }

  private static IllegalArgumentException wrong(
      String field, @org.jspecify.annotations.Nullable Object value) {
    return new IllegalArgumentException(METADATA_KEY + "." + field + ": " + value);
  }
}
