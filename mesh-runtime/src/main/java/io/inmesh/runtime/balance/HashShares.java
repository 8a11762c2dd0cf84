package io.inmesh.runtime.balance;

import io.inmesh.config.Metadata;
import io.inmesh.runtime.balance.Level.LocalityHosts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Hosts with what they are hashed by and their share of the whole. Immutable. */
final class HashShares {
  private final Member[] hosts;
  private final String[] keys;
  private final double[] shares;
  private final double least;
  private final double most;

  private HashShares(List<Member> hosts, List<Double> shares, boolean useHostname) {
    this.hosts = hosts.toArray(Member[]::new);
    this.keys = new String[this.hosts.length];
    this.shares = new double[this.hosts.length];
    double smallest = 1;
    double largest = 0;
    for (int i = 0; i < this.hosts.length; i++) {
      this.keys[i] = key(this.hosts[i], useHostname);
      this.shares[i] = shares.get(i);
      smallest = Math.min(smallest, this.shares[i]);
      largest = Math.max(largest, this.shares[i]);
    }
    least = smallest;
    most = largest;
  }

  /**
   * The shares within a level.
   *
   * @param panics whether all hosts count, or the healthy ones
   * @param byLocality whether a locality's weight is shared among its hosts; one without weight
   *     gets nothing
   */
  static HashShares of(Level level, boolean panics, boolean byLocality, boolean useHostname) {
    List<Member> hosts = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    if (byLocality) {
      long sum = level.localities().stream().mapToLong(LocalityHosts::weight).sum();
      for (LocalityHosts in : level.localities()) {
        if (in.weight() > 0) {
          add(panics ? in.all() : in.healthy(), (double) in.weight() / sum, hosts, shares);
        }
      }
    } else {
      add(panics ? level.all() : level.healthy(), 1, hosts, shares);
    }
    return new HashShares(hosts, shares, useHostname);
  }

  private static void add(
      List<Member> from, double share, List<Member> hosts, List<Double> shares) {
    long sum = from.stream().mapToLong(host -> host.endpoint().weight()).sum();
    for (Member host : from) {
      hosts.add(host);
      shares.add(host.endpoint().weight() * share / sum);
    }
  }

  private static String key(Member host, boolean useHostname) {
    if (host.endpoint().metadata().in(Metadata.LB).get("hash_key") instanceof String key
        && !key.isEmpty()) {
      return key;
    }
    String hostname = host.endpoint().hostname();
    return useHostname && !hostname.isEmpty() ? hostname : host.endpoint().address().toString();
  }

  int size() {
    return hosts.length;
  }

  Member host(int place) {
    return hosts[place];
  }

  String key(int place) {
    return keys[place];
  }

  double share(int place) {
    return shares[place];
  }

  double least() {
    return least;
  }

  double most() {
    return most;
  }

  /** Whether a table built for the others serves these too. */
  boolean alike(HashShares others) {
    return Arrays.equals(keys, others.keys) && Arrays.equals(shares, others.shares);
  }
}
