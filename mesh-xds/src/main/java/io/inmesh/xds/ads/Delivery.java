package io.inmesh.xds.ads;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryResponse;
import io.inmesh.proto.envoy.service.discovery.v3.ResourceError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A response of either variant.
 *
 * @param removed names that the plane has no longer, or never had; delta only
 */
record Delivery(
    Resource.Type type,
    String revision,
    String nonce,
    List<Item> items,
    List<String> removed,
    List<Trouble> troubles) {
  private static final String WRAPPER = "type.googleapis.com/envoy.service.discovery.v3.Resource";
  private static final Map<String, Resource.Type> TYPES = new HashMap<>();
  private static final int NOT_FOUND = 5;
  private static final long MOST_SECONDS = 100L * 365 * 24 * 60 * 60;

  static {
    for (Resource.Type type : Resource.Type.values()) {
      TYPES.put(type.url(), type);
    }
  }

  /**
   * One resource of a response.
   *
   * @param name from its wrapper, or empty
   * @param message null if only its life was prolonged
   * @param ttlNanos 0 for ever
   * @param problem why it cannot even be looked at, or empty
   * @param aliases other names that were asked for and mean this one
   */
  record Item(
      String name,
      String version,
      @Nullable ByteString message,
      long ttlNanos,
      String problem,
      List<String> aliases) {
    Item {
      aliases = List.copyOf(aliases);
    }

    /** Under its own name only. */
    Item(String name, String version, @Nullable ByteString message, long ttlNanos, String problem) {
      this(name, version, message, ttlNanos, problem, List.of());
    }

    Item withAliases(List<String> others) {
      return others.isEmpty() ? this : new Item(name, version, message, ttlNanos, problem, others);
    }
  }

  /** What the plane says is wrong with a resource on its side. */
  record Trouble(String name, boolean notFound, String reason) {}

  /** The type of a URL; null if it is none of ours. */
  static Resource.@Nullable Type type(String url) {
    return TYPES.get(url);
  }

  /** Null if the response is of a type that we do not know. */
  static @Nullable Delivery of(DiscoveryResponse response) {
    Resource.Type type = type(response.getTypeUrl());
    if (type == null) {
      return null;
    }
    var items = new ArrayList<Item>(response.getResourcesCount());
    for (Any any : response.getResourcesList()) {
      items.add(any.getTypeUrl().equals(WRAPPER) ? unwrap(type, any) : item(type, "", "", any, 0));
    }
    return new Delivery(
        type,
        response.getVersionInfo(),
        response.getNonce(),
        items,
        List.of(),
        troubles(response.getResourceErrorsList()));
  }

  /** Null if the response is of a type that we do not know. */
  static @Nullable Delivery of(DeltaDiscoveryResponse response) {
    Resource.Type type = type(response.getTypeUrl());
    if (type == null) {
      return null;
    }
    var items = new ArrayList<Item>(response.getResourcesCount());
    for (io.inmesh.proto.envoy.service.discovery.v3.Resource resource :
        response.getResourcesList()) {
      items.add(item(type, resource));
    }
    return new Delivery(
        type,
        response.getSystemVersionInfo(),
        response.getNonce(),
        items,
        List.copyOf(response.getRemovedResourcesList()),
        troubles(response.getResourceErrorsList()));
  }

  private static Item unwrap(Resource.Type type, Any any) {
    try {
      return item(
          type, io.inmesh.proto.envoy.service.discovery.v3.Resource.parseFrom(any.getValue()));
    } catch (InvalidProtocolBufferException malformed) {
      return new Item("", "", null, 0, "a malformed Resource: " + malformed.getMessage());
    }
  }

  private static Item item(
      Resource.Type type, io.inmesh.proto.envoy.service.discovery.v3.Resource resource) {
    long ttl = resource.hasTtl() ? nanos(resource.getTtl()) : 0;
    Item item =
        resource.hasResource()
            ? item(type, resource.getName(), resource.getVersion(), resource.getResource(), ttl)
            : new Item(resource.getName(), resource.getVersion(), null, ttl, "");
    return item.withAliases(resource.getAliasesList());
  }

  /** What is longer than a hundred years is as good as that. */
  private static long nanos(Duration ttl) {
    return Math.min(ttl.getSeconds(), MOST_SECONDS) * 1_000_000_000L + ttl.getNanos();
  }

  private static Item item(
      Resource.Type type, String name, String version, Any any, long ttlNanos) {
    return any.getTypeUrl().equals(type.url())
        ? new Item(name, version, any.getValue(), ttlNanos, "")
        : new Item(
            name,
            version,
            null,
            ttlNanos,
            "a " + any.getTypeUrl() + " in a response of " + type.url());
  }

  private static List<Trouble> troubles(List<ResourceError> errors) {
    return errors.stream()
        .map(
            error ->
                new Trouble(
                    error.getResourceName().getName(),
                    error.getErrorDetail().getCode() == NOT_FOUND,
                    "the plane says: " + error.getErrorDetail().getMessage()))
        .toList();
  }
}
