package io.inmesh.xds.codec;

import com.google.protobuf.Duration;
import io.inmesh.proto.envoy.config.core.v3.AggregatedConfigSource;
import io.inmesh.proto.envoy.config.core.v3.ApiVersion;
import io.inmesh.proto.envoy.config.core.v3.ConfigSource;
import java.util.Optional;

/** Where a resource that is named comes from. */
final class Sources {
  /** The stream that this resource came on. */
  static final ConfigSource ADS =
      ConfigSource.newBuilder()
          .setAds(AggregatedConfigSource.getDefaultInstance())
          .setResourceApiVersion(ApiVersion.V3)
          .build();

  /**
   * The same for virtual hosts that are only sent to those who ask. Envoy would hold a listener
   * back until the first of them comes, and no answer without any of them counts for it.
   */
  static final ConfigSource WHEN_ASKED =
      ADS.toBuilder().setInitialFetchTimeout(Duration.newBuilder().setNanos(1_000_000)).build();

  private Sources() {}

  /** How long the first answer is awaited, if that is said. */
  static Optional<java.time.Duration> fetchTimeout(Decoding in, ConfigSource message) {
    return in.duration(
        message.hasInitialFetchTimeout(),
        "initial_fetch_timeout",
        message.getInitialFetchTimeout());
  }

  static ConfigSource ads(Optional<java.time.Duration> fetchTimeout) {
    return fetchTimeout
        .map(time -> ADS.toBuilder().setInitialFetchTimeout(Protos.duration(time)).build())
        .orElse(ADS);
  }
}
