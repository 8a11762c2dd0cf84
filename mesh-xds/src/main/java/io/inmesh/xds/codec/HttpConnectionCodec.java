package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.Cidr;
import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.EscapedSlashes;
import io.inmesh.config.HttpConnection.Forwarding;
import io.inmesh.config.HttpConnection.HostHandling;
import io.inmesh.config.HttpConnection.Limits;
import io.inmesh.config.HttpConnection.PathHandling;
import io.inmesh.config.HttpConnection.ServerHeader;
import io.inmesh.proto.envoy.config.core.v3.CidrRange;
import io.inmesh.proto.envoy.config.core.v3.HttpProtocolOptions;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation;
import java.time.Duration;
import java.util.Optional;

/** The HTTP connection manager. */
final class HttpConnectionCodec {
  static final String TYPE =
      "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

  private HttpConnectionCodec() {}

  static HttpConnection connection(Decoding in, HttpConnectionManager message) {
    return new HttpConnection(
        FilterCodec.filters(in, message.getHttpFiltersList()),
        routes(in, message),
        new PathHandling(
            message.getNormalizePath().getValue(), message.getMergeSlashes(), slashes(in, message)),
        hosts(in, message),
        forwarding(in, message),
        limits(in, message));
  }

  private static HttpConnection.Routes routes(Decoding in, HttpConnectionManager message) {
    switch (message.getRouteSpecifierCase()) {
      case RDS:
        return new HttpConnection.RoutesByName(
            in.required("rds.route_config_name", message.getRds().getRouteConfigName()),
            in.inside(
                    message.getRds().hasConfigSource(),
                    "rds.config_source",
                    message.getRds().getConfigSource(),
                    Sources::fetchTimeout)
                .flatMap(time -> time));
      case ROUTE_CONFIG:
        // Without stat_prefix it is meant for gRPC, which asks for no names; Envoy would refuse.
        in.namelessHosts(message.getStatPrefix().isEmpty());
        return new HttpConnection.InlineRoutes(
            in.inside("route_config", message.getRouteConfig(), RouteCodec::inline));
      case SCOPED_ROUTES:
        throw in.refuse("scoped_routes", "is not supported");
      default:
        throw in.refuse("no routes are given");
    }
  }

  private static EscapedSlashes slashes(Decoding in, HttpConnectionManager message) {
    var action =
        in.known("path_with_escaped_slashes_action", message.getPathWithEscapedSlashesAction());
    return action == PathWithEscapedSlashesAction.IMPLEMENTATION_SPECIFIC_DEFAULT
        ? EscapedSlashes.KEEP_UNCHANGED
        : EscapedSlashes.valueOf(action.name());
  }

  private static HostHandling hosts(Decoding in, HttpConnectionManager message) {
    if (message.getStripAnyHostPort() && message.getStripMatchingHostPort()) {
      throw in.refuse(
          "strip_matching_host_port", "must not be given together with strip_any_host_port");
    }
    return new HostHandling(
        message.getStripAnyHostPort(),
        message.getStripMatchingHostPort(),
        message.getStripTrailingHostDot());
  }

  private static Forwarding forwarding(Decoding in, HttpConnectionManager message) {
    var internal = message.getInternalAddressConfig();
    String server = in.headerValue("server_name", message.getServerName());
    return new Forwarding(
        message.getUseRemoteAddress().getValue(),
        Decoding.clamped(message.getXffNumTrustedHops()),
        message.getSkipXffAppend(),
        in.each(
            "internal_address_config.cidr_ranges",
            internal.getCidrRangesList(),
            HttpConnectionCodec::cidr),
        in.headerValue("via", message.getVia()),
        server.isEmpty() ? Forwarding.DEFAULT.serverName() : server,
        ServerHeader.valueOf(
            in.known("server_header_transformation", message.getServerHeaderTransformation())
                .name()),
        !message.hasGenerateRequestId() || message.getGenerateRequestId().getValue(),
        message.getPreserveExternalRequestId(),
        message.getAlwaysSetRequestIdInResponse(),
        clientCert(in, message));
  }

