package io.inmesh.controlplane.config;

import java.util.List;
import java.util.Optional;

/**
 * Where the files of the last good state are kept over a restart. Called on the thread that loads.
 */
public interface LastGood {
  /** The files that were kept last; empty if there are none, or none that can be used. */
  Optional<List<ConfigFile>> recall();

  /** Keeps these in the place of all before. A failure is logged, not thrown. */
  void keep(List<ConfigFile> files);
}
