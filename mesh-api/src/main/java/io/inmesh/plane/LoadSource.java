package io.inmesh.plane;

import java.util.List;
import java.util.function.Predicate;

/** Counts what calls come to, for planes that want to know. Used on the config loop. */
public interface LoadSource {
  /** Nothing is counted. */
  LoadSource NONE =
      new LoadSource() {
        @Override
        public void start() {}

        @Override
        public List<ClusterLoad> take(Predicate<String> clusters) {
          return List.of();
        }
      };

  /** Counts from now on; clusters that are made earlier may go uncounted. */
  void start();

  /** What was counted since these clusters were taken last; clusters without any are left out. */
  List<ClusterLoad> take(Predicate<String> clusters);
}
