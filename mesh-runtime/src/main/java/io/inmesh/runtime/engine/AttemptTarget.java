package io.inmesh.runtime.engine;

import io.inmesh.balance.Host;
import io.inmesh.balance.PickContext;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.Action.Priority;
import io.inmesh.runtime.cluster.Admission;
import io.inmesh.runtime.cluster.ClusterHost;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.stats.ClusterStats;
import io.inmesh.runtime.stats.ClusterStats.Count;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an attempt goes: its cluster, its host once one is picked, and what the picker may know.
 * Owner: the call's loop.
 */
abstract class AttemptTarget extends AttemptTimer implements PickContext {
  final ClusterRuntime cluster;
  final @Nullable Attempt previous;
  final int ordinal;
  @Nullable ClusterHost host;

  AttemptTarget(OutgoingCall call, ClusterRuntime cluster, @Nullable Attempt previous) {
    super(call);
    this.cluster = cluster;
    this.previous = previous;
    this.ordinal = previous == null ? 1 : previous.ordinal + 1;
  }

  final ClusterRuntime cluster() {
    return cluster;
  }

  final @Nullable Attempt previous() {
    return previous;
  }

  final int ordinal() {
    return ordinal;
  }

  final @Nullable ClusterHost host() {
    return host;
  }

  final ClusterStats stats() {
    ClusterHost chosen = host;
    return chosen == null ? cluster.stats() : chosen.stats();
  }

  final void count(Count what) {
    stats().add(call.stripe(), what);
  }

  final Priority priority() {
    Forward forward = call.routed().forward();
    return forward == null ? Priority.DEFAULT : forward.priority();
  }

  final Admission admission() {
    ClusterHost chosen = host;
    return chosen == null ? cluster.admission(priority()) : chosen.admission(priority());
  }

  @Override
  public final boolean hashed() {
    return call.hashed;
  }

  @Override
  public final long hash() {
    return call.hash;
  }

  @Override
  public final long random() {
    return call.loop.random();
  }

  @Override
  public final boolean tried(Host candidate) {
    if (previous == null || call.retry == null) {
      return false;
    }
    return TriedHosts.passOver(call.retry.hosts(), previous, candidate);
  }

  @Override
  public final int hostSelectionAttempts() {
    // As in Envoy: the number is of further draws, and counts for further attempts only.
    return call.retry == null || previous == null ? 1 : 1 + call.retry.hosts().maxAttempts();
  }

  @Override
  public final String authority() {
    return call.authority();
  }

  @Override
  public final Map<String, Object> metadataMatch() {
    return call.routed().metadataMatch();
  }

  /** A further attempt is free to go elsewhere, as in Envoy. */
  @Override
  public final String overrideHost() {
    return previous == null ? call.boundHost() : "";
  }

  @Override
  public final boolean overrideStrict() {
    return call.isBoundStrictly();
  }
}
