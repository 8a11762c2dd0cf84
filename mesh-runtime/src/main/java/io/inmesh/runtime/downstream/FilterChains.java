package io.inmesh.runtime.downstream;

import io.inmesh.config.Cidr;
import io.inmesh.config.FilterChain.Match;
import io.inmesh.config.FilterChain.SourceType;
import io.inmesh.config.IpRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the filter chain of a connection. Criteria are looked at one after the other, and each
 * keeps only the chains that say most about it: a chain that was left behind does not come back,
 * even if none of the others takes the connection in the end. Source:
 * envoy.config.listener.v3.FilterChainMatch.
 */
public final class FilterChains {
  private static final int NO = -1;
  private static final int ANY = 0;

  private FilterChains() {}

  /** The place of the chain that takes a connection; -1 for none. */
  public static int choose(List<Match> chains, Downstream of) {
    byte[] local = IpRange.bytes(of.local().host());
    byte[] remote = IpRange.bytes(of.remote().host());
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < chains.size(); i++) {
      left.add(i);
    }
    left = best(chains, left, match -> port(match, of.local().port()));
    left = best(chains, left, match -> within(match.prefixRanges(), local));
    left = best(chains, left, match -> serverName(match.serverNames(), of.serverName()));
    left = best(chains, left, match -> transport(match.transportProtocol(), of.tls()));
    left = best(chains, left, match -> protocol(match.applicationProtocols(), of.protocols()));
    left = best(chains, left, match -> within(match.directSourcePrefixRanges(), remote));
    left = best(chains, left, match -> source(match.sourceType(), local, remote));
    left = best(chains, left, match -> within(match.sourcePrefixRanges(), remote));
    left = best(chains, left, match -> sourcePort(match.sourcePorts(), of.remote().port()));
    return left.isEmpty() ? NO : left.get(0);
  }

  private static List<Integer> best(
      List<Match> chains, List<Integer> candidates, ToIntFunction<Match> rank) {
    int most = NO;
    var kept = new ArrayList<Integer>();
    for (int candidate : candidates) {
      int said = rank.applyAsInt(chains.get(candidate));
      if (said > most) {
        most = said;
        kept.clear();
      }
      if (said == most && said != NO) {
        kept.add(candidate);
      }
    }
    return kept;
  }

  private static int port(Match match, int port) {
    return match.destinationPort().isEmpty()
        ? ANY
        : match.destinationPort().getAsInt() == port ? 1 : NO;
  }

  /** The longer the prefix, the more is said. */
  private static int within(List<Cidr> ranges, byte @Nullable [] address) {
    int longest = ranges.isEmpty() ? ANY : NO;
    for (Cidr range : ranges) {
      if (address != null && new IpRange(range).contains(address)) {
        longest = Math.max(longest, 1 + range.length());
      }
    }
    return longest;
  }

  /** A whole name says more than any wildcard, a longer wildcard more than a shorter one. */
  private static int serverName(List<String> names, String given) {
    int most = names.isEmpty() ? ANY : NO;
    for (String name : names) {
      String wanted = name.toLowerCase(Locale.ROOT);
      if (wanted.equals(given) && !given.isEmpty()) {
        return Integer.MAX_VALUE;
      }
      if (wanted.startsWith("*.") && given.endsWith(wanted.substring(1))) {
        most = Math.max(most, wanted.length());
      }
    }
    return most;
  }

  private static int transport(String wanted, boolean tls) {
    return wanted.isEmpty() ? ANY : wanted.equals(tls ? "tls" : "raw_buffer") ? 1 : NO;
  }

  /** What the peer names first counts most. */
  private static int protocol(List<String> wanted, List<String> offered) {
    if (wanted.isEmpty()) {
      return ANY;
    }
    for (int i = 0; i < offered.size(); i++) {
      if (wanted.contains(offered.get(i))) {
        return offered.size() - i;
      }
    }
    return NO;
  }

  private static int source(SourceType wanted, byte @Nullable [] local, byte @Nullable [] remote) {
    if (wanted == SourceType.ANY) {
      return ANY;
    }
    boolean loopback =
        remote != null && (remote.length == 4 ? remote[0] == 127 : isLoopback(remote));
    boolean same = loopback || java.util.Arrays.equals(local, remote);
    return same == (wanted == SourceType.SAME_IP_OR_LOOPBACK) ? 1 : NO;
  }

  private static boolean isLoopback(byte[] six) {
    for (int i = 0; i < 15; i++) {
      if (six[i] != 0) {
        return false;
      }
    }
    return six[15] == 1;
  }

  private static int sourcePort(List<Integer> wanted, int port) {
    return wanted.isEmpty() ? ANY : wanted.contains(port) ? 1 : NO;
  }
}
