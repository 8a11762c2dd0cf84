package io.inmesh.runtime.observe;

import io.inmesh.call.CallLog;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.runtime.cluster.HostEvents;
import io.inmesh.runtime.engine.CallMeters;
import io.inmesh.runtime.engine.Counters;
import io.inmesh.runtime.inbound.RequestListener;
import io.inmesh.runtime.stats.ClusterBook;
import io.inmesh.runtime.stats.Party;
import io.inmesh.runtime.stats.Stripes;
import io.inmesh.runtime.stats.TrafficBook;
import io.inmesh.server.Handler;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The telemetry of one mesh while it runs. Safe for use by many threads. */
public final class Observation implements AutoCloseable {
  private final Telemetry telemetry;
  private volatile Party self;
  private final Supplier<String> principal;
  private final Stripes stripes = new Stripes();
  private final ClusterBook clusters = new ClusterBook();
  private final TrafficBook traffic;
  private final @Nullable AccessLog log;

  /**
   * Nothing has been observed yet.
   *
   * @param self this process
   * @param principal its SPIFFE identity now; empty for none
   */
  public Observation(
      Telemetry telemetry, Party self, Supplier<String> principal, InstantSource clock) {
    this.telemetry = telemetry;
    this.log =
        telemetry
            .accessLog()
            .map(to -> new AccessLog(to.settings(), to.sink(), clock, Observation::thread))
            .orElse(null);
    this.self = self;
    this.principal = principal;
    this.traffic = new TrafficBook(telemetry.mostSeries());
  }

  private static Thread thread(Runnable work) {
    var thread = new Thread(work, "inmesh-access-log");
    thread.setDaemon(true);
    return thread;
  }

  /** All that listen to ended calls: the application's own, and the access log. */
  public CallLog callLog(List<CallLog> own) {
    var all = new ArrayList<>(own);
    if (log != null) {
      all.add(log);
    }
    return CallLogs.of(all);
  }

  /** The mesh is there. */
  public void open(Counters counters, Executor executor) {
    LongSupplier dropped = () -> log == null ? 0 : log.dropped();
    var sources = new MeterExport.Sources(traffic, clusters, counters, dropped, executor);
    telemetry.meters().ifPresent(meters -> meters.open(sources));
  }

  /** Who is who among the loops. */
  public Stripes stripes() {
    return stripes;
  }

  /** What clusters count. */
  public ClusterBook clusters() {
    return clusters;
  }

  /** Who calls whom. */
  public TrafficBook traffic() {
    return traffic;
  }

  /** From now on this process is known as that. */
  public void self(Party value) {
    self = value;
  }

  /** This process, with its identity of now. */
  public Party self() {
    return self.withPrincipal(principal.get());
  }

  /** What counts outgoing calls; null where nobody reads it. */
  public @Nullable CallMeters callMeters() {
    return telemetry.meters().isPresent() ? new CallMeters(traffic, this::self) : null;
  }

  /** The same handler, with spans. */
  public Handler serving(Handler handler) {
    return telemetry.tracing().serving(handler);
  }

  /** What counts and logs requests that come in. */
  public RequestListener requests() {
    @Nullable RequestListener meters =
        telemetry.meters().isPresent() ? new ServerMeters(traffic, stripes, this::self) : null;
    if (meters == null) {
      return log == null ? RequestListener.NONE : log;
    }
    AccessLog lines = log;
    return lines == null
        ? meters
        : served -> {
          meters.onEnd(served);
          lines.onEnd(served);
        };
  }

  /** The same plane, listened to. */
  public ConfigPlane observed(ConfigPlane plane) {
    return telemetry.meters().map(meters -> meters.observed(plane)).orElse(plane);
  }

  /** Those who hear of ejections: the application's, and the meters'. */
  public HostEvents hostEvents(HostEvents own) {
    return telemetry
        .meters()
        .<HostEvents>map(meters -> new BothHostEvents(own, meters.hostEvents()))
        .orElse(own);
  }

  @Override
  public void close() {
    telemetry.meters().ifPresent(MeterExport::close);
    if (log != null) {
      log.close();
    }
  }
}
