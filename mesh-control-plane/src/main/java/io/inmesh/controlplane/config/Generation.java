package io.inmesh.controlplane.config;

import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.problem.Problem;
import java.time.Instant;
import java.util.List;

/**
 * A state of the configuration that was taken.
 *
 * @param number one more than that of the state before
 * @param revision the number and a short hash of the files, for instance {@code 17-3fa9c2}
 * @param at when it was taken
 * @param changes what is different from the state before, a line each: {@code + } for added, {@code
 *     - } for removed, {@code ~ } for changed, then kind, namespace and name
 * @param warnings what is doubtful in it
 * @param kept whether the files are those of a former life, because those of now were refused
 */
public record Generation(
    long number,
    String revision,
    Instant at,
    MeshModel model,
    List<String> changes,
    List<Problem> warnings,
    boolean kept) {
  public Generation {
    changes = List.copyOf(changes);
    warnings = List.copyOf(warnings);
  }
}
