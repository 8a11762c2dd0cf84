package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.OutlierDetection;
import io.inmesh.config.OutlierDetection.Consecutive;
import io.inmesh.config.OutlierDetection.Ejection;
import io.inmesh.config.OutlierDetection.FailurePercentage;
import io.inmesh.config.OutlierDetection.SuccessRate;
import java.time.Duration;

/** Outlier detection. */
final class OutlierCodec {
  private OutlierCodec() {}

  static OutlierDetection outlier(
      Decoding in, io.inmesh.proto.envoy.config.cluster.v3.OutlierDetection message) {
    Consecutive consecutive = OutlierDetection.DEFAULT.consecutive();
    return new OutlierDetection(
        new Consecutive(
            count(message.hasConsecutive5Xx(), message.getConsecutive5Xx(), 5),
            percent(
                in,
                message.hasEnforcingConsecutive5Xx(),
                "enforcing_consecutive_5xx",
                message.getEnforcingConsecutive5Xx(),
                consecutive.enforcingServerErrors()),
            count(
                message.hasConsecutiveGatewayFailure(), message.getConsecutiveGatewayFailure(), 5),
            percent(
                in,
                message.hasEnforcingConsecutiveGatewayFailure(),
                "enforcing_consecutive_gateway_failure",
                message.getEnforcingConsecutiveGatewayFailure(),
                consecutive.enforcingGatewayFailures()),
            count(
                message.hasConsecutiveLocalOriginFailure(),
                message.getConsecutiveLocalOriginFailure(),
                5),
            percent(
                in,
                message.hasEnforcingConsecutiveLocalOriginFailure(),
                "enforcing_consecutive_local_origin_failure",
                message.getEnforcingConsecutiveLocalOriginFailure(),
                consecutive.enforcingLocalOriginFailures())),
        ejection(in, message),
        successRate(in, message),
        failurePercentage(in, message),
        message.getSplitExternalLocalOriginErrors());
  }

  private static int count(boolean has, UInt32Value value, int otherwise) {
    return has ? Decoding.clamped(value.getValue()) : otherwise;
  }

  private static int percent(
      Decoding in, boolean has, String field, UInt32Value value, int otherwise) {
    return has ? in.number(field, value.getValue(), 0, 100) : otherwise;
  }

  private static Ejection ejection(
      Decoding in, io.inmesh.proto.envoy.config.cluster.v3.OutlierDetection message) {
    Ejection defaults = OutlierDetection.DEFAULT.ejection();
    Duration base =
        message.hasBaseEjectionTime()
            ? in.positive("base_ejection_time", message.getBaseEjectionTime())
            : defaults.base();
    Duration max =
        message.hasMaxEjectionTime()
            ? in.positive("max_ejection_time", message.getMaxEjectionTime())
            : base.compareTo(defaults.max()) > 0 ? base : defaults.max();
    if (max.compareTo(base) < 0) {
      throw in.refuse("max_ejection_time", "must not be less than base_ejection_time");
    }
    return new Ejection(
        message.hasInterval()
            ? in.positive("interval", message.getInterval())
            : defaults.interval(),
        base,
        max,
        in.duration("max_ejection_time_jitter", message.getMaxEjectionTimeJitter()),
        percent(
            in,
            message.hasMaxEjectionPercent(),
            "max_ejection_percent",
            message.getMaxEjectionPercent(),
            defaults.maxPercent()),
        message.getAlwaysEjectOneHost().getValue(),
        !message.hasSuccessfulActiveHealthCheckUnejectHost()
            || message.getSuccessfulActiveHealthCheckUnejectHost().getValue());
  }

