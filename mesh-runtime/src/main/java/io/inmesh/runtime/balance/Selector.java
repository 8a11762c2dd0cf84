package io.inmesh.runtime.balance;

import io.inmesh.balance.PickContext;

/** Chooses one of a fixed, non-empty list of hosts. Used by all loops at once. */
abstract class Selector {
  final Member[] hosts;

  Selector(Member[] hosts) {
    this.hosts = hosts;
  }

  abstract Member choose(PickContext context);

  /** In turn, all alike. */
  static final class InTurn extends Selector {
    private final Rotation rotation;

    InTurn(Member[] hosts, Rotation rotation) {
      super(hosts);
      this.rotation = rotation;
    }

    @Override
    Member choose(PickContext context) {
      return hosts[rotation.next(hosts.length)];
    }
  }

  /** Any, all alike: Envoy's random policy does not look at weights. */
  static final class Any extends Selector {
    Any(Member[] hosts) {
      super(hosts);
    }

    @Override
    Member choose(PickContext context) {
      return hosts[(int) Long.remainderUnsigned(context.random(), hosts.length)];
    }
  }

  /** The least busy of some, drawn with replacement; the first drawn of equals. */
  static final class LeastOfDrawn extends Selector {
    private final int choices;

    LeastOfDrawn(Member[] hosts, int choices) {
      super(hosts);
      this.choices = choices;
    }

    @Override
    Member choose(PickContext context) {
      Member best = draw(context);
      int least = best.inFlight();
      for (int i = 1; i < choices; i++) {
        Member other = draw(context);
        int load = other.inFlight();
        if (load < least) {
          best = other;
          least = load;
        }
      }
      return best;
    }

    private Member draw(PickContext context) {
      return hosts[(int) Long.remainderUnsigned(context.random(), hosts.length)];
    }
  }

  /** The least busy of all; any of equals. */
  static final class LeastOfAll extends Selector {
    LeastOfAll(Member[] hosts) {
      super(hosts);
    }

    @Override
    Member choose(PickContext context) {
      Member best = hosts[0];
      int least = best.inFlight();
      int equals = 1;
      for (int i = 1; i < hosts.length; i++) {
        int load = hosts[i].inFlight();
        if (load < least) {
          best = hosts[i];
          least = load;
          equals = 1;
        } else if (load == least && Long.remainderUnsigned(context.random(), ++equals) == 0) {
          best = hosts[i];
        }
      }
      return best;
    }
  }

  /** By weight, in exact proportion. */
  static final class Weighted extends Selector {
    private final Schedule schedule;

    /**
     * @param bias how much load counts against a host's weight; 0 for not at all
     */
    Weighted(Member[] hosts, double bias, long seed) {
      super(hosts);
      schedule = new Schedule(hosts.length, weights(hosts, bias), seed);
    }

    private static Edf.Weights weights(Member[] hosts, double bias) {
      if (bias == 0) {
        return entry -> hosts[entry].effectiveWeight();
      }
      if (bias == 1) {
        return entry -> hosts[entry].effectiveWeight() / (hosts[entry].inFlight() + 1);
      }
      return entry -> hosts[entry].effectiveWeight() / Math.pow(hosts[entry].inFlight() + 1, bias);
    }

    @Override
    Member choose(PickContext context) {
      return hosts[schedule.next(context.random())];
    }
  }
}
