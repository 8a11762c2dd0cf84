package io.inmesh.controlplane.config.raw;

import io.inmesh.config.Resource;
import java.util.Map;

/** Turns xDS resources in proto-JSON into records. */
public interface ResourceDecoder {
  /** Takes none. */
  ResourceDecoder NONE =
      json -> {
        throw new IllegalArgumentException("xDS resources cannot be read here");
      };

  /**
   * Reads a resource.
   *
   * @param json with {@code @type}; the values are text, Long, Double, Boolean, lists and maps
   * @throws IllegalArgumentException naming the field that is wrong
   */
  Resource decode(Map<String, Object> json);
}
