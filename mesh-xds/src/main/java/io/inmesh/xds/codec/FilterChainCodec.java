package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.FilterChain;
import io.inmesh.config.FilterChain.SourceType;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Network;
import io.inmesh.config.TransportSocket;
import io.inmesh.proto.envoy.config.listener.v3.Filter;
import io.inmesh.proto.envoy.config.listener.v3.FilterChainMatch;
import io.inmesh.proto.envoy.config.listener.v3.FilterChainMatch.ConnectionSourceType;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.inmesh.proto.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Filter chains: which connections, and what becomes of them. */
final class FilterChainCodec {
  private static final String TCP_PROXY = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

  private static final String RBAC = "envoy.extensions.filters.network.rbac.v3.RBAC";

  private FilterChainCodec() {}

  static FilterChain chain(
      Decoding in, io.inmesh.proto.envoy.config.listener.v3.FilterChain message) {
    return new FilterChain(
        in.text(message.getName()),
        message.hasFilterChainMatch()
            ? in.inside(
                "filter_chain_match", message.getFilterChainMatch(), FilterChainCodec::match)
            : FilterChain.Match.ANY,
        network(in, message.getFiltersList()),
        message.hasTransportSocket()
            ? in.inside("transport_socket", message.getTransportSocket(), TlsCodec::downstream)
            : new TransportSocket.RawBuffer());
  }

  private static FilterChain.Match match(Decoding in, FilterChainMatch message) {
    if (!message.getAddressSuffix().isEmpty() || message.hasSuffixLen()) {
      throw in.refuse("address_suffix", "is not supported");
    }
    var ports = new ArrayList<Integer>(message.getSourcePortsCount());
    for (int port : message.getSourcePortsList()) {
      ports.add(in.number("source_ports", port, 1, 65535));
    }
    return new FilterChain.Match(
        message.hasDestinationPort()
            ? OptionalInt.of(
                in.number("destination_port", message.getDestinationPort().getValue(), 1, 65535))
            : OptionalInt.empty(),
        in.each("prefix_ranges", message.getPrefixRangesList(), HttpConnectionCodec::cidr),
        serverNames(in, message.getServerNamesList()),
        in.text(message.getTransportProtocol()),
        texts(in, message.getApplicationProtocolsList()),
        in.each(
            "direct_source_prefix_ranges",
            message.getDirectSourcePrefixRangesList(),
            HttpConnectionCodec::cidr),
        SourceType.valueOf(in.known("source_type", message.getSourceType()).name()),
        in.each(
            "source_prefix_ranges", message.getSourcePrefixRangesList(), HttpConnectionCodec::cidr),
        ports);
  }

  private static List<String> serverNames(Decoding in, List<String> names) {
    for (String name : names) {
      if (name.indexOf('*', 1) > 0 || (name.startsWith("*") && !name.startsWith("*."))) {
        throw in.refuse("server_names", "partial wildcards are not supported: " + name);
      }
    }
    return texts(in, names.stream().map(MatcherCodec::lower).toList());
  }

  static List<String> texts(Decoding in, List<String> values) {
    if (values.isEmpty()) {
      return List.of();
    }
    var texts = new ArrayList<String>(values.size());
    values.forEach(value -> texts.add(in.text(value)));
    return texts;
  }

  private static Network network(Decoding in, List<Filter> filters) {
    Optional<Network> network = Optional.empty();
    boolean authorized = false;
    for (int i = 0; i < filters.size(); i++) {
      Filter filter = filters.get(i);
      in.enter("filters", i);
      if (network.isPresent()) {
        throw in.refuse("there must be no filter after the terminal one");
      }
      network = network(in, filter);
      authorized |= Decoding.typeOf(filter.getTypedConfig()).equals(RBAC);
      if (authorized && network.isPresent() && network.get().http().isPresent()) {
        throw in.refuse("a network RBAC filter in front of HTTP is not supported");
      }
      in.leave();
    }
    return network.orElseThrow(
        () -> in.refuse("filters", "there is no HTTP connection manager and no TCP proxy"));
  }

