package io.inmesh.controlplane.ads;

import io.inmesh.config.Resource;
import io.inmesh.xds.ads.PerType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What distinguishes configs, found out once for all streams that go from the one to the other.
 * Owner: the server's loop.
 */
final class Changes {
  private static final int REMEMBERED = 64;

  private record Step(ServedConfig from, ServedConfig to) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Step step && step.from == from && step.to == to;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(from) * 31 + System.identityHashCode(to);
    }
  }

  private final Map<Step, PerType<Set<String>>> steps =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Step, PerType<Set<String>>> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** The names of a type that differ. */
  Set<String> of(Resource.Type type, ServedConfig from, ServedConfig to) {
    Set<String> shared =
        steps.computeIfAbsent(new Step(from.common(), to.common()), Changes::compare).of(type);
    Set<String> own = to.changedOwn(type, from);
    if (own.isEmpty()) {
      return shared;
    }
    var all = new HashSet<>(shared);
    all.addAll(own);
    return all;
  }

  private static PerType<Set<String>> compare(Step step) {
    return new PerType<>(type -> step.to().changed(type, step.from()));
  }
}
