package io.inmesh.config;

import java.time.Duration;
import java.util.List;

/** An active health check. Source: envoy.config.core.v3.HealthCheck. */
public record HealthCheck(
    Probe probe,
    Duration timeout,
    Intervals intervals,
    int unhealthyThreshold,
    int healthyThreshold,
    boolean reuseConnection) {
  /** What is asked. */
  public sealed interface Probe {}

  /** Statuses are ranges, end exclusive; 200 by default. */
  public record Http(
      String host,
      String path,
      String method,
      List<Range> expectedStatuses,
      List<Range> retriableStatuses,
      HeaderMutations mutations)
      implements Probe {
    public Http {
      expectedStatuses = List.copyOf(expectedStatuses);
      retriableStatuses = List.copyOf(retriableStatuses);
    }
  }

  /** Bytes to send, and bytes that must come, in order. */
  public record Tcp(String sendHex, List<String> receiveHex) implements Probe {
    public Tcp {
      receiveHex = List.copyOf(receiveHex);
    }
  }

  /** grpc.health.v1. */
  public record Grpc(String service, String authority) implements Probe {}

  /** From start, inclusive, to end, exclusive. */
  public record Range(long start, long end) {}

  /** How often; zero where the plain interval holds. */
  public record Intervals(
      Duration interval,
      Duration noTraffic,
      Duration unhealthy,
      Duration unhealthyEdge,
      Duration healthyEdge,
      Duration initialJitter,
      Duration jitter) {}
}