  private static SuccessRate successRate(
      Decoding in, io.inmesh.proto.envoy.config.cluster.v3.OutlierDetection message) {
    SuccessRate defaults = OutlierDetection.DEFAULT.successRate();
    return new SuccessRate(
        percent(
            in,
            message.hasEnforcingSuccessRate(),
            "enforcing_success_rate",
            message.getEnforcingSuccessRate(),
            defaults.enforcing()),
        count(
            message.hasSuccessRateMinimumHosts(),
            message.getSuccessRateMinimumHosts(),
            defaults.minimumHosts()),
        count(
            message.hasSuccessRateRequestVolume(),
            message.getSuccessRateRequestVolume(),
            defaults.requestVolume()),
        count(
            message.hasSuccessRateStdevFactor(),
            message.getSuccessRateStdevFactor(),
            defaults.stdevFactor()));
  }

  private static FailurePercentage failurePercentage(
      Decoding in, io.inmesh.proto.envoy.config.cluster.v3.OutlierDetection message) {
    FailurePercentage defaults = OutlierDetection.DEFAULT.failurePercentage();
    return new FailurePercentage(
        percent(
            in,
            message.hasEnforcingFailurePercentage(),
            "enforcing_failure_percentage",
            message.getEnforcingFailurePercentage(),
            defaults.enforcing()),
        percent(
            in,
            message.hasFailurePercentageThreshold(),
            "failure_percentage_threshold",
            message.getFailurePercentageThreshold(),
            defaults.threshold()),
        count(
            message.hasFailurePercentageMinimumHosts(),
            message.getFailurePercentageMinimumHosts(),
            defaults.minimumHosts()),
        count(
            message.hasFailurePercentageRequestVolume(),
            message.getFailurePercentageRequestVolume(),
            defaults.requestVolume()));
  }

  /** Every value is said, so that nobody has to know the defaults. */
  static io.inmesh.proto.envoy.config.cluster.v3.OutlierDetection outlier(
      OutlierDetection outlier) {
    Consecutive consecutive = outlier.consecutive();
    Ejection ejection = outlier.ejection();
    SuccessRate rate = outlier.successRate();
    FailurePercentage failures = outlier.failurePercentage();
    return io.inmesh.proto.envoy.config.cluster.v3.OutlierDetection.newBuilder()
        .setConsecutive5Xx(Protos.limit(consecutive.serverErrors()))
        .setEnforcingConsecutive5Xx(UInt32Value.of(consecutive.enforcingServerErrors()))
        .setConsecutiveGatewayFailure(Protos.limit(consecutive.gatewayFailures()))
        .setEnforcingConsecutiveGatewayFailure(
            UInt32Value.of(consecutive.enforcingGatewayFailures()))
        .setConsecutiveLocalOriginFailure(Protos.limit(consecutive.localOriginFailures()))
        .setEnforcingConsecutiveLocalOriginFailure(
            UInt32Value.of(consecutive.enforcingLocalOriginFailures()))
        .setInterval(Protos.duration(ejection.interval()))
        .setBaseEjectionTime(Protos.duration(ejection.base()))
        .setMaxEjectionTime(Protos.duration(ejection.max()))
        .setMaxEjectionTimeJitter(Protos.duration(ejection.jitter()))
        .setMaxEjectionPercent(UInt32Value.of(ejection.maxPercent()))
        .setAlwaysEjectOneHost(BoolValue.of(ejection.alwaysOne()))
        .setSuccessfulActiveHealthCheckUnejectHost(BoolValue.of(ejection.healthyCheckUnejects()))
        .setEnforcingSuccessRate(UInt32Value.of(rate.enforcing()))
        .setSuccessRateMinimumHosts(Protos.limit(rate.minimumHosts()))
        .setSuccessRateRequestVolume(Protos.limit(rate.requestVolume()))
        .setSuccessRateStdevFactor(Protos.limit(rate.stdevFactor()))
        .setEnforcingFailurePercentage(UInt32Value.of(failures.enforcing()))
        .setFailurePercentageThreshold(UInt32Value.of(failures.threshold()))
        .setFailurePercentageMinimumHosts(Protos.limit(failures.minimumHosts()))
        .setFailurePercentageRequestVolume(Protos.limit(failures.requestVolume()))
        .setSplitExternalLocalOriginErrors(outlier.splitExternalLocalOrigin())
        .build();
  }
}
