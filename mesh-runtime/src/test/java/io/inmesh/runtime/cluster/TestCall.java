package io.inmesh.runtime.cluster;

import io.inmesh.balance.Host;
import io.inmesh.balance.PickContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** An attempt as far as picking is concerned, with seeded draws. */
final class TestCall implements PickContext {
  private final SplittableRandom random;
  final List<HostState> tried = new ArrayList<>();
  boolean hashed;
  long hash;
  int attempts = 1;
  Map<String, Object> match = Map.of();
  String bound = "";
  boolean strict;
  String authority = "";

  TestCall(long seed) {
    random = new SplittableRandom(seed);
  }

  TestCall hash(long value) {
    hashed = true;
    hash = value;
    return this;
  }

  @Override
  public boolean hashed() {
    return hashed;
  }

  @Override
  public long hash() {
    return hash;
  }

  @Override
  public long random() {
    return random.nextLong();
  }

  @Override
  public boolean tried(Host host) {
    return tried.contains(((ClusterHost) host).state());
  }

  @Override
  public int hostSelectionAttempts() {
    return attempts;
  }

  @Override
  public Map<String, Object> metadataMatch() {
    return match;
  }

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public String overrideHost() {
    return bound;
  }

  @Override
  public boolean overrideStrict() {
    return strict;
  }
}
