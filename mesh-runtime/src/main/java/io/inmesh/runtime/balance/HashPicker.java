package io.inmesh.runtime.balance;

import io.inmesh.balance.PickContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Picks by the call's hash: ring hash and Maglev. A call without a hash draws one. */
final class HashPicker extends Leveled {
  private final HashShares[] shares;
  private final @Nullable HashTable[] tables;
  private final @Nullable BoundedLoad bound;

  record TableName(Object owner, int priority) {}

  HashPicker(Object owner, List<Level> levels, Settings settings, HashTables from) {
    super(settings.healths(levels), settings.loads(levels));
    shares = new HashShares[levels.size()];
    tables = new HashTable[shares.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] =
          HashShares.of(
              levels.get(i), loads.panics(i), settings.localityWeights(), from.useHostname());
      if (shares[i].size() > 0) {
        tables[i] = from.table(new TableName(owner, i), shares[i]);
      }
    }
    bound = from.balanceFactor() == 0 ? null : new BoundedLoad(levels, from.balanceFactor());
  }

  @Override
  long draw(PickContext context) {
    return context.hashed() ? context.hash() : context.random();
  }

  @Override
  boolean drawsAgain() {
    return false;
  }

  @Override
  @Nullable Member choose(int level, long draw, int attempt, PickContext context) {
    int priority = level < 0 ? ~level : level;
    HashTable table = tables[priority];
    if (table == null) {
      return null;
    }
    int place = table.choose(draw, attempt);
    if (bound != null) {
      place = bound.choose(shares[priority], place, draw);
    }
    return shares[priority].host(place);
  }
}
