package io.inmesh.runtime.observe.micrometer;

import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.ConfigPlane.Events;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.plane.ConfigPlane.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The subscription to config by gRPC's names. {@code connected}, {@code server_failure}, {@code
 * resource_updates_valid}, {@code resource_updates_invalid} and {@code resources}, of which the
 * cache states {@code acked}, {@code does_not_exist}, {@code nacked} and {@code nacked_but_cached}
 * are told. Source: gRFC A78.
 */
final class PlaneMeters {
  private static final String PREFIX = "grpc.xds_client.";
  private static final String HELP = "The subscription to config, as gRFC A78 has it";

  private final MeterRegistry registry;
  private final List<Meter> meters = new CopyOnWriteArrayList<>();

  PlaneMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  ConfigPlane observed(ConfigPlane plane) {
    return context -> {
      var listening = new Listening(context.node().cluster(), context.events());
      return plane.open(context.with(listening));
    };
  }

  private <M extends Meter> M kept(M meter) {
    meters.add(meter);
    return meter;
  }

  void close() {
    meters.forEach(registry::remove);
    meters.clear();
  }

  /** Owner: the config loop; gauges are read by any thread. */
  private final class Listening implements Events {
    private final Events to;
    private final String target;
    private final AtomicInteger connected = new AtomicInteger();
    private final Map<Resource.Key, String> states = new HashMap<>();
    private final Map<Resource.Type, Map<String, AtomicInteger>> gauges =
        new EnumMap<>(Resource.Type.class);
    private final Map<String, Counter> counters = new HashMap<>();
    private final Set<String> servers = new HashSet<>();
    private String server = "";

    Listening(String target, Events to) {
      this.target = target;
      this.to = to;
    }

    @Override
    public void changed(Map<Resource.Key, Optional<Resource>> update, String revision) {
      Map<Resource.Type, Integer> valid = new EnumMap<>(Resource.Type.class);
      update.forEach(
          (key, resource) -> {
            state(key, resource.isPresent() ? "acked" : "does_not_exist");
            if (resource.isPresent()) {
              valid.merge(key.type(), 1, Integer::sum);
            }
          });
      valid.forEach((type, number) -> count("resource_updates_valid", type, number));
      to.changed(update, revision);
    }

    @Override
    public void rejected(Rejection rejection) {
      var key = new Resource.Key(rejection.type(), rejection.name());
      boolean cached = "acked".equals(states.get(key));
      state(key, cached ? "nacked_but_cached" : "nacked");
      count("resource_updates_invalid", rejection.type(), 1);
      to.rejected(rejection);
    }

    private void count(String what, Resource.Type type, int number) {
      count(what, Tags.of("grpc.xds.resource_type", type.message()), number);
    }

    private void count(String what, Tags more, int number) {
      Tags tags = server();
      counters
          .computeIfAbsent(
              what + tags + more,
              absent ->
                  kept(
                      Counter.builder(PREFIX + what)
                          .description(HELP)
                          .tags(tags)
                          .tags(more)
                          .register(registry)))
          .increment(number);
    }

    private Tags server() {
      return Tags.of("grpc.target", target, "grpc.xds.server", server);
    }

    private void state(Resource.Key key, String now) {
      String before = states.put(key, now);
      if (now.equals(before)) {
        return;
      }
      if (before != null) {
        gauge(key.type(), before).decrementAndGet();
      }
      gauge(key.type(), now).incrementAndGet();
    }

    private AtomicInteger gauge(Resource.Type type, String state) {
      Map<String, AtomicInteger> ofType = gauges.computeIfAbsent(type, absent -> new HashMap<>());
      AtomicInteger known = ofType.get(state);
      if (known != null) {
        return known;
      }
      var made = new AtomicInteger();
      kept(
          Gauge.builder(PREFIX + "resources", made, AtomicInteger::get)
              .description(HELP)
              .strongReference(true)
              .tags("grpc.target", target, "grpc.xds.authority", "#old")
              .tags("grpc.xds.cache_state", state, "grpc.xds.resource_type", type.message())
              .register(registry));
      ofType.put(state, made);
      return made;
    }

    @Override
    public void unsupported(Resource.Key key, List<String> fields) {
      to.unsupported(key, fields);
    }

    @Override
    public void status(Status status) {
      server = status.server();
      if (!server.isEmpty() && servers.add(server)) {
        kept(
            Gauge.builder(PREFIX + "connected", connected, AtomicInteger::get)
                .description(HELP)
                .strongReference(true)
                .tags(server())
                .register(registry));
      }
      connected.set(status.connected() ? 1 : 0);
      if (!status.connected() && !status.lastError().isEmpty()) {
        count("server_failure", Tags.empty(), 1);
      }
      to.status(status);
    }
  }
}
