package io.inmesh.xds.codec;

import io.inmesh.config.Action;
import io.inmesh.config.CircuitBreaker;
import io.inmesh.config.Cluster;
import io.inmesh.config.Failures;
import io.inmesh.config.Fallback;
import io.inmesh.config.Metadata;
import io.inmesh.config.Resilience;
import io.inmesh.config.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What goes beyond Envoy, in metadata: {@code circuit_breaker} and {@code fallback} of a cluster,
 * {@code fallback} of a route. Read like any other field: what is wrong is refused, what is not
 * known is told of.
 */
final class ResilienceCodec {
  private static final String PLACE = "metadata[" + Resilience.METADATA + "]";

  private ResilienceCodec() {}

  /** The cluster with what its metadata says, and without that in the metadata. */
  static Cluster cluster(Decoding in, Cluster cluster) {
    Map<String, Object> values = cluster.metadata().in(Resilience.METADATA);
    if (values.isEmpty()) {
      return cluster;
    }
    StructFields read = new StructFields(in, PLACE, values);
    var resilience =
        new Resilience(
            read.inner("circuit_breaker").map(ResilienceCodec::breaker),
            read.inner("fallback").map(ResilienceCodec::fallback));
    read.end();
    Metadata rest = cluster.metadata().with(Resilience.METADATA, Map.of());
    return new Cluster(
        cluster.name(),
        cluster.discovery(),
        cluster.balancing(),
        cluster.transport(),
        cluster.circuitBreakers(),
        cluster.outlierDetection(),
        cluster.healthChecks(),
        rest,
        resilience);
  }

  /** The route with what its metadata says. */
  static Route route(Decoding in, Route route) {
    Map<String, Object> values = route.metadata().in(Resilience.METADATA);
    if (values.isEmpty() || !(route.action() instanceof Action.Forward forward)) {
      return route;
    }
    StructFields read = new StructFields(in, PLACE, values);
    Optional<Fallback> fallback = read.inner("fallback").map(ResilienceCodec::fallback);
    read.end();
    fallback
        .map(Fallback::target)
        .filter(Fallback.ToCluster.class::isInstance)
        .ifPresent(to -> in.checkCluster(PLACE, ((Fallback.ToCluster) to).cluster()));
    return with(
        route,
        forward.withFallback(fallback),
        route.metadata().with(Resilience.METADATA, Map.of()));
  }

  private static Route with(Route route, Action action, Metadata metadata) {
    return new Route(
        route.name(),
        route.match(),
        action,
        route.mutations(),
        route.perFilter(),
        metadata,
        route.decorator(),
        route.bufferLimit());
  }

  private static CircuitBreaker breaker(StructFields read) {
    CircuitBreaker base = CircuitBreaker.DEFAULT;
    try {
      var breaker =
          new CircuitBreaker(
              read.number("failure_rate", base.failureRate()),
              read.number("slow_call_rate", base.slowCallRate()),
              read.duration("slow_call_duration", base.slowCall()),
              read.integer("window", base.window()),
              read.integer("minimum_calls", base.minimumCalls()),
              read.duration("open_for", base.openFor()),
              read.integer("probes", base.probes()),
              read.failures("failures", base.failures()));
      read.end();
      return breaker;
    } catch (IllegalArgumentException wrong) {
      throw read.refuse(String.valueOf(wrong.getMessage()));
    }
  }

  private static Fallback fallback(StructFields read) {
    Failures on = read.failures("on", Failures.WITHOUT_ANSWER);
    String cluster = read.text("cluster", "");
    int status = read.integer("status", 0);
    if (cluster.isEmpty() == (status == 0)) {
      throw read.refuse("must have either cluster or status");
    }
    if (status != 0 && (status < 200 || status > 599)) {
      throw read.refuse("status must be from 200 to 599");
    }
    Fallback.Target target =
        status == 0
            ? new Fallback.ToCluster(cluster)
            : new Fallback.Answer(status, read.headers("headers"), read.text("body", ""));
    read.end();
    return new Fallback(on, target);
  }

  /** The metadata of a cluster on the wire. */
  static Metadata metadata(Cluster cluster) {
    var values = new HashMap<String, Object>();
    cluster.resilience().breaker().ifPresent(b -> values.put("circuit_breaker", values(b)));
    cluster.resilience().fallback().ifPresent(f -> values.put("fallback", values(f)));
    return values.isEmpty()
        ? cluster.metadata()
        : cluster.metadata().with(Resilience.METADATA, values);
  }

  /** The metadata of a route on the wire. */
  static Metadata metadata(Route route) {
    Optional<Fallback> fallback =
        route.action() instanceof Action.Forward to ? to.fallback() : Optional.empty();
    return fallback
        .map(f -> route.metadata().with(Resilience.METADATA, Map.of("fallback", values(f))))
        .orElse(route.metadata());
  }

  private static Map<String, Object> values(CircuitBreaker breaker) {
    var values = new LinkedHashMap<String, Object>();
    values.put("failure_rate", breaker.failureRate());
    values.put("slow_call_rate", breaker.slowCallRate());
    values.put("slow_call_duration", StructFields.duration(breaker.slowCall()));
    values.put("window", (double) breaker.window());
    values.put("minimum_calls", (double) breaker.minimumCalls());
    values.put("open_for", StructFields.duration(breaker.openFor()));
    values.put("probes", (double) breaker.probes());
    values.put("failures", values(breaker.failures()));
    return values;
  }

  private static Map<String, Object> values(Fallback fallback) {
    var values = new LinkedHashMap<String, Object>();
    values.put("on", values(fallback.on()));
    if (fallback.target() instanceof Fallback.ToCluster to) {
      values.put("cluster", to.cluster());
    } else {
      var answer = (Fallback.Answer) fallback.target();
      values.put("status", (double) answer.status());
      if (!answer.headers().isEmpty()) {
        values.put("headers", answer.headers());
      }
      if (!answer.body().isEmpty()) {
        values.put("body", answer.body());
      }
    }
    return values;
  }

  private static List<Object> values(Failures failures) {
    var all = new ArrayList<Object>();
    failures.kinds().stream().sorted().forEach(kind -> all.add(kind.token()));
    failures.statuses().stream().sorted().forEach(status -> all.add(String.valueOf(status)));
    return all;
  }
}
