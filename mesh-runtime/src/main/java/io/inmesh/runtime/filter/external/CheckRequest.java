package io.inmesh.runtime.filter.external;

import io.inmesh.call.Headers;
import io.inmesh.config.ExternalAuthorization.BodyLimit;
import io.inmesh.config.ExternalAuthorization.View;
import io.inmesh.config.Metadata;
import io.inmesh.config.Route;
import io.inmesh.runtime.filter.wire.WireValue;
import io.inmesh.runtime.filter.wire.WireWriter;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.FilteredCall.BodyStart;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes envoy.service.auth.v3.CheckRequest. Field numbers are those of that message and of
 * AttributeContext.
 */
final class CheckRequest {
  private final View view;
  private final ToldHeaders headers;
  private final boolean packed;
  private final Map<String, String> extensions;
  private final Map<?, ?> labels;
  private final ProcessFacts process;

  CheckRequest(
      View view,
      ToldHeaders headers,
      @Nullable BodyLimit body,
      Map<String, String> extensions,
      ProcessFacts process) {
    this.view = view;
    this.headers = headers;
    this.packed = body != null && body.packed();
    this.extensions = extensions;
    this.process = process;
    this.labels =
        process.node().metadata().get(view.labelsKey()) instanceof Map<?, ?> map ? map : Map.of();
  }

  WireWriter message(FilteredCall call, @Nullable BodyStart body) {
    var attributes = new WireWriter(1024);
    attributes.message(1, source(call)).message(2, destination(call));
    attributes.message(
        4,
        new WireWriter(1024).message(1, time(process.clock().get())).message(2, http(call, body)));
    extensions.forEach((key, value) -> attributes.message(10, entry(key, value)));
    attributes.message(11, metadata(view.metadata(), call::metadataIn));
    if (view.tlsSession()) {
      attributes.message(12, new WireWriter().text(1, call.serverName()));
    }
    Metadata ofRoute = call.route().map(Route::metadata).orElse(Metadata.EMPTY);
    attributes.message(13, metadata(view.routeMetadata(), ofRoute::in));
    return new WireWriter(attributes.size() + 8).message(1, attributes);
  }

  private WireWriter source(FilteredCall call) {
    String service = call.headers().get("x-envoy-downstream-service-cluster");
    List<String> names = call.callerNames();
    return new WireWriter()
        .message(1, address(call.peerAddress(), call.peerPort()))
        .text(2, service == null ? "" : service)
        .text(4, names == null || names.isEmpty() ? "" : names.get(0))
        .text(5, view.peerCertificate() ? call.callerCertificate() : "");
  }

  private WireWriter destination(FilteredCall call) {
    var peer = new WireWriter().message(1, address(call.localAddress(), call.localPort()));
    labels.forEach(
        (key, value) ->
            peer.message(3, entry(String.valueOf(key), value instanceof String text ? text : "")));
    return peer.text(4, call.ownName());
  }

  private static WireWriter address(String host, int port) {
    // core.v3.Address.socket_address; the port is a oneof: it is there even if it is 0.
    var socket = new WireWriter().text(2, host).presentNumber(3, port);
    return new WireWriter().message(1, socket);
  }

  private static WireWriter time(Instant now) {
    return new WireWriter().number(1, now.getEpochSecond()).number(2, now.getNano());
  }

  private WireWriter http(FilteredCall call, @Nullable BodyStart body) {
    Headers told = headers.of(call, body);
    var http =
        new WireWriter(1024)
            .text(1, Long.toUnsignedString(call.streamRandom()))
            .text(2, call.method());
    if (!view.raw()) {
      for (int i = 0; i < told.size(); i++) {
        http.message(3, entry(told.name(i), told.value(i)));
      }
    }
    http.text(4, call.path())
        .text(5, call.authority())
        .text(6, call.scheme())
        .number(9, body == null ? 0 : body.size())
        .text(10, call.protocol());
    if (body != null && packed) {
      http.bytes(12, body.bytes());
    } else if (body != null) {
      http.text(11, new String(body.bytes(), StandardCharsets.UTF_8));
    }
    if (view.raw()) {
      http.message(13, raw(told));
    }
    return http;
  }

  private static WireWriter raw(Headers told) {
    var map = new WireWriter(1024);
    for (int i = 0; i < told.size(); i++) {
      byte[] value = told.value(i).getBytes(StandardCharsets.UTF_8);
      map.message(1, new WireWriter().text(1, told.name(i)).bytes(3, value));
    }
    return map;
  }

  private static WireWriter entry(String key, String value) {
    return new WireWriter().presentText(1, key).presentText(2, value);
  }

  /** The values of a namespace. */
  private interface Namespaces {
    Map<String, Object> in(String namespace);
  }

  private static WireWriter metadata(List<String> namespaces, Namespaces from) {
    var metadata = new WireWriter();
    for (String namespace : namespaces) {
      Map<String, Object> values = from.in(namespace);
      if (!values.isEmpty()) {
        metadata.message(
            1, new WireWriter().presentText(1, namespace).message(2, WireValue.struct(values)));
      }
    }
    return metadata;
  }
}
