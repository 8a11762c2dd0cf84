package io.inmesh.xds.codec;

import io.inmesh.config.Cidr;
import io.inmesh.config.FilterChain;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether two filter chains of a listener take the same connections: each match stands for all
 * combinations of its members, and no combination may occur twice.
 */
final class FilterChainOverlap {
  private static final int MOST_COMBINATIONS = 100_000;

  private FilterChainOverlap() {}

  static void check(Decoding in, List<FilterChain> chains) {
    Set<List<String>> seen = new HashSet<>();
    for (int i = 0; i < chains.size(); i++) {
      String field = "filter_chains[" + i + "].filter_chain_match";
      for (List<String> combination : combinations(in, field, chains.get(i).match())) {
        if (!seen.add(combination)) {
          throw in.refuse(field, "another chain, or the same, has an overlapping match");
        }
      }
      if (seen.size() > MOST_COMBINATIONS) {
        throw in.refuse(field, "the matches have too many combinations");
      }
    }
  }

  private static List<List<String>> combinations(
      Decoding in, String field, FilterChain.Match match) {
    String port =
        match.destinationPort().isPresent() ? "" + match.destinationPort().getAsInt() : "";
    List<List<String>> members =
        List.of(
            List.of(port + " " + match.transportProtocol() + " " + match.sourceType()),
            ranges(match.prefixRanges()),
            match.serverNames(),
            match.applicationProtocols(),
            ranges(match.directSourcePrefixRanges()),
            ranges(match.sourcePrefixRanges()),
            match.sourcePorts().stream().map(String::valueOf).toList());
    List<List<String>> all = List.of(List.of());
    for (List<String> each : members) {
      var longer = new ArrayList<List<String>>();
      for (List<String> start : all) {
        for (String member : each.isEmpty() ? List.of("") : each) {
          var combination = new ArrayList<>(start);
          combination.add(member);
          longer.add(combination);
        }
      }
      if (longer.size() > MOST_COMBINATIONS) {
        throw in.refuse(field, "has too many combinations");
      }
      all = longer;
    }
    return all;
  }

  private static List<String> ranges(List<Cidr> cidrs) {
    return cidrs.stream().map(FilterChainOverlap::range).toList();
  }

  /** The range with the bits cleared that do not count. */
  private static String range(Cidr cidr) {
    try {
      byte[] bytes = InetAddress.getByName(cidr.address()).getAddress();
      for (int bit = cidr.length(); bit < bytes.length * 8; bit++) {
        bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
      }
      return InetAddress.getByAddress(bytes).getHostAddress() + "/" + cidr.length();
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("not an IP address: " + cidr.address(), impossible);
    }
  }
}
