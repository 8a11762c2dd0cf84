package io.inmesh.runtime.assemble;

import io.inmesh.runtime.cluster.ClusterParts;
import io.inmesh.runtime.filter.FilterTypes;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.stage.Errands;

/**
 * What the assembler puts together; given by the composition root.
 *
 * @param clusters its writer is the config loop
 */
public record Parts(
    ClusterParts clusters,
    FilterTypes filters,
    ProcessFacts process,
    RuntimeValues runtime,
    Errands errands) {
  /** The same with other run-time values. */
  Parts with(RuntimeValues other) {
    return new Parts(clusters, filters, process, other, errands);
  }
}
