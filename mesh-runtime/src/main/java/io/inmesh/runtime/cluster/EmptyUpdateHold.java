package io.inmesh.runtime.cluster;

import io.inmesh.config.EndpointSet;
import io.inmesh.loop.Timer;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Holds back an update that would leave a cluster without endpoints, as long as its hosts answer: a
 * plane that has just restarted may not know them yet, or never again. Hosts that are really gone
 * stop answering, and then the update takes effect. Owner: the cluster's writer.
 */
final class EmptyUpdateHold extends Timer {
  /** How long no host may answer until the update takes effect. */
  static final Duration SILENCE = Duration.ofSeconds(5);

  private static final System.Logger LOG = System.getLogger("io.inmesh.cluster");

  private final String cluster;
  private final ClusterParts parts;
  private final Supplier<List<ClusterHost>> hosts;
  private final Runnable over;

  /**
   * Nothing is held yet.
   *
   * @param hosts those of now
   * @param over called when the update is to take effect after all
   */
  EmptyUpdateHold(
      String cluster, ClusterParts parts, Supplier<List<ClusterHost>> hosts, Runnable over) {
    this.cluster = cluster;
    this.parts = parts;
    this.hosts = hosts;
    this.over = over;
  }

  /** Whether an update must wait. One that has endpoints never does, and ends the waiting. */
  boolean holds(EndpointSet update) {
    boolean empty = update.localities().stream().allMatch(in -> in.endpoints().isEmpty());
    if (!empty) {
      end("it has endpoints again");
      return false;
    }
    if (!isArmed() && anyAnswered()) {
      LOG.log(
          Level.WARNING,
          "{0} would lose all endpoints by an update, which is held back: its hosts answer",
          cluster);
      parts.events().heldBack(cluster, true);
      await();
    }
    return isArmed();
  }

  private boolean anyAnswered() {
    boolean any = false;
    for (ClusterHost host : hosts.get()) {
      any |= host.state().hasAnswered(HostState.FOR_EMPTY_UPDATES);
    }
    return any;
  }

  private void await() {
    parts.writer().arm(this, parts.writer().nanoTime() + SILENCE.toNanos());
  }

  @Override
  protected void onTimer() {
    if (anyAnswered()) {
      await();
    } else {
      LOG.log(Level.WARNING, "{0} loses its endpoints now: no host answers", cluster);
      parts.events().heldBack(cluster, false);
      over.run();
    }
  }

  private void end(String why) {
    if (isArmed()) {
      disarm();
      LOG.log(Level.INFO, "{0} keeps endpoints: {1}", cluster, why);
      parts.events().heldBack(cluster, false);
    }
  }
}
