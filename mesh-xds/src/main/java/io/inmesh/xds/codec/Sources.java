package io.inmesh.xds.codec;

import io.inmesh.proto.envoy.config.core.v3.AggregatedConfigSource;
import io.inmesh.proto.envoy.config.core.v3.ApiVersion;
import io.inmesh.proto.envoy.config.core.v3.ConfigSource;

/** Where a resource that is named comes from. */
final class Sources {
  /** The stream that this resource came on. */
  static final ConfigSource ADS =
      ConfigSource.newBuilder()
          .setAds(AggregatedConfigSource.getDefaultInstance())
          .setResourceApiVersion(ApiVersion.V3)
          .build();

  private Sources() {}
}
