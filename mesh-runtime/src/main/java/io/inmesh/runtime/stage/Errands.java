package io.inmesh.runtime.stage;

import io.inmesh.call.Request;
import io.inmesh.config.RetryPolicy;
import io.inmesh.loop.EventLoop;
import java.util.Optional;

/** What a filter asks of the mesh while no call is there that it could ask beside. */
public interface Errands {
  /** Where timers of errands are armed and answers are told. */
  EventLoop loop();

  /**
   * Asks a cluster of the config in force.
   *
   * @param fetched runs on {@link #loop}
   */
  void fetch(
      String cluster, Request request, Optional<RetryPolicy> retry, FilteredCall.Fetched fetched);
}
