package io.inmesh.runtime.cluster;

import io.inmesh.config.Cluster.Family;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The look-up of the operating system, which blocks: it runs on the given executor. Lifetimes of
 * answers are not known; the JDK's own cache applies ({@code networkaddress.cache.ttl}).
 */
public final class SystemNameResolver implements NameResolver {
  private final Executor blocking;

  /**
   * @param blocking runs look-ups, which may take seconds; never an event loop
   */
  public SystemNameResolver(Executor blocking) {
    this.blocking = blocking;
  }

  @Override
  public void resolve(String name, Family family, Answer answer) {
    blocking.execute(() -> lookUp(name, family, answer));
  }

  private static void lookUp(String name, Family family, Answer answer) {
    InetAddress[] found;
    try {
      found = InetAddress.getAllByName(name);
    } catch (UnknownHostException unknown) {
      answer.failed("unknown name " + name);
      return;
    }
    answer.resolved(choose(found, family), Duration.ZERO);
  }

  /** As dns_lookup_family says; AUTO means IPv6, and IPv4 where there is none. */
  static List<String> choose(InetAddress[] found, Family family) {
    List<String> v4 = new ArrayList<>();
    List<String> v6 = new ArrayList<>();
    for (InetAddress address : found) {
      (address instanceof Inet4Address ? v4 : v6).add(address.getHostAddress());
    }
    return switch (family) {
      case V4_ONLY -> v4;
      case V6_ONLY -> v6;
      case AUTO -> v6.isEmpty() ? v4 : v6;
      case V4_PREFERRED -> v4.isEmpty() ? v6 : v4;
      case ALL -> {
        v6.addAll(v4);
        yield v6;
      }
    };
  }
}
