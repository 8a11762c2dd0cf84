package io.inmesh.config;

import java.util.Set;

/**
 * Typed settings of an extension. Open: anyone may add a record, with a codec in mesh-xds and a
 * factory in the runtime. Implementations are values.
 */
public interface Extension {
  /**
   * The protobuf type these settings have in xDS, for instance {@code
   * envoy.extensions.filters.http.router.v3.Router}.
   */
  String type();

  /** What must be known before it can be enforced, for instance a cluster that it asks. */
  default Set<Resource.Key> references() {
    return Set.of();
  }
}
