package io.inmesh.runtime.cluster;

import io.inmesh.balance.Pick;
import io.inmesh.balance.PickContext;
import io.inmesh.balance.Picker;
import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import io.inmesh.config.TransportSocket;
import io.inmesh.loop.Timer;
import io.inmesh.transport.Transport;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hosts that requests name themselves, by their authority (ORIGINAL_DST). A host is made when it is
 * first asked for, and forgotten when nobody has asked for it for a while. Picks come from all
 * loops; sweeping is the writer's. Source: the cluster's cleanup_interval, at its default.
 */
final class OriginalDestinations implements Picker {
  private static final Duration CLEANUP = Duration.ofSeconds(5);

  private final ClusterParts parts;
  private final HostBuilder builder;
  private final boolean secure;
  private final int defaultPort;
  private final Consumer<HostPools> drain;
  private final Map<String, Known> hosts = new ConcurrentHashMap<>();
  private boolean closed;
  private final Timer sweep =
      new Timer() {
        @Override
        protected void onTimer() {
          sweep();
        }
      };

  private static final class Known {
    final ClusterHost host;
    final HostPools pools;
    volatile boolean used = true;

    Known(ClusterHost host, HostPools pools) {
      this.host = host;
      this.pools = pools;
    }
  }

  OriginalDestinations(ClusterHost.Owner owner, ClusterParts parts, Consumer<HostPools> drain) {
    Transport transport = parts.transport();
    var resolving =
        new ClusterParts(
            parts.writer(),
            settings ->
                literal(settings.address().host())
                    ? transport.pool(settings)
                    : new NamedPool(parts, settings),
            parts.resolver(),
            parts.locality(),
            parts.events(),
            parts.book(),
            parts.holdsEmptyUpdates(),
            parts.loads());
    this.parts = parts;
    this.builder = new HostBuilder(owner, resolving);
    this.secure = owner.config().transport().socket() instanceof TransportSocket.UpstreamTls;
    this.defaultPort = secure ? 443 : 80;
    this.drain = drain;
  }

  @Override
  public Pick pick(PickContext context) {
    String authority = context.authority();
    Known known = hosts.get(authority);
    if (known == null) {
      Address address = address(authority);
      if (address == null) {
        return Pick.None.NO_HEALTHY_HOST;
      }
      known = hosts.computeIfAbsent(authority, absent -> make(address));
      parts.writer().execute(this::awaitSweep);
    }
    if (!known.used) {
      known.used = true;
    }
    return known.host;
  }

  private Known make(Address address) {
    // Over TLS the certificate must be for the host that the request names.
    String hostname = secure ? address.host() : "";
    var endpoint = new Endpoint(address, hostname, 1, Health.UNKNOWN, Metadata.EMPTY);
    HostPools pools = builder.pools(builder.settings(endpoint));
    var state = new HostState(address, parts.writer().nanoTime());
    var place = new ClusterHost.Place(0, Locality.NONE, 0);
    return new Known(builder.host(endpoint, place, state, pools), pools);
  }

  /** Null for what names no host. */
  private @Nullable Address address(String authority) {
    int bracket = authority.lastIndexOf(']');
    int colon = authority.indexOf(':', bracket + 1);
    String host = colon < 0 ? authority : authority.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = defaultPort;
    if (colon >= 0) {
      try {
        port = Integer.parseInt(authority.substring(colon + 1));
      } catch (NumberFormatException notAPort) {
        return null;
      }
    }
    return host.isEmpty() || port < 0 || port > 65535 ? null : new Address(host, port);
  }

  private static boolean literal(String host) {
    return host.indexOf(':') >= 0
        || host.chars().allMatch(character -> character == '.' || Character.isDigit(character));
  }

  private void awaitSweep() {
    if (!sweep.isArmed() && !closed && !hosts.isEmpty()) {
      parts.writer().arm(sweep, parts.writer().nanoTime() + CLEANUP.toNanos());
    }
  }

  private void sweep() {
    for (Iterator<Known> each = hosts.values().iterator(); each.hasNext(); ) {
      Known known = each.next();
      if (!known.used && known.host.inFlight() == 0) {
        each.remove();
        drain.accept(known.pools);
      }
      known.used = false;
    }
    awaitSweep();
  }

  /** On the writer. */
  void close() {
    closed = true;
    sweep.disarm();
    hosts.values().forEach(known -> drain.accept(known.pools));
    hosts.clear();
  }
}