  private static ClientCertHeader clientCert(Decoding in, HttpConnectionManager message) {
    var set = message.getSetCurrentClientCertDetails();
    var header =
        new ClientCertHeader(
            ClientCertHeader.Handling.valueOf(
                in.known("forward_client_cert_details", message.getForwardClientCertDetails())
                    .name()),
            set.getSubject().getValue(),
            set.getCert(),
            set.getChain(),
            set.getDns(),
            set.getUri());
    // Envoy heeds what is to be told only where something is told.
    return header.tells()
        ? header
        : new ClientCertHeader(header.handling(), false, false, false, false, false);
  }

  static Cidr cidr(Decoding in, CidrRange message) {
    String address = in.required("address_prefix", message.getAddressPrefix());
    if (!Addresses.isIp(address)) {
      throw in.refuse("address_prefix", address + " is not an IP address");
    }
    int bits = address.indexOf(':') < 0 ? 32 : 128;
    int length = in.number("prefix_len", message.getPrefixLen().getValue(), 0, 128);
    return new Cidr(address, Math.min(bits, length));
  }

  static CidrRange cidr(Cidr cidr) {
    return CidrRange.newBuilder()
        .setAddressPrefix(cidr.address())
        .setPrefixLen(UInt32Value.of(cidr.length()))
        .build();
  }

  private static Limits limits(Decoding in, HttpConnectionManager message) {
    HttpProtocolOptions common = message.getCommonHttpProtocolOptions();
    Limits defaults = Limits.DEFAULT;
    return new Limits(
        in.duration(
            message.hasStreamIdleTimeout(),
            "stream_idle_timeout",
            message.getStreamIdleTimeout(),
            defaults.streamIdleTimeout()),
        in.duration("request_timeout", message.getRequestTimeout()),
        in.duration("request_headers_timeout", message.getRequestHeadersTimeout()),
        in.duration(
            message.hasDrainTimeout(),
            "drain_timeout",
            message.getDrainTimeout(),
            defaults.drainTimeout()),
        in.duration(
            common.hasIdleTimeout(),
            "common_http_protocol_options.idle_timeout",
            common.getIdleTimeout(),
            defaults.idleTimeout()),
        in.duration(
            "common_http_protocol_options.max_connection_duration",
            common.getMaxConnectionDuration()),
        in.duration(
            common.hasMaxStreamDuration(),
            "common_http_protocol_options.max_stream_duration",
            common.getMaxStreamDuration()),
        message.hasMaxRequestHeadersKb()
            ? in.number(
                "max_request_headers_kb", message.getMaxRequestHeadersKb().getValue(), 1, 8192)
            : defaults.maxRequestHeadersKb(),
        headersCount(in, common, defaults.maxHeadersCount()));
  }

  private static int headersCount(Decoding in, HttpProtocolOptions common, int otherwise) {
    if (!common.hasMaxHeadersCount()) {
      return otherwise;
    }
    int count = Decoding.clamped(common.getMaxHeadersCount().getValue());
    return in.number("common_http_protocol_options.max_headers_count", count, 1, Integer.MAX_VALUE);
  }

  static HttpConnectionManager connection(HttpConnection connection, FilterCodec.Encoding filters) {
    var message = HttpConnectionManager.newBuilder();
    if (!namelessHosts(connection)) {
      message.setStatPrefix("http");
    }
    connection.filters().forEach(filter -> message.addHttpFilters(filters.filter(filter)));
    if (connection.routes() instanceof HttpConnection.RoutesByName byName) {
      message
          .getRdsBuilder()
          .setRouteConfigName(byName.name())
          .setConfigSource(Sources.ads(byName.fetchTimeout()));
    } else {
      var inline = (HttpConnection.InlineRoutes) connection.routes();
      message.setRouteConfig(
          RouteCodec.configuration(inline.value(), filters).toBuilder()
              .setValidateClusters(BoolValue.of(false)));
    }
    PathHandling path = connection.path();
    message
        .setNormalizePath(BoolValue.of(path.normalize()))
        .setMergeSlashes(path.mergeSlashes())
        .setPathWithEscapedSlashesAction(
            PathWithEscapedSlashesAction.valueOf(path.escapedSlashes().name()))
        .setStripMatchingHostPort(connection.host().stripMatchingPort())
        .setStripTrailingHostDot(connection.host().stripTrailingDot());
    if (connection.host().stripAnyPort()) {
      message.setStripAnyHostPort(true);
    }
    forwarding(connection.forwarding(), message);
    limits(connection.limits(), message);
    return message.build();
  }

