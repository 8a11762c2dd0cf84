package io.inmesh.cli.replay;

import io.inmesh.proto.envoy.config.core.v3.HeaderMap;
import io.inmesh.proto.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.inmesh.proto.envoy.service.auth.v3.AttributeContext;
import io.inmesh.proto.envoy.service.auth.v3.CheckRequest;
import io.inmesh.proto.envoy.service.ratelimit.v3.RateLimitRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What gRPC services are asked, in the form of the recordings. */
final class ExternalQuestion {
  private static final String ID = "x-request-id";

  private ExternalQuestion() {}

  private static void put(Map<String, Object> into, String name, String value) {
    if (!value.isEmpty()) {
      into.put(name, value);
    }
  }

  static Map<String, Object> of(CheckRequest request) {
    var all = new LinkedHashMap<String, Object>();
    AttributeContext attributes = request.getAttributes();
    if (attributes.hasSource()) {
      all.put("source", peer(attributes.getSource()));
    }
    if (attributes.hasDestination()) {
      all.put("destination", peer(attributes.getDestination()));
    }
    if (attributes.getRequest().hasHttp()) {
      all.put("http", http(attributes.getRequest().getHttp()));
    }
    if (attributes.getContextExtensionsCount() > 0) {
      all.put("context_extensions", new TreeMap<>(attributes.getContextExtensionsMap()));
    }
    if (attributes.hasMetadataContext()) {
      all.put("metadata_context_len", attributes.getMetadataContext().getSerializedSize());
    }
    if (attributes.hasRouteMetadataContext()) {
      all.put(
          "route_metadata_context_len", attributes.getRouteMetadataContext().getSerializedSize());
    }
    return all;
  }

  private static Map<String, Object> peer(AttributeContext.Peer peer) {
    var all = new LinkedHashMap<String, Object>();
    put(all, "address", peer.hasAddress() ? "set" : "");
    put(all, "service", peer.getService());
    put(all, "principal", peer.getPrincipal());
    put(all, "certificate", peer.getCertificate().isEmpty() ? "" : "set");
    return all;
  }

  private static Map<String, Object> http(AttributeContext.HttpRequest http) {
    var all = new LinkedHashMap<String, Object>();
    put(all, "id", http.getId().isEmpty() ? "" : "*");
    put(all, "method", http.getMethod());
    put(all, "path", http.getPath());
    put(all, "host", http.getHost());
    put(all, "scheme", http.getScheme());
    put(all, "query", http.getQuery());
    put(all, "fragment", http.getFragment());
    put(all, "protocol", http.getProtocol());
    put(all, "body", http.getBody());
    put(all, "raw_body", http.getRawBody().toStringUtf8());
    if (http.getSize() != 0) {
      all.put("size", http.getSize());
    }
    if (http.getHeadersCount() > 0) {
      var headers = new TreeMap<>(http.getHeadersMap());
      headers.computeIfPresent(ID, (name, value) -> "*");
      all.put("headers", headers);
    }
    if (http.hasHeaderMap()) {
      all.put("header_map", raw(http.getHeaderMap()));
    }
    return all;
  }

  private static List<List<String>> raw(HeaderMap map) {
    var all = new ArrayList<List<String>>();
    map.getHeadersList()
        .forEach(
            header -> {
              String value = header.getKey().equals(ID) ? "*" : header.getRawValue().toStringUtf8();
              all.add(List.of(header.getKey(), value));
            });
    return all;
  }

  static Map<String, Object> of(RateLimitRequest request) {
    var all = new LinkedHashMap<String, Object>();
    var descriptors = new ArrayList<Object>();
    request.getDescriptorsList().forEach(descriptor -> descriptors.add(row(descriptor)));
    all.put("descriptors", descriptors);
    put(all, "domain", request.getDomain());
    if (request.getHitsAddend() != 0) {
      all.put("hits_addend", request.getHitsAddend());
    }
    return all;
  }

  private static Map<String, Object> row(RateLimitDescriptor descriptor) {
    var row = new LinkedHashMap<String, Object>();
    row.put(
        "entries",
        descriptor.getEntriesList().stream()
            .map(entry -> List.of(entry.getKey(), entry.getValue()))
            .toList());
    if (descriptor.hasLimit()) {
      row.put("limit", "set");
    }
    if (descriptor.hasHitsAddend()) {
      row.put("hits_addend", descriptor.getHitsAddend().getValue());
    }
    return row;
  }
}
