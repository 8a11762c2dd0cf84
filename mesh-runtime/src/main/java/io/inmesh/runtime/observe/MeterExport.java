package io.inmesh.runtime.observe;

import io.inmesh.plane.ConfigPlane;
import io.inmesh.runtime.cluster.HostEvents;
import io.inmesh.runtime.engine.Counters;
import io.inmesh.runtime.stats.ClusterBook;
import io.inmesh.runtime.stats.TrafficBook;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** Brings what is counted to the application's own meters. One for each mesh. */
public interface MeterExport extends AutoCloseable {
  /**
   * All that is counted.
   *
   * @param droppedLines of the access log
   * @param executor runs one task at a time; what must not be done on the call path is done there
   */
  record Sources(
      TrafficBook traffic,
      ClusterBook clusters,
      Counters counters,
      LongSupplier droppedLines,
      Executor executor) {}

  /** The mesh is there. */
  void open(Sources sources);

  /** Hears of ejections. */
  HostEvents hostEvents();

  /** The same plane, listened to. */
  ConfigPlane observed(ConfigPlane plane);

  /** Takes all meters back. */
  @Override
  void close();
}