  private static boolean namelessHosts(HttpConnection connection) {
    return connection.routes() instanceof HttpConnection.InlineRoutes inline
        && inline.value().virtualHosts().stream().anyMatch(host -> host.name().isEmpty());
  }

  private static void forwarding(Forwarding forwarding, HttpConnectionManager.Builder message) {
    message
        .setUseRemoteAddress(BoolValue.of(forwarding.useRemoteAddress()))
        .setXffNumTrustedHops(forwarding.trustedHops())
        .setSkipXffAppend(forwarding.skipXffAppend())
        .setVia(forwarding.via())
        .setServerHeaderTransformation(
            ServerHeaderTransformation.valueOf(forwarding.serverHeader().name()))
        .setPreserveExternalRequestId(forwarding.preserveExternalRequestId())
        .setAlwaysSetRequestIdInResponse(forwarding.alwaysSetRequestIdInResponse());
    if (!forwarding.serverName().equals(Forwarding.DEFAULT.serverName())) {
      message.setServerName(forwarding.serverName());
    }
    if (!forwarding.generateRequestId()) {
      message.setGenerateRequestId(BoolValue.of(false));
    }
    for (Cidr cidr : forwarding.internalAddresses()) {
      message.getInternalAddressConfigBuilder().addCidrRanges(cidr(cidr));
    }
    clientCert(forwarding.clientCert(), message);
  }

  private static void clientCert(ClientCertHeader header, HttpConnectionManager.Builder message) {
    message.setForwardClientCertDetails(ForwardClientCertDetails.valueOf(header.handling().name()));
    if (header.tells()) {
      message
          .getSetCurrentClientCertDetailsBuilder()
          .setSubject(BoolValue.of(header.subject()))
          .setCert(header.cert())
          .setChain(header.chain())
          .setDns(header.dns())
          .setUri(header.uri());
    }
  }

  private static void limits(Limits limits, HttpConnectionManager.Builder message) {
    Limits defaults = Limits.DEFAULT;
    if (!limits.streamIdleTimeout().equals(defaults.streamIdleTimeout())) {
      message.setStreamIdleTimeout(Protos.duration(limits.streamIdleTimeout()));
    }
    if (!limits.requestTimeout().isZero()) {
      message.setRequestTimeout(Protos.duration(limits.requestTimeout()));
    }
    if (!limits.requestHeadersTimeout().isZero()) {
      message.setRequestHeadersTimeout(Protos.duration(limits.requestHeadersTimeout()));
    }
    if (!limits.drainTimeout().equals(defaults.drainTimeout())) {
      message.setDrainTimeout(Protos.duration(limits.drainTimeout()));
    }
    if (limits.maxRequestHeadersKb() != defaults.maxRequestHeadersKb()) {
      message.setMaxRequestHeadersKb(UInt32Value.of(limits.maxRequestHeadersKb()));
    }
    common(
        limits.idleTimeout().equals(defaults.idleTimeout())
            ? Optional.empty()
            : Optional.of(limits.idleTimeout()),
        limits,
        message);
  }

  private static void common(
      Optional<Duration> idle, Limits limits, HttpConnectionManager.Builder message) {
    var common = HttpProtocolOptions.newBuilder();
    idle.ifPresent(value -> common.setIdleTimeout(Protos.duration(value)));
    if (!limits.maxConnectionDuration().isZero()) {
      common.setMaxConnectionDuration(Protos.duration(limits.maxConnectionDuration()));
    }
    limits
        .maxStreamDuration()
        .ifPresent(value -> common.setMaxStreamDuration(Protos.duration(value)));
    if (limits.maxHeadersCount() != Limits.DEFAULT.maxHeadersCount()) {
      common.setMaxHeadersCount(UInt32Value.of(limits.maxHeadersCount()));
    }
    HttpProtocolOptions built = common.build();
    if (!built.equals(HttpProtocolOptions.getDefaultInstance())) {
      message.setCommonHttpProtocolOptions(built);
    }
  }
}
