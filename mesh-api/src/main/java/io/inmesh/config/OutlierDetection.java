package io.inmesh.config;

import java.time.Duration;

/**
 * When a host is ejected for what it answers. Source: envoy.config.cluster.v3.OutlierDetection; its
 * defaults in {@link #DEFAULT}.
 */
public record OutlierDetection(
    Consecutive consecutive,
    Ejection ejection,
    SuccessRate successRate,
    FailurePercentage failurePercentage,
    boolean splitExternalLocalOrigin) {
  /** Envoy's defaults. */
  public static final OutlierDetection DEFAULT =
      new OutlierDetection(
          new Consecutive(5, 100, 5, 0, 5, 100),
          new Ejection(
              Duration.ofSeconds(10),
              Duration.ofSeconds(30),
              Duration.ofSeconds(300),
              Duration.ZERO,
              10,
              false,
              true),
          new SuccessRate(100, 5, 100, 1900),
          new FailurePercentage(0, 85, 5, 50),
          false);

  /** So many failures in a row, and how surely (percent) they eject. */
  public record Consecutive(
      int serverErrors,
      int enforcingServerErrors,
      int gatewayFailures,
      int enforcingGatewayFailures,
      int localOriginFailures,
      int enforcingLocalOriginFailures) {}

  /**
   * For how long, and how many.
   *
   * @param interval between sweeps
   * @param base times the number of ejections
   * @param max of that product
   * @param jitter added at random
   * @param maxPercent of the cluster's hosts
   * @param alwaysOne at least one host may be ejected whatever maxPercent says
   */
  public record Ejection(
      Duration interval,
      Duration base,
      Duration max,
      Duration jitter,
      int maxPercent,
      boolean alwaysOne,
      boolean healthyCheckUnejects) {}

  /**
   * Hosts whose rate of success lies far below the mean.
   *
   * @param stdevFactor in thousandths
   * @param enforcingLocalOrigin for the rate of local origin events, where they count apart
   */
  public record SuccessRate(
      int enforcing,
      int minimumHosts,
      int requestVolume,
      int stdevFactor,
      int enforcingLocalOrigin) {
    /** With Envoy's default for local origin events. */
    public SuccessRate(int enforcing, int minimumHosts, int requestVolume, int stdevFactor) {
      this(enforcing, minimumHosts, requestVolume, stdevFactor, 100);
    }
  }

  /**
   * Hosts that fail {@code threshold} percent or more.
   *
   * @param enforcingLocalOrigin for the rate of local origin events, where they count apart
   */
  public record FailurePercentage(
      int enforcing, int threshold, int minimumHosts, int requestVolume, int enforcingLocalOrigin) {
    /** With Envoy's default for local origin events. */
    public FailurePercentage(int enforcing, int threshold, int minimumHosts, int requestVolume) {
      this(enforcing, threshold, minimumHosts, requestVolume, 0);
    }
  }
}
