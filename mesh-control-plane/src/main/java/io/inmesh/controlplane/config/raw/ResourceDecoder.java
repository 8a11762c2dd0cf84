package io.inmesh.controlplane.config.raw;

import io.inmesh.config.Resource;
import java.util.Map;

/** Turns xDS resources in proto-JSON into records, in the place of the codec. */
public interface ResourceDecoder {
  /**
   * Reads a resource.
   *
   * @param json with {@code @type}; the values are text, Long, Double, Boolean, lists, maps and
   *     null
   * @throws IllegalArgumentException naming the field that is wrong
   */
  Resource decode(Map<String, Object> json);
}
