package io.inmesh.runtime.assemble;

import io.inmesh.config.Address;
import io.inmesh.config.Cidr;
import io.inmesh.config.FilterChain.Match;
import io.inmesh.config.FilterChain.SourceType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which filter chain takes a call of this process: it counts as plaintext HTTP from the loopback
 * address. Source: envoy.config.listener.v3.FilterChainMatch.
 */
final class ChainChoice {
  private static final List<String> HTTP = List.of("http/1.1", "http/1.0", "h2c");

  private ChainChoice() {}

  static boolean takes(Match match, Address address) {
    boolean port =
        match.destinationPort().isEmpty() || match.destinationPort().getAsInt() == address.port();
    boolean protocol =
        match.transportProtocol().isEmpty() || match.transportProtocol().equals("raw_buffer");
    boolean application =
        match.applicationProtocols().isEmpty()
            || match.applicationProtocols().stream().anyMatch(HTTP::contains);
    boolean source =
        match.sourceType() != SourceType.EXTERNAL
            && within(match.directSourcePrefixRanges(), "127.0.0.1")
            && within(match.sourcePrefixRanges(), "127.0.0.1")
            && match.sourcePorts().isEmpty();
    return port
        && protocol
        && application
        && source
        && match.serverNames().isEmpty()
        && within(match.prefixRanges(), address.host());
  }

  private static boolean within(List<Cidr> ranges, String host) {
    return ranges.isEmpty() || longest(ranges, host) >= 0;
  }

  /** Whether the first match says more than the second; both take the address. */
  static boolean isCloser(Match first, Match second, Address address) {
    int[] one = rank(first, address);
    int[] other = rank(second, address);
    for (int i = 0; i < one.length; i++) {
      if (one[i] != other[i]) {
        return one[i] > other[i];
      }
    }
    return false;
  }

  /** In the order in which a listener looks. */
  private static int[] rank(Match match, Address address) {
    return new int[] {
      match.destinationPort().isPresent() ? 1 : 0,
      longest(match.prefixRanges(), address.host()),
      match.transportProtocol().isEmpty() ? 0 : 1,
      match.applicationProtocols().isEmpty() ? 0 : 1,
      longest(match.directSourcePrefixRanges(), "127.0.0.1"),
      match.sourceType() == SourceType.ANY ? 0 : 1,
      longest(match.sourcePrefixRanges(), "127.0.0.1")
    };
  }

  /** The longest prefix that holds the host; -1 for none. */
  private static int longest(List<Cidr> ranges, String host) {
    byte[] address = ranges.isEmpty() ? null : bytes(host);
    int longest = -1;
    for (Cidr range : ranges) {
      byte[] prefix = bytes(range.address());
      if (address != null
          && prefix != null
          && address.length == prefix.length
          && range.length() > longest
          && equal(address, prefix, range.length())) {
        longest = range.length();
      }
    }
    return longest;
  }

  private static boolean equal(byte[] address, byte[] prefix, int bits) {
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >>> (i & 7);
      if (((address[i >>> 3] ^ prefix[i >>> 3]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Only of what looks like an IP address, so that no name is ever looked up. */
  private static byte @Nullable [] bytes(String host) {
    boolean numeric = host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || c <= '9');
    try {
      return numeric && !host.isEmpty() ? InetAddress.getByName(host).getAddress() : null;
    } catch (UnknownHostException malformed) {
      return null;
    }
  }
}
