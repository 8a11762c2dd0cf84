package io.inmesh.runtime.observe.micrometer;

import io.inmesh.plane.ConfigPlane;
import io.inmesh.runtime.cluster.HostEvents;
import io.inmesh.runtime.engine.Counters;
import io.inmesh.runtime.observe.MeterExport;
import io.inmesh.runtime.stats.Kind;
import io.inmesh.runtime.stats.Traffic;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * Shows the mesh's counts in a {@link MeterRegistry}: requests by Istio's names and labels,
 * clusters by Envoy's, the subscription to config by gRPC's. Calls never touch a meter: the
 * registry reads the counts when it is scraped or publishes. A Prometheus registry gets Istio's
 * histograms with their buckets; other registries get count and sum. Children of a composite
 * registry are those that it has when the mesh is built.
 */
public final class MicrometerMeters implements MeterExport {
  private static final String PROMETHEUS =
      "io.micrometer.prometheusmetrics.PrometheusMeterRegistry";

  private final MeterRegistry registry;
  private final ClusterMeters clusters;
  private final PlaneMeters plane;
  private final List<Registered> meters = new CopyOnWriteArrayList<>();
  private final List<Distributions> histograms = new CopyOnWriteArrayList<>();

  private record Registered(MeterRegistry in, Meter meter) {}

  /** Meters of an application's registry, which stays the application's. */
  public MicrometerMeters(MeterRegistry registry) {
    this.registry = registry;
    this.clusters = new ClusterMeters(registry);
    this.plane = new PlaneMeters(registry);
  }

  @Override
  public void open(Sources given) {
    leaves(registry).stream()
        .filter(MicrometerMeters::isPrometheus)
        .forEach(leaf -> histograms.add(PrometheusHistograms.of(leaf)));
    given.traffic().listen(traffic -> given.executor().execute(() -> add(traffic)));
    clusters.open(given);
    own(given);
  }

  private void own(Sources given) {
    gauge("inmesh.calls.active", given.counters(), Counters::inFlight, "Calls under way");
    count(
        "inmesh.calls.unmeshed",
        given.counters(),
        Counters::unmeshed,
        "Calls to destinations that are not in the mesh");
    count(
        "inmesh.calls.resent",
        given.counters(),
        Counters::resent,
        "Requests sent again because nothing of them had reached the peer");
    count(
        "inmesh.calls.unrepeatable",
        given.counters(),
        Counters::unrepeatable,
        "Calls whose body outgrew what is kept for further attempts");
    count(
        "inmesh.access_log.dropped",
        given.droppedLines(),
        LongSupplier::getAsLong,
        "Lines of the access log that were lost");
    count(
        "inmesh.series.overflow",
        given.traffic(),
        book -> book.others().requests(),
        "Requests beyond the most sets of labels");
  }

  private <T> void gauge(String name, T of, ToDoubleFunction<T> value, String help) {
    keep(registry, Gauge.builder(name, of, value).description(help).register(registry));
  }

  private <T> void count(String name, T of, ToDoubleFunction<T> value, String help) {
    keep(registry, FunctionCounter.builder(name, of, value).description(help).register(registry));
  }

  private void keep(MeterRegistry in, Meter meter) {
    meters.add(new Registered(in, meter));
  }

  /** By name: that class, and what needs it, is loaded only where it is. */
  private static boolean isPrometheus(MeterRegistry registry) {
    for (Class<?> type = registry.getClass(); type != null; type = type.getSuperclass()) {
      if (type.getName().equals(PROMETHEUS)) {
        return true;
      }
    }
    return false;
  }

  private static List<MeterRegistry> leaves(MeterRegistry registry) {
    if (!(registry instanceof CompositeMeterRegistry composite)) {
      return List.of(registry);
    }
    var all = new ArrayList<MeterRegistry>();
    composite.getRegistries().forEach(child -> all.addAll(leaves(child)));
    return all;
  }

  private void add(Traffic traffic) {
    Tags labels = IstioLabels.of(traffic);
    FunctionCounter requests =
        FunctionCounter.builder("istio.requests", traffic, Traffic::requests)
            .tags(labels)
            .description("Requests, as Istio counts them")
            .register(registry);
    keep(registry, requests);
    if (traffic.kind().grpcStatus() != Kind.NOT_GRPC) {
      messages(traffic, labels);
    }
    histograms.forEach(prometheus -> prometheus.add(traffic, requests.getId().getTags()));
    for (MeterRegistry leaf : leaves(registry)) {
      if (!isPrometheus(leaf)) {
        sums(traffic, labels, leaf);
      }
    }
  }

  private void messages(Traffic traffic, Tags labels) {
    keep(
        registry,
        FunctionCounter.builder("istio.request.messages", traffic, Traffic::messagesSent)
            .tags(labels)
            .description("Messages of gRPC requests")
            .register(registry));
    keep(
        registry,
        FunctionCounter.builder("istio.response.messages", traffic, Traffic::messagesReceived)
            .tags(labels)
            .description("Messages of gRPC responses")
            .register(registry));
  }

  private void sums(Traffic traffic, Tags labels, MeterRegistry leaf) {
    keep(
        leaf,
        FunctionTimer.builder(
                "istio.request.duration",
                traffic,
                it -> it.duration().count(),
                it -> it.duration().sum(),
                TimeUnit.MILLISECONDS)
            .tags(labels)
            .register(leaf));
    keep(
        leaf,
        FunctionCounter.builder("istio.request.bytes", traffic, it -> it.requestBytes().sum())
            .baseUnit("bytes")
            .tags(labels)
            .register(leaf));
    keep(
        leaf,
        FunctionCounter.builder("istio.response.bytes", traffic, it -> it.responseBytes().sum())
            .baseUnit("bytes")
            .tags(labels)
            .register(leaf));
  }

  @Override
  public HostEvents hostEvents() {
    return clusters;
  }

  @Override
  public ConfigPlane observed(ConfigPlane other) {
    return plane.observed(other);
  }

  @Override
  public void close() {
    meters.forEach(one -> one.in().remove(one.meter()));
    meters.clear();
    histograms.forEach(Distributions::close);
    clusters.close();
    plane.close();
  }
}
