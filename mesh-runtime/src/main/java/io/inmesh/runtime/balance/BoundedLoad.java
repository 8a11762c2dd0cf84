package io.inmesh.runtime.balance;

import java.util.List;

/**
 * Keeps hosts of a hash table below a multiple of their share of the load: who is above it passes
 * calls on to others, in an order that follows from the hash. Source: hash_balance_factor; Envoy's
 * random jump hashing.
 */
final class BoundedLoad {
  private final Member[] all;
  private final int factor;

  /**
   * @param factor percent
   */
  BoundedLoad(List<Level> levels, int factor) {
    this.all = levels.stream().flatMap(level -> level.all().stream()).toArray(Member[]::new);
    this.factor = factor;
  }

  /** The place to use instead of {@code first}. Allocates only if that one is overloaded. */
  int choose(HashShares shares, int first, long hash) {
    int active = 0;
    for (Member host : all) {
      active += host.inFlight();
    }
    double load = load(shares, first, active);
    return load <= 1 ? first : elsewhere(shares, first, hash, active);
  }

  private double load(HashShares shares, int place, int active) {
    long slots = ((active + 1L) * factor + 99) / 100;
    double own = Math.max(Math.ceil(slots * shares.share(place)), 1);
    return shares.host(place).inFlight() / own;
  }

  private int elsewhere(HashShares shares, int first, long hash, int active) {
    var places = new int[shares.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }
    var random = new MersenneTwister((int) hash);
    int best = first;
    double least = load(shares, first, active);
    for (int i = 0; i < places.length; i++) {
      int other = i + random.below(places.length - i);
      int place = places[other];
      places[other] = places[i];
      places[i] = place;
      if (place == first) {
        continue;
      }
      double load = load(shares, place, active);
      if (load <= 1) {
        return place;
      }
      if (load < least) {
        best = place;
        least = load;
      }
    }
    return best;
  }
}
