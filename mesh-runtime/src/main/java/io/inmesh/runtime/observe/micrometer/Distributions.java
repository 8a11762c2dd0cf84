package io.inmesh.runtime.observe.micrometer;

import io.inmesh.runtime.stats.Traffic;
import io.micrometer.core.instrument.Tag;
import java.util.List;

/** Histograms in a registry that can show those that are counted elsewhere. */
interface Distributions extends AutoCloseable {
  /** One more; labelled as the registry labels its counter, filters and common tags included. */
  void add(Traffic traffic, List<Tag> tags);

  /** Takes all of them back. */
  @Override
  void close();
}
