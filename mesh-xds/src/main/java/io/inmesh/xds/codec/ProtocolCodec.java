package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.config.ProtocolOptions.Http2;
import io.inmesh.config.ProtocolOptions.Sni;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.core.v3.Http2ProtocolOptions;
import io.inmesh.proto.envoy.config.core.v3.KeepaliveSettings;
import io.inmesh.proto.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.inmesh.proto.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.time.Duration;

/** Which HTTP is spoken to a cluster. */
final class ProtocolCodec {
  static final String TYPE = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  private static final int LEAST_WINDOW = 65535;
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private ProtocolCodec() {}

  static ProtocolOptions options(Decoding in, Cluster cluster) {
    Any any = cluster.getTypedExtensionProtocolOptionsMap().get(TYPE);
    if (any != null) {
      in.enter("typed_extension_protocol_options[\"" + TYPE + "\"]", -1);
      Any plain = TypedStructs.unwrap(in, any);
      if (!Decoding.typeOf(plain).equals(TYPE)) {
        throw in.refuse("must be of type " + TYPE);
      }
      ProtocolOptions options =
          options(in, in.parse(plain.getValue(), HttpProtocolOptions.parser()));
      in.leave();
      return options;
    }
    return deprecated(in, cluster);
  }

  private static ProtocolOptions deprecated(Decoding in, Cluster cluster) {
    boolean http2 = cluster.hasHttp2ProtocolOptions();
    Http http = http2 ? Http.HTTP_2 : Http.HTTP_1;
    if (cluster.getProtocolSelection()
        == Cluster.ClusterProtocolSelection.USE_DOWNSTREAM_PROTOCOL) {
      http = Http.DOWNSTREAM;
    }
    ProtocolOptions options =
        options(
            in,
            http,
            in.inside(
                "http2_protocol_options", cluster.getHttp2ProtocolOptions(), ProtocolCodec::http2),
            cluster.getUpstreamHttpProtocolOptions(),
            cluster.getCommonHttpProtocolOptions());
    if (!cluster.hasMaxRequestsPerConnection()) {
      return options;
    }
    return new ProtocolOptions(
        options.http(),
        options.http2(),
        options.sni(),
        options.idleTimeout(),
        options.maxConnectionDuration(),
        Decoding.clamped(cluster.getMaxRequestsPerConnection().getValue()),
        options.maxStreamDuration());
  }

  private static ProtocolOptions options(Decoding in, HttpProtocolOptions message) {
    Http http;
    Http2ProtocolOptions http2;
    switch (message.getUpstreamProtocolOptionsCase()) {
      case EXPLICIT_HTTP_CONFIG:
        http = explicit(in, message.getExplicitHttpConfig());
        http2 = message.getExplicitHttpConfig().getHttp2ProtocolOptions();
        break;
      case USE_DOWNSTREAM_PROTOCOL_CONFIG:
        http = Http.DOWNSTREAM;
        http2 = message.getUseDownstreamProtocolConfig().getHttp2ProtocolOptions();
        break;
      case AUTO_CONFIG:
        http = Http.AUTO;
        http2 = message.getAutoConfig().getHttp2ProtocolOptions();
        break;
      default:
        throw in.refuse("no protocol is given");
    }
    return options(
        in,
        http,
        in.inside("http2_protocol_options", http2, ProtocolCodec::http2),
        message.getUpstreamHttpProtocolOptions(),
        message.getCommonHttpProtocolOptions());
  }

  private static Http explicit(Decoding in, HttpProtocolOptions.ExplicitHttpConfig message) {
    switch (message.getProtocolConfigCase()) {
      case HTTP_PROTOCOL_OPTIONS:
        return Http.HTTP_1;
      case HTTP2_PROTOCOL_OPTIONS:
        return Http.HTTP_2;
      case HTTP3_PROTOCOL_OPTIONS:
        throw in.refuse("explicit_http_config.http3_protocol_options", "is not supported");
      default:
        throw in.refuse("explicit_http_config", "no protocol is given");
    }
  }

  private static ProtocolOptions options(
      Decoding in,
      Http http,
      Http2 http2,
      UpstreamHttpProtocolOptions upstream,
      io.inmesh.proto.envoy.config.core.v3.HttpProtocolOptions common) {
    in.enter("common_http_protocol_options", -1);
    var options =
        new ProtocolOptions(
            http,
            http2,
            new Sni(
                upstream.getAutoSni(),
                upstream.getAutoSanValidation(),
                in.text(
                    in.optionalHeaderName(
                        "override_auto_sni_header", upstream.getOverrideAutoSniHeader()))),
            in.duration(common.hasIdleTimeout(), "idle_timeout", common.getIdleTimeout(), HOUR),
            in.duration("max_connection_duration", common.getMaxConnectionDuration()),
            Decoding.clamped(common.getMaxRequestsPerConnection().getValue()),
            in.duration(
                common.hasMaxStreamDuration(),
                "max_stream_duration",
                common.getMaxStreamDuration()));
    in.leave();
    return options;
  }

