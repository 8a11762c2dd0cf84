package io.inmesh.config;

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
}
