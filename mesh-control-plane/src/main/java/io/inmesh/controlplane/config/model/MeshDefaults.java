package io.inmesh.controlplane.config.model;

import io.inmesh.config.Metadata;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.BackOff;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.config.RetryPolicy.On;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * What holds where nothing is said: in {@code mesh.yaml} and for registered services, and in
 * Istio's resources.
 */
public final class MeshDefaults {
  /** For the whole exchange. */
  public static final Duration TIMEOUT = Duration.ofSeconds(15);

  /** Only what surely never reached the application, so that nothing is done twice. */
  public static final RetryPolicy RETRY =
      new RetryPolicy(
          EnumSet.of(On.CONNECT_FAILURE, On.REFUSED_STREAM),
          2,
          Duration.ZERO,
          Duration.ZERO,
          BackOff.DEFAULT,
          Optional.empty(),
          List.of(),
          List.of(),
          List.of(),
          new HostSelection(true, false, Metadata.EMPTY, 5, 0));

  /** What Istio retries where nothing is said. No status code is among it. */
  public static final RetryPolicy ISTIO_RETRY =
      new RetryPolicy(
          EnumSet.of(
              On.CONNECT_FAILURE,
              On.REFUSED_STREAM,
              On.UNAVAILABLE,
              On.CANCELLED,
              On.RETRIABLE_STATUS_CODES),
          2,
          Duration.ZERO,
          Duration.ZERO,
          BackOff.DEFAULT,
          Optional.empty(),
          List.of(),
          List.of(),
          List.of(),
          new HostSelection(true, false, Metadata.EMPTY, 5, 0));

  private MeshDefaults() {}
}
