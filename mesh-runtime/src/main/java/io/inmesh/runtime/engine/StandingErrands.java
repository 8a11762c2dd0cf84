package io.inmesh.runtime.engine;

import io.inmesh.call.Request;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.RetryPolicy;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.route.RouteSettings;
import io.inmesh.runtime.stage.Errands;
import io.inmesh.runtime.stage.FilteredCall.Fetched;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Errands on a mesh's loops. Timers and answers are the config loop's. */
public final class StandingErrands implements Errands {
  private final EventLoop config;
  private final Supplier<? extends EventLoop> loops;
  private final RouteSettings settings;
  private volatile @Nullable Supplier<? extends Clusters> clusters;
  private volatile @Nullable Surroundings surroundings;

  /** Errands that nobody runs before {@link #open}. */
  public StandingErrands(
      EventLoop config,
      Supplier<? extends EventLoop> loops,
      RuntimeValues runtime,
      ProcessFacts process) {
    this.config = config;
    this.loops = loops;
    var connection = new HttpConnection(List.of(), new HttpConnection.RoutesByName(""));
    this.settings = new RouteSettings(connection, Filters.Router.DEFAULT, runtime, process);
  }

  /**
   * From here on they are run.
   *
   * @param inForce the clusters of now
   */
  public void open(Supplier<? extends Clusters> inForce, Surroundings with) {
    clusters = inForce;
    surroundings = with;
  }

  @Override
  public EventLoop loop() {
    return config;
  }

  @Override
  public void fetch(String cluster, Request request, Optional<RetryPolicy> retry, Fetched fetched) {
    Supplier<? extends Clusters> inForce = clusters;
    Surroundings with = surroundings;
    if (inForce == null || with == null) {
      config.execute(() -> fetched.answered(null));
      return;
    }
    EventLoop loop = loops.get();
    var from = new SideCall.From(settings, inForce.get(), with, loop);
    loop.execute(
        () ->
            SideCall.start(
                from,
                cluster,
                request,
                retry,
                answer -> config.execute(() -> fetched.answered(answer))));
  }
}
