package io.inmesh.controlplane.ads;

import io.inmesh.config.Resource;
import io.inmesh.config.Resource.Key;
import io.inmesh.xds.codec.Encoder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes served configs of records, for nodes of one kind. What is equal to what it was in the last
 * config is not encoded again. Used by one thread at a time.
 */
public final class EncodedResources {
  private final Encoder encoder;
  private Map<Key, Encoded> last = new HashMap<>();

  private record Encoded(Resource resource, ServedResource served) {}

  /** Nothing is known yet. */
  public EncodedResources(Encoder encoder) {
    this.encoder = encoder;
  }

  /**
   * The config of these records.
   *
   * @param settled see {@link ServedConfig#settled}
   * @throws IllegalArgumentException if two have the same type and name, or one cannot be encoded
   */
  public ServedConfig config(
      String revision, boolean settled, Collection<? extends Resource> resources) {
    Map<Key, Encoded> now = new HashMap<>();
    List<ServedResource> served = new ArrayList<>(resources.size());
    for (Resource resource : resources) {
      @Nullable Encoded before = last.get(resource.key());
      Encoded encoded =
          before != null && before.resource().equals(resource) ? before : encode(resource);
      now.put(resource.key(), encoded);
      served.add(encoded.served());
    }
    ServedConfig config = new ServedConfig(revision, settled, served);
    last = now;
    return config;
  }

  private Encoded encode(Resource resource) {
    return new Encoded(
        resource,
        ServedResource.of(
            resource.key(), encoder.message(resource).toByteString(), resource.references()));
  }
}
