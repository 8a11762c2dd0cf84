package io.inmesh.runtime.cluster;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster.Dns;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.LocalityEndpoints;
import io.inmesh.loop.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The endpoints of a cluster by DNS: looks up every name again and again, keeps what it last knew
 * of a name that fails. Owner: the cluster's writer.
 */
final class DnsEndpoints {
  private final String cluster;
  private final Dns config;
  private final ClusterParts parts;
  private final Consumer<EndpointSet> known;
  private final Map<String, Name> names = new LinkedHashMap<>();
  private final Runnable whenSettled;
  private final Timer patience =
      new Timer() {
        @Override
        protected void onTimer() {
          settle();
        }
      };
  private int unanswered;
  private boolean closed;

  /** From any thread. */
  private volatile boolean settled;

  /** Who hears of what. */
  record Listeners(Consumer<EndpointSet> known, Runnable settled) {}

  /**
   * Starts looking up.
   *
   * @param patience for the first answer about all names
   * @param listeners told the endpoints after each change of them, and, once, that every name has
   *     had its first answer or patience is over
   */
  DnsEndpoints(
      String cluster, Dns config, ClusterParts parts, Duration patience, Listeners listeners) {
    this.cluster = cluster;
    this.config = config;
    this.parts = parts;
    this.known = listeners.known();
    this.whenSettled = listeners.settled();
    for (LocalityEndpoints in : config.endpoints().localities()) {
      for (Endpoint endpoint : in.endpoints()) {
        names.computeIfAbsent(endpoint.address().host(), Name::new);
      }
    }
    unanswered = names.size();
    settled = names.isEmpty();
    if (!settled) {
      parts.writer().arm(this.patience, parts.writer().nanoTime() + patience.toNanos());
    }
    names.values().forEach(Name::lookUp);
  }

  /** Whether nothing is awaited before calls are made. From any thread. */
  boolean isSettled() {
    return settled;
  }

  private void settle() {
    if (!settled) {
      settled = true;
      patience.disarm();
      whenSettled.run();
    }
  }

  Dns config() {
    return config;
  }

  void close() {
    closed = true;
    patience.disarm();
    names.values().forEach(Timer::disarm);
  }

  /** One name; as a timer, its next look-up. */
  private final class Name extends Timer implements NameResolver.Answer {
    private final String name;
    private List<String> addresses = List.of();
    private boolean answered;

    Name(String name) {
      this.name = name;
    }

    void lookUp() {
      parts.resolver().resolve(name, config.family(), this);
    }

    @Override
    protected void onTimer() {
      lookUp();
    }

    @Override
    public void resolved(List<String> found, Duration timeToLive) {
      List<String> copy = List.copyOf(found);
      parts.writer().execute(() -> take(copy, timeToLive));
    }

    private void take(List<String> found, Duration timeToLive) {
      if (closed) {
        return;
      }
      again(config.respectTtl() && !timeToLive.isZero() ? timeToLive : config.refresh());
      if (!found.equals(addresses)) {
        addresses = found;
        known.accept(endpoints());
      }
      answered();
    }

    private void answered() {
      if (!answered) {
        answered = true;
        unanswered--;
        if (unanswered == 0) {
          settle();
        }
      }
    }

    @Override
    public void failed(String reason) {
      parts
          .writer()
          .execute(
              () -> {
                if (!closed) {
                  parts.events().resolutionFailed(cluster, name, reason);
                  again(config.refresh());
                  answered();
                }
              });
    }

    private void again(Duration delay) {
      parts.writer().arm(this, parts.writer().nanoTime() + delay.toNanos());
    }
  }

  private EndpointSet endpoints() {
    List<LocalityEndpoints> localities = new ArrayList<>();
    for (LocalityEndpoints in : config.endpoints().localities()) {
      List<Endpoint> resolved = new ArrayList<>();
      for (Endpoint endpoint : in.endpoints()) {
        List<String> addresses =
            Objects.requireNonNull(names.get(endpoint.address().host())).addresses;
        int used = config.logical() ? Math.min(1, addresses.size()) : addresses.size();
        addresses.subList(0, used).forEach(address -> resolved.add(at(endpoint, address)));
      }
      localities.add(new LocalityEndpoints(in.locality(), in.weight(), in.priority(), resolved));
    }
    return new EndpointSet(config.endpoints().name(), localities, config.endpoints().policy());
  }

  private static Endpoint at(Endpoint endpoint, String address) {
    String name = endpoint.hostname().isEmpty() ? endpoint.address().host() : endpoint.hostname();
    return new Endpoint(
        new Address(address, endpoint.address().port()),
        name,
        endpoint.weight(),
        endpoint.health(),
        endpoint.metadata());
  }
}