  /** What a terminal filter does; empty for another filter, which is left out. */
  private static Optional<Network> network(Decoding in, Filter filter) {
    String name = in.required("name", filter.getName());
    Any any = TypedStructs.unwrap(in, filter.getTypedConfig());
    String type = Decoding.typeOf(any);
    in.enter("typed_config", -1);
    Optional<Network> network = Optional.empty();
    if (type.equals(HttpConnectionCodec.TYPE)) {
      network =
          Optional.of(
              HttpConnectionCodec.connection(
                  in, in.parse(any.getValue(), HttpConnectionManager.parser())));
    } else if (type.equals(TCP_PROXY)) {
      network = Optional.of(tcp(in, in.parse(any.getValue(), TcpProxy.parser())));
    } else {
      in.ignored("@type", "network filter " + name + " of type " + type + " is left out");
    }
    in.leave();
    return network;
  }

  private static Network.Tcp tcp(Decoding in, TcpProxy message) {
    switch (message.getClusterSpecifierCase()) {
      case CLUSTER:
        return new Network.Tcp(
            new ClusterSpecifier.Named(in.required("cluster", message.getCluster())));
      case WEIGHTED_CLUSTERS:
        if (message.getWeightedClusters().getClustersCount() == 0) {
          throw in.refuse("weighted_clusters.clusters", "must not be empty");
        }
        return new Network.Tcp(
            new ClusterSpecifier.Weighted(
                in.each(
                    "weighted_clusters.clusters",
                    message.getWeightedClusters().getClustersList(),
                    FilterChainCodec::share),
                Optional.empty(),
                false,
                ""));
      default:
        throw in.refuse("no cluster is given");
    }
  }

  private static ClusterSpecifier.Entry share(
      Decoding in, TcpProxy.WeightedCluster.ClusterWeight message) {
    if (message.getWeight() == 0) {
      throw in.refuse("weight", "must be at least 1");
    }
    return new ClusterSpecifier.Entry(
        in.required("name", message.getName()), Integer.toUnsignedLong(message.getWeight()));
  }

  static io.inmesh.proto.envoy.config.listener.v3.FilterChain chain(
      FilterChain chain, FilterCodec.Encoding filters, TlsEncoding tls) {
    var message =
        io.inmesh.proto.envoy.config.listener.v3.FilterChain.newBuilder().setName(chain.name());
    if (!chain.match().equals(FilterChain.Match.ANY)) {
      message.setFilterChainMatch(match(chain.match()));
    }
    if (chain.network() instanceof HttpConnection connection) {
      message
          .addFiltersBuilder()
          .setName("envoy.filters.network.http_connection_manager")
          .setTypedConfig(
              Anys.of(
                  HttpConnectionCodec.TYPE, HttpConnectionCodec.connection(connection, filters)));
    } else {
      message
          .addFiltersBuilder()
          .setName("envoy.filters.network.tcp_proxy")
          .setTypedConfig(Anys.of(TCP_PROXY, tcp((Network.Tcp) chain.network())));
    }
    tls.socket(chain.socket()).ifPresent(message::setTransportSocket);
    return message.build();
  }

  private static FilterChainMatch match(FilterChain.Match match) {
    var message =
        FilterChainMatch.newBuilder()
            .addAllServerNames(match.serverNames())
            .setTransportProtocol(match.transportProtocol())
            .addAllApplicationProtocols(match.applicationProtocols())
            .setSourceType(ConnectionSourceType.valueOf(match.sourceType().name()))
            .addAllSourcePorts(match.sourcePorts());
    match.destinationPort().ifPresent(port -> message.setDestinationPort(UInt32Value.of(port)));
    match.prefixRanges().forEach(cidr -> message.addPrefixRanges(HttpConnectionCodec.cidr(cidr)));
    match
        .directSourcePrefixRanges()
        .forEach(cidr -> message.addDirectSourcePrefixRanges(HttpConnectionCodec.cidr(cidr)));
    match
        .sourcePrefixRanges()
        .forEach(cidr -> message.addSourcePrefixRanges(HttpConnectionCodec.cidr(cidr)));
    return message.build();
  }

  private static TcpProxy tcp(Network.Tcp tcp) {
    var message = TcpProxy.newBuilder().setStatPrefix("tcp");
    if (tcp.clusters() instanceof ClusterSpecifier.Named named) {
      message.setCluster(named.cluster());
    } else if (tcp.clusters() instanceof ClusterSpecifier.Weighted weighted) {
      for (ClusterSpecifier.Entry entry : weighted.entries()) {
        message
            .getWeightedClustersBuilder()
            .addClustersBuilder()
            .setName(entry.cluster().orElse(""))
            .setWeight((int) entry.weight());
      }
    } else {
      throw new IllegalArgumentException("a TCP proxy cannot read a header");
    }
    return message.build();
  }
}
