package io.inmesh.cli.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.plane.PlaneConnector.Variant;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Our control plane serves a filter's settings and run-time values on their own, from raw
 * resources; a client's calls follow them without a change of listener or routes.
 */
class DiscoveredConfigTest {
  private static final String LISTENER =
      """
      "@type": type.googleapis.com/envoy.config.listener.v3.Listener
      name: found.test
      api_listener:
        api_listener:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: x
          route_config:
            name: r
            virtual_hosts:
            - name: v
              domains: ["*"]
              routes:
              - match: {prefix: /, runtime_fraction: {default_value: {numerator: 0}, runtime_key: new.share}}
                direct_response: {status: 201}
              - match: {prefix: /}
                direct_response: {status: 200}
          http_filters:
          - name: found
            config_discovery:
              config_source: {ads: {}}
              type_urls: [type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault]
          - name: router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
      """;
  private static final String FAULT =
      """
      "@type": type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig
      name: found
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
        abort: {http_status: %d, percentage: {numerator: %d}}
      """;
  private static final String LAYER =
      """
      "@type": type.googleapis.com/envoy.service.runtime.v3.Runtime
      name: rtds
      layer: {new: {share: %d}}
      """;

  private static final String URL = "http://found.test/";

  @ParameterizedTest
  @EnumSource(Variant.class)
  void callsFollowThem(Variant variant, @TempDir Path directory) throws Exception {
    try (var mesh = new RawMesh(directory)) {
      mesh.write("listener.xds.yaml", LISTENER);
      mesh.write("fault.xds.yaml", FAULT.formatted(418, 100));
      mesh.write("layer.xds.yaml", LAYER.formatted(0));
      mesh.start(variant);
      assertThat(mesh.status(URL)).as("the listener waits for the filter").isEqualTo(418);
      mesh.write("fault.xds.yaml", FAULT.formatted(419, 100));
      mesh.await(419, URL);
      mesh.write("fault.xds.yaml", FAULT.formatted(419, 0));
      mesh.await(200, URL);
      mesh.write("layer.xds.yaml", LAYER.formatted(100));
      mesh.await(201, URL);
    }
  }
}
