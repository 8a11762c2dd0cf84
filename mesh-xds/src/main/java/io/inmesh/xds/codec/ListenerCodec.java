package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import io.inmesh.config.Address;
import io.inmesh.config.FilterChain;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Listener.Direction;
import io.inmesh.config.TransportSocket;
import io.inmesh.proto.envoy.config.core.v3.TrafficDirection;
import io.inmesh.proto.envoy.config.listener.v3.ApiListener;
import io.inmesh.proto.envoy.config.listener.v3.ListenerFilter;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Listeners. */
final class ListenerCodec {
  private static final Map<String, String> FILTER_NAMES =
      Map.of(
          "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector",
          "envoy.filters.listener.http_inspector",
          "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
          "envoy.filters.listener.tls_inspector",
          "envoy.extensions.filters.listener.original_dst.v3.OriginalDst",
          "envoy.filters.listener.original_dst");

  private ListenerCodec() {}

  static Listener listener(Decoding in, io.inmesh.proto.envoy.config.listener.v3.Listener message) {
    if (message.hasApiListener()) {
      return api(in, message);
    }
    if (message.getFilterChainsCount() == 0 && !message.hasDefaultFilterChain()) {
      throw in.refuse("filter_chains", "must not be empty");
    }
    if (message.hasFilterChainMatcher()) {
      throw in.refuse("filter_chain_matcher", "is not supported");
    }
    List<FilterChain> chains =
        in.each("filter_chains", message.getFilterChainsList(), FilterChainCodec::chain);
    FilterChainOverlap.check(in, chains);
    in.enter("address", -1);
    Address bind = Addresses.address(in, message.getAddress(), false);
    in.leave();
    return new Listener(
        in.text(message.getName()),
        in.known("traffic_direction", message.getTrafficDirection()) == TrafficDirection.INBOUND
            ? Direction.INBOUND
            : Direction.OUTBOUND,
        Optional.of(bind),
        chains,
        in.inside(
            message.hasDefaultFilterChain(),
            "default_filter_chain",
            message.getDefaultFilterChain(),
            FilterChainCodec::chain),
        bindToPort(message),
        in.each("listener_filters", message.getListenerFiltersList(), ListenerCodec::filter),
        in.inside("metadata", message.getMetadata(), MetadataCodec::metadata));
  }

  private static boolean bindToPort(io.inmesh.proto.envoy.config.listener.v3.Listener message) {
    if (message.hasBindToPort()) {
      return message.getBindToPort().getValue();
    }
    return !message.getDeprecatedV1().hasBindToPort()
        || message.getDeprecatedV1().getBindToPort().getValue();
  }

  private static Listener api(
      Decoding in, io.inmesh.proto.envoy.config.listener.v3.Listener message) {
    in.enter("api_listener.api_listener", -1);
    Any any = message.getApiListener().getApiListener();
    if (!Decoding.typeOf(any).equals(HttpConnectionCodec.TYPE)) {
      throw in.refuse("must be an HTTP connection manager, not " + Decoding.typeOf(any));
    }
    HttpConnection connection =
        HttpConnectionCodec.connection(
            in, in.parse(any.getValue(), HttpConnectionManager.parser()));
    in.leave();
    var chain =
        new FilterChain("", FilterChain.Match.ANY, connection, new TransportSocket.RawBuffer());
    return new Listener(
        in.text(message.getName()),
        Direction.API,
        Optional.empty(),
        List.of(chain),
        Optional.empty(),
        false,
        List.of(),
        in.inside("metadata", message.getMetadata(), MetadataCodec::metadata));
  }

  private static String filter(Decoding in, ListenerFilter message) {
    String name = in.required("name", message.getName());
    String type = Decoding.typeOf(message.getTypedConfig());
    if (message.hasFilterDisabled()) {
      in.ignored("filter_disabled", "is not supported");
    }
    if (FILTER_NAMES.containsKey(type)) {
      return in.text(type);
    }
    in.ignored("typed_config", "listener filter " + name + " is not known");
    return in.text(type.isEmpty() ? name : type);
  }

  static io.inmesh.proto.envoy.config.listener.v3.Listener listener(
      Listener listener, FilterCodec.Encoding filters, TlsEncoding tls) {
    var message =
        io.inmesh.proto.envoy.config.listener.v3.Listener.newBuilder().setName(listener.name());
    if (!listener.metadata().byNamespace().isEmpty()) {
      message.setMetadata(MetadataCodec.metadata(listener.metadata()));
    }
    if (listener.direction() == Direction.API) {
      HttpConnection connection = listener.chains().get(0).network().http().orElseThrow();
      message.setApiListener(
          ApiListener.newBuilder()
              .setApiListener(
                  Anys.of(
                      HttpConnectionCodec.TYPE,
                      HttpConnectionCodec.connection(connection, filters))));
      return message.build();
    }
    message.setTrafficDirection(
        listener.direction() == Direction.INBOUND
            ? TrafficDirection.INBOUND
            : TrafficDirection.OUTBOUND);
    listener.bind().ifPresent(address -> message.setAddress(Addresses.address(address)));
    for (FilterChain chain : listener.chains()) {
      message.addFilterChains(FilterChainCodec.chain(chain, filters, tls));
    }
    listener
        .fallback()
        .ifPresent(
            chain -> message.setDefaultFilterChain(FilterChainCodec.chain(chain, filters, tls)));
    if (!listener.bindToPort()) {
      message.setBindToPort(BoolValue.of(false));
    }
    for (String type : listener.listenerFilters()) {
      message
          .addListenerFiltersBuilder()
          .setName(FILTER_NAMES.getOrDefault(type, type))
          .setTypedConfig(Protos.empty(type));
    }
    return message.build();
  }
}
