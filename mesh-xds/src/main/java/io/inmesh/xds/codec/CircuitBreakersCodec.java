package io.inmesh.xds.codec;

import com.google.protobuf.UInt32Value;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.CircuitBreakers.RetryBudget;
import io.inmesh.proto.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.inmesh.proto.envoy.config.core.v3.RoutingPriority;
import java.util.Optional;

/** Thresholds of clusters. */
final class CircuitBreakersCodec {
  private CircuitBreakersCodec() {}

  static CircuitBreakers breakers(
      Decoding in, io.inmesh.proto.envoy.config.cluster.v3.CircuitBreakers message) {
    var normal = CircuitBreakers.Thresholds.DEFAULT;
    var high = CircuitBreakers.Thresholds.DEFAULT;
    boolean[] seen = new boolean[2];
    for (int i = 0; i < message.getThresholdsCount(); i++) {
      Thresholds thresholds = message.getThresholds(i);
      in.enter("thresholds", i);
      boolean isHigh = in.known("priority", thresholds.getPriority()) == RoutingPriority.HIGH;
      // The first of a priority counts.
      if (!seen[isHigh ? 1 : 0]) {
        seen[isHigh ? 1 : 0] = true;
        if (isHigh) {
          high = thresholds(in, thresholds);
        } else {
          normal = thresholds(in, thresholds);
        }
      }
      in.leave();
    }
    return new CircuitBreakers(normal, high, perHost(in, message));
  }

  private static Optional<Integer> perHost(
      Decoding in, io.inmesh.proto.envoy.config.cluster.v3.CircuitBreakers message) {
    Optional<Integer> connections = Optional.empty();
    for (int i = 0; i < message.getPerHostThresholdsCount(); i++) {
      Thresholds thresholds = message.getPerHostThresholds(i);
      in.enter("per_host_thresholds", i);
      if (thresholds.hasMaxPendingRequests()
          || thresholds.hasMaxRequests()
          || thresholds.hasMaxRetries()
          || thresholds.hasMaxConnectionPools()
          || thresholds.hasRetryBudget()) {
        throw in.refuse("only max_connections may be given");
      }
      if (thresholds.getPriority() == RoutingPriority.DEFAULT
          && thresholds.hasMaxConnections()
          && connections.isEmpty()) {
        connections = Optional.of(Decoding.clamped(thresholds.getMaxConnections().getValue()));
      }
      in.leave();
    }
    return connections;
  }

  private static CircuitBreakers.Thresholds thresholds(Decoding in, Thresholds message) {
    var defaults = CircuitBreakers.Thresholds.DEFAULT;
    return new CircuitBreakers.Thresholds(
        limit(message.hasMaxConnections(), message.getMaxConnections(), defaults.maxConnections()),
        limit(
            message.hasMaxPendingRequests(),
            message.getMaxPendingRequests(),
            defaults.maxPendingRequests()),
        limit(message.hasMaxRequests(), message.getMaxRequests(), defaults.maxRequests()),
        limit(message.hasMaxRetries(), message.getMaxRetries(), defaults.maxRetries()),
        in.inside(
            message.hasRetryBudget(),
            "retry_budget",
            message.getRetryBudget(),
            CircuitBreakersCodec::budget),
        message.getTrackRemaining());
  }

  private static int limit(boolean has, UInt32Value value, int otherwise) {
    return has ? Decoding.clamped(value.getValue()) : otherwise;
  }

  private static RetryBudget budget(Decoding in, Thresholds.RetryBudget message) {
    return new RetryBudget(
        message.hasBudgetPercent()
            ? percent(in, "budget_percent", message.getBudgetPercent().getValue())
            : 20,
        limit(message.hasMinRetryConcurrency(), message.getMinRetryConcurrency(), 3));
  }

  static double percent(Decoding in, String field, double value) {
    if (!(value >= 0 && value <= 100)) {
      throw in.refuse(field, "must be from 0 to 100");
    }
    return value;
  }

  static io.inmesh.proto.envoy.config.cluster.v3.CircuitBreakers breakers(
      CircuitBreakers breakers) {
    var message = io.inmesh.proto.envoy.config.cluster.v3.CircuitBreakers.newBuilder();
    var defaults = CircuitBreakers.Thresholds.DEFAULT;
    if (!breakers.normal().equals(defaults)) {
      message.addThresholds(thresholds(breakers.normal(), RoutingPriority.DEFAULT));
    }
    if (!breakers.high().equals(defaults)) {
      message.addThresholds(thresholds(breakers.high(), RoutingPriority.HIGH));
    }
    breakers
        .perHostMaxConnections()
        .ifPresent(
            max -> message.addPerHostThresholdsBuilder().setMaxConnections(Protos.limit(max)));
    return message.build();
  }

  private static Thresholds thresholds(
      CircuitBreakers.Thresholds thresholds, RoutingPriority priority) {
    var message =
        Thresholds.newBuilder()
            .setPriority(priority)
            .setMaxConnections(Protos.limit(thresholds.maxConnections()))
            .setMaxPendingRequests(Protos.limit(thresholds.maxPendingRequests()))
            .setMaxRequests(Protos.limit(thresholds.maxRequests()))
            .setMaxRetries(Protos.limit(thresholds.maxRetries()))
            .setTrackRemaining(thresholds.trackRemaining());
    thresholds
        .retryBudget()
        .ifPresent(
            budget ->
                message
                    .getRetryBudgetBuilder()
                    .setBudgetPercent(Protos.percent(budget.percent()))
                    .setMinRetryConcurrency(Protos.limit(budget.minRetryConcurrency())));
    return message.build();
  }
}
