package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HealthCheck;
import io.inmesh.config.HealthCheck.Intervals;
import io.inmesh.config.HealthCheck.Range;
import io.inmesh.proto.envoy.config.core.v3.HealthCheck.GrpcHealthCheck;
import io.inmesh.proto.envoy.config.core.v3.HealthCheck.HttpHealthCheck;
import io.inmesh.proto.envoy.config.core.v3.HealthCheck.Payload;
import io.inmesh.proto.envoy.config.core.v3.HealthCheck.TcpHealthCheck;
import io.inmesh.proto.envoy.config.core.v3.RequestMethod;
import io.inmesh.proto.envoy.type.v3.Int64Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Active health checks. */
final class HealthCheckCodec {
  private static final List<Range> ONLY_200 = List.of(new Range(200, 201));
  private static final Duration NO_TRAFFIC = Duration.ofSeconds(60);

  private HealthCheckCodec() {}

  static HealthCheck check(Decoding in, io.inmesh.proto.envoy.config.core.v3.HealthCheck message) {
    if (!message.hasTimeout() || !message.hasInterval()) {
      throw in.refuse(message.hasTimeout() ? "interval" : "timeout", "is missing");
    }
    if (!message.hasUnhealthyThreshold() || !message.hasHealthyThreshold()) {
      throw in.refuse(
          message.hasUnhealthyThreshold() ? "healthy_threshold" : "unhealthy_threshold",
          "is missing");
    }
    return new HealthCheck(
        probe(in, message),
        in.positive("timeout", message.getTimeout()),
        intervals(in, message),
        Decoding.clamped(message.getUnhealthyThreshold().getValue()),
        Decoding.clamped(message.getHealthyThreshold().getValue()),
        !message.hasReuseConnection() || message.getReuseConnection().getValue());
  }

  private static Intervals intervals(
      Decoding in, io.inmesh.proto.envoy.config.core.v3.HealthCheck message) {
    return new Intervals(
        in.positive("interval", message.getInterval()),
        message.hasNoTrafficInterval()
            ? in.positive("no_traffic_interval", message.getNoTrafficInterval())
            : NO_TRAFFIC,
        message.hasUnhealthyInterval()
            ? in.positive("unhealthy_interval", message.getUnhealthyInterval())
            : Duration.ZERO,
        message.hasUnhealthyEdgeInterval()
            ? in.positive("unhealthy_edge_interval", message.getUnhealthyEdgeInterval())
            : Duration.ZERO,
        message.hasHealthyEdgeInterval()
            ? in.positive("healthy_edge_interval", message.getHealthyEdgeInterval())
            : Duration.ZERO,
        in.duration("initial_jitter", message.getInitialJitter()),
        in.duration("interval_jitter", message.getIntervalJitter()));
  }

  private static HealthCheck.Probe probe(
      Decoding in, io.inmesh.proto.envoy.config.core.v3.HealthCheck message) {
    switch (message.getHealthCheckerCase()) {
      case HTTP_HEALTH_CHECK:
        return in.inside("http_health_check", message.getHttpHealthCheck(), HealthCheckCodec::http);
      case TCP_HEALTH_CHECK:
        return in.inside("tcp_health_check", message.getTcpHealthCheck(), HealthCheckCodec::tcp);
      case GRPC_HEALTH_CHECK:
        return in.inside("grpc_health_check", message.getGrpcHealthCheck(), HealthCheckCodec::grpc);
      case CUSTOM_HEALTH_CHECK:
        throw in.refuse("custom_health_check", "is not supported");
      default:
        throw in.refuse("no check is given");
    }
  }

  private static HealthCheck.Http http(Decoding in, HttpHealthCheck message) {
    RequestMethod method = in.known("method", message.getMethod());
    if (method == RequestMethod.CONNECT) {
      throw in.refuse("method", "must not be CONNECT");
    }
    return new HealthCheck.Http(
        in.headerValue("host", message.getHost()),
        in.headerValue("path", in.required("path", message.getPath())),
        method == RequestMethod.METHOD_UNSPECIFIED ? "GET" : method.name(),
        message.getExpectedStatusesCount() == 0
            ? ONLY_200
            : in.each("expected_statuses", message.getExpectedStatusesList(), Ranges::range),
        in.each("retriable_statuses", message.getRetriableStatusesList(), Ranges::range),
        HeaderCodec.mutations(
            in,
            message.getRequestHeadersToAddList(),
            message.getRequestHeadersToRemoveList(),
            List.of(),
            List.of()));
  }

  /** Ranges of status codes. */
  private static final class Ranges {
    static Range range(Decoding in, Int64Range message) {
      if (message.getStart() >= message.getEnd()) {
        throw in.refuse("start must be less than end");
      }
      if (message.getStart() < 100 || message.getEnd() > 600) {
        throw in.refuse("must be within 100 and 600");
      }
      return new Range(message.getStart(), message.getEnd());
    }

