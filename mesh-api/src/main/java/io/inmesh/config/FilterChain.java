package io.inmesh.config;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How a listener handles the connections that a match takes. Source:
 * envoy.config.listener.v3.FilterChain.
 */
public record FilterChain(String name, Match match, Network network, TransportSocket socket) {
  /** What must be known before it can be served. */
  public Set<Resource.Key> references() {
    var keys = new HashSet<>(network.references());
    keys.addAll(socket.references());
    return keys;
  }

  /**
   * Which connections; empty lists and an empty transport protocol take any. Source:
   * envoy.config.listener.v3.FilterChainMatch.
   */
  public record Match(
      OptionalInt destinationPort,
      List<Cidr> prefixRanges,
      List<String> serverNames,
      String transportProtocol,
      List<String> applicationProtocols,
      List<Cidr> directSourcePrefixRanges,
      SourceType sourceType,
      List<Cidr> sourcePrefixRanges,
      List<Integer> sourcePorts) {
    /** Takes every connection. */
    public static final Match ANY =
        new Match(
            OptionalInt.empty(),
            List.of(),
            List.of(),
            "",
            List.of(),
            List.of(),
            SourceType.ANY,
            List.of(),
            List.of());

    public Match {
      prefixRanges = List.copyOf(prefixRanges);
      serverNames = List.copyOf(serverNames);
      applicationProtocols = List.copyOf(applicationProtocols);
      directSourcePrefixRanges = List.copyOf(directSourcePrefixRanges);
      sourcePrefixRanges = List.copyOf(sourcePrefixRanges);
      sourcePorts = List.copyOf(sourcePorts);
    }
  }

  /** Where a connection comes from. */
  public enum SourceType {
    ANY,
    SAME_IP_OR_LOOPBACK,
    EXTERNAL
  }
}
