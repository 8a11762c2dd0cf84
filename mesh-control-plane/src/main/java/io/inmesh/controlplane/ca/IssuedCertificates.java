package io.inmesh.controlplane.ca;

import io.inmesh.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The certificates that were signed since the control plane started: the last few of each identity.
 * Any thread.
 */
public final class IssuedCertificates {
  private static final int MOST_EACH = 16;
  private static final int MOST_IDENTITIES = 10_000;

  private final Map<String, Deque<Issued>> byIdentity = new TreeMap<>();

  /** A certificate, without what is in it. */
  public record Issued(SpiffeId identity, String serial, Instant notBefore, Instant notAfter) {}

  synchronized void add(SpiffeId identity, X509Certificate leaf) {
    if (byIdentity.size() >= MOST_IDENTITIES && !byIdentity.containsKey(identity.uri())) {
      return;
    }
    Deque<Issued> all = byIdentity.computeIfAbsent(identity.uri(), absent -> new ArrayDeque<>());
    all.addLast(
        new Issued(
            identity,
            leaf.getSerialNumber().toString(16),
            leaf.getNotBefore().toInstant(),
            leaf.getNotAfter().toInstant()));
    if (all.size() > MOST_EACH) {
      all.removeFirst();
    }
  }

  /** By identity, the newest first. */
  public synchronized List<Issued> all() {
    var all = new ArrayList<Issued>();
    for (Deque<Issued> each : byIdentity.values()) {
      var newest = new ArrayList<>(each);
      newest.sort(Comparator.comparing(Issued::notAfter).reversed());
      all.addAll(newest);
    }
    return all;
  }
}