  private static Http2 http2(Decoding in, Http2ProtocolOptions message) {
    Http2 defaults = Http2.DEFAULT;
    Duration interval = Duration.ZERO;
    Duration timeout = defaults.keepAliveTimeout();
    if (message.hasConnectionKeepalive()) {
      KeepaliveSettings keepAlive = message.getConnectionKeepalive();
      in.enter("connection_keepalive", -1);
      if (!keepAlive.hasTimeout()) {
        throw in.refuse("timeout", "is missing");
      }
      timeout = milliseconds(in, "timeout", keepAlive.getTimeout());
      if (keepAlive.hasInterval()) {
        interval = milliseconds(in, "interval", keepAlive.getInterval());
      }
      in.leave();
    }
    return new Http2(
        number(
            in,
            message.hasMaxConcurrentStreams(),
            "max_concurrent_streams",
            message.getMaxConcurrentStreams(),
            1,
            defaults.maxConcurrentStreams()),
        number(
            in,
            message.hasInitialStreamWindowSize(),
            "initial_stream_window_size",
            message.getInitialStreamWindowSize(),
            LEAST_WINDOW,
            defaults.initialStreamWindow()),
        number(
            in,
            message.hasInitialConnectionWindowSize(),
            "initial_connection_window_size",
            message.getInitialConnectionWindowSize(),
            LEAST_WINDOW,
            defaults.initialConnectionWindow()),
        interval,
        timeout);
  }

  private static Duration milliseconds(
      Decoding in, String field, com.google.protobuf.Duration value) {
    Duration duration = in.duration(field, value);
    if (duration.compareTo(MILLISECOND) < 0) {
      throw in.refuse(field, "must be at least 1ms");
    }
    return duration;
  }

  private static int number(
      Decoding in, boolean has, String field, UInt32Value value, int least, int otherwise) {
    return has ? in.number(field, value.getValue(), least, Integer.MAX_VALUE) : otherwise;
  }

  static HttpProtocolOptions options(ProtocolOptions options) {
    var message = HttpProtocolOptions.newBuilder();
    switch (options.http()) {
      case HTTP_1:
        message.getExplicitHttpConfigBuilder().getHttpProtocolOptionsBuilder();
        break;
      case HTTP_2:
        message.getExplicitHttpConfigBuilder().setHttp2ProtocolOptions(http2(options.http2()));
        break;
      case AUTO:
        message.getAutoConfigBuilder().setHttp2ProtocolOptions(http2(options.http2()));
        break;
      default:
        message
            .getUseDownstreamProtocolConfigBuilder()
            .setHttp2ProtocolOptions(http2(options.http2()));
        break;
    }
    Sni sni = options.sni();
    if (!sni.equals(Sni.NONE)) {
      message
          .getUpstreamHttpProtocolOptionsBuilder()
          .setAutoSni(sni.auto())
          .setAutoSanValidation(sni.autoSanValidation())
          .setOverrideAutoSniHeader(sni.overrideHeader());
    }
    common(options, message);
    return message.build();
  }

  private static void common(ProtocolOptions options, HttpProtocolOptions.Builder message) {
    var common = message.getCommonHttpProtocolOptionsBuilder();
    if (!options.idleTimeout().equals(HOUR)) {
      common.setIdleTimeout(Protos.duration(options.idleTimeout()));
    }
    if (!options.maxConnectionDuration().isZero()) {
      common.setMaxConnectionDuration(Protos.duration(options.maxConnectionDuration()));
    }
    if (options.maxRequestsPerConnection() > 0) {
      common.setMaxRequestsPerConnection(Protos.limit(options.maxRequestsPerConnection()));
    }
    options
        .maxStreamDuration()
        .ifPresent(value -> common.setMaxStreamDuration(Protos.duration(value)));
  }

  private static Http2ProtocolOptions http2(Http2 http2) {
    Http2 defaults = Http2.DEFAULT;
    var message = Http2ProtocolOptions.newBuilder();
    if (http2.maxConcurrentStreams() != defaults.maxConcurrentStreams()) {
      message.setMaxConcurrentStreams(UInt32Value.of(http2.maxConcurrentStreams()));
    }
    if (http2.initialStreamWindow() != defaults.initialStreamWindow()) {
      message.setInitialStreamWindowSize(UInt32Value.of(http2.initialStreamWindow()));
    }
    if (http2.initialConnectionWindow() != defaults.initialConnectionWindow()) {
      message.setInitialConnectionWindowSize(UInt32Value.of(http2.initialConnectionWindow()));
    }
    if (!http2.keepAliveInterval().isZero()
        || !http2.keepAliveTimeout().equals(defaults.keepAliveTimeout())) {
      var keepAlive = message.getConnectionKeepaliveBuilder();
      keepAlive.setTimeout(Protos.duration(http2.keepAliveTimeout()));
      if (!http2.keepAliveInterval().isZero()) {
        keepAlive.setInterval(Protos.duration(http2.keepAliveInterval()));
      }
    }
    return message.build();
  }
}