    static Int64Range range(Range range) {
      return Int64Range.newBuilder().setStart(range.start()).setEnd(range.end()).build();
    }
  }

  private static HealthCheck.Tcp tcp(Decoding in, TcpHealthCheck message) {
    return new HealthCheck.Tcp(
        message.hasSend() ? in.inside("send", message.getSend(), HealthCheckCodec::hex) : "",
        in.each("receive", message.getReceiveList(), HealthCheckCodec::hex));
  }

  private static String hex(Decoding in, Payload message) {
    switch (message.getPayloadCase()) {
      case TEXT:
        String text = in.required("text", message.getText()).toLowerCase(Locale.ROOT);
        try {
          return HexFormat.of().formatHex(HexFormat.of().parseHex(text));
        } catch (IllegalArgumentException wrong) {
          throw in.refuse("text", "must be hexadecimal");
        }
      case BINARY:
        return HexFormat.of().formatHex(message.getBinary().toByteArray());
      default:
        throw in.refuse("no payload is given");
    }
  }

  private static HealthCheck.Grpc grpc(Decoding in, GrpcHealthCheck message) {
    return new HealthCheck.Grpc(
        in.text(message.getServiceName()), in.headerValue("authority", message.getAuthority()));
  }

  /** Several checks have names, as Envoy demands. */
  static List<io.inmesh.proto.envoy.config.core.v3.HealthCheck> checks(List<HealthCheck> checks) {
    var messages = new ArrayList<io.inmesh.proto.envoy.config.core.v3.HealthCheck>(checks.size());
    for (int i = 0; i < checks.size(); i++) {
      var message = check(checks.get(i)).toBuilder();
      if (checks.size() > 1) {
        message.setName("check-" + i);
      }
      messages.add(message.build());
    }
    return messages;
  }

  private static io.inmesh.proto.envoy.config.core.v3.HealthCheck check(HealthCheck check) {
    Intervals intervals = check.intervals();
    var message =
        io.inmesh.proto.envoy.config.core.v3.HealthCheck.newBuilder()
            .setTimeout(Protos.duration(check.timeout()))
            .setInterval(Protos.duration(intervals.interval()))
            .setUnhealthyThreshold(Protos.limit(check.unhealthyThreshold()))
            .setHealthyThreshold(Protos.limit(check.healthyThreshold()));
    if (!check.reuseConnection()) {
      message.setReuseConnection(BoolValue.of(false));
    }
    if (!intervals.noTraffic().isZero()) {
      message.setNoTrafficInterval(Protos.duration(intervals.noTraffic()));
    }
    if (!intervals.unhealthy().isZero()) {
      message.setUnhealthyInterval(Protos.duration(intervals.unhealthy()));
    }
    if (!intervals.unhealthyEdge().isZero()) {
      message.setUnhealthyEdgeInterval(Protos.duration(intervals.unhealthyEdge()));
    }
    if (!intervals.healthyEdge().isZero()) {
      message.setHealthyEdgeInterval(Protos.duration(intervals.healthyEdge()));
    }
    if (!intervals.initialJitter().isZero()) {
      message.setInitialJitter(Protos.duration(intervals.initialJitter()));
    }
    if (!intervals.jitter().isZero()) {
      message.setIntervalJitter(Protos.duration(intervals.jitter()));
    }
    probe(check.probe(), message);
    return message.build();
  }

  private static void probe(
      HealthCheck.Probe probe, io.inmesh.proto.envoy.config.core.v3.HealthCheck.Builder message) {
    if (probe instanceof HealthCheck.Http http) {
      HeaderMutations mutations = http.mutations();
      var to = message.getHttpHealthCheckBuilder().setHost(http.host()).setPath(http.path());
      to.setMethod(RequestMethod.valueOf(http.method()))
          .addAllRequestHeadersToAdd(HeaderCodec.adds(mutations.requestAdd()))
          .addAllRequestHeadersToRemove(mutations.requestRemove());
      http.expectedStatuses().forEach(range -> to.addExpectedStatuses(Ranges.range(range)));
      http.retriableStatuses().forEach(range -> to.addRetriableStatuses(Ranges.range(range)));
    } else if (probe instanceof HealthCheck.Tcp tcp) {
      var to = message.getTcpHealthCheckBuilder();
      if (!tcp.sendHex().isEmpty()) {
        to.getSendBuilder().setText(tcp.sendHex());
      }
      tcp.receiveHex().forEach(hex -> to.addReceiveBuilder().setText(hex));
    } else {
      var grpc = (HealthCheck.Grpc) probe;
      message
          .getGrpcHealthCheckBuilder()
          .setServiceName(grpc.service())
          .setAuthority(grpc.authority());
    }
  }
}
