package io.inmesh.plane;

import io.inmesh.config.Resource;

/** Resources as text for people. */
@FunctionalInterface
public interface ResourceFormat {
  /**
   * The proto-JSON of a resource, with its {@code @type}. Keys and passwords are left out.
   *
   * @throws IllegalArgumentException if it holds an extension that cannot be written
   */
  String json(Resource resource);
}
