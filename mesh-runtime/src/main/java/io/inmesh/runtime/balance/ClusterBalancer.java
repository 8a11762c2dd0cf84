package io.inmesh.runtime.balance;

import io.inmesh.balance.Picker;
import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.Maglev;
import io.inmesh.config.Balancing.RingHash;
import io.inmesh.config.Balancing.Weighted;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Builds the pickers of one cluster, one after the other. What must not start anew with each of
 * them is kept here: places in rotations, and hash tables whose hosts stay the same. Owner: the
 * cluster's writer; the pickers are used by all loops.
 */
public final class ClusterBalancer {
  private static final String CLUSTER = "cluster";

  private final Balancing config;
  private final Selectors selectors;
  private final HashTables tables;

  /**
   * @param random 64 uniform bits per call; for starting points, not for picks
   */
  public ClusterBalancer(Balancing config, LongSupplier random) {
    this.config = config;
    this.selectors = new Selectors(config.policy(), random);
    this.tables = new HashTables(config.policy());
  }

  /** A picker for the hosts of now. Its pick of a host is one of {@code members}. */
  public Picker picker(Members members) {
    List<Level> levels = Level.of(members.groups(), members.own());
    var settings =
        new Settings(
            config,
            members.overprovisioningFactor(),
            members.weightedPriorityHealth(),
            config.locality() instanceof Weighted);
    Level local =
        members.local().isEmpty() ? null : Level.of(members.local(), members.own()).get(0);
    Pickers pickers =
        (owner, of, by) ->
            hashes()
                ? new HashPicker(owner, of, by, tables)
                : new ListPicker(
                    owner,
                    of,
                    by,
                    selectors,
                    local == null ? null : ZoneRouting.of(of.get(0), local, config));
    Picker picker =
        config.subsets().isPresent()
            ? new SubsetPicker(config.subsets().get(), levels, settings, pickers)
            : pickers.make(CLUSTER, levels, settings);
    selectors.turn();
    tables.turn();
    return picker;
  }

  private boolean hashes() {
    return config.policy() instanceof RingHash || config.policy() instanceof Maglev;
  }

  /** Makes the picker of the whole cluster, or of a part of it. */
  @FunctionalInterface
  interface Pickers {
    /**
     * Makes one picker.
     *
     * @param owner names the part, for what is kept
     */
    Leveled make(Object owner, List<Level> levels, Settings settings);
  }
}
