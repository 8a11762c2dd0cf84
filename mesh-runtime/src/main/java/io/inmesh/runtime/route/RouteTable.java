package io.inmesh.runtime.route;

import io.inmesh.call.Headers;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.VirtualHost;
import io.inmesh.explain.Explanation.VirtualHostStep;
import io.inmesh.runtime.match.RouteInput;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A route configuration made ready for matching. Immutable. */
public final class RouteTable<P> {
  private final RouteConfiguration config;
  private final RouteSettings settings;
  private final List<HostRules<P>> hosts;
  private final DomainIndex<HostRules<P>> domains = new DomainIndex<>();

  /** Whether the authority as it stands is what is looked up. */
  private final boolean plainHosts;

  /**
   * Compiles routes.
   *
   * @param previous an earlier table whose virtual hosts are reused where nothing changed, or null
   * @throws IllegalArgumentException if something cannot be compiled; does not happen for config
   *     that the codec let pass
   */
  public RouteTable(
      RouteConfiguration config,
      RouteSettings settings,
      Parts<P> parts,
      @Nullable RouteTable<P> previous) {
    this.config = config;
    this.settings = settings;
    this.plainHosts = config.options().vhostHeader().isEmpty() && !config.options().ignorePort();
    var compiled = new ArrayList<HostRules<P>>();
    boolean comparable = previous != null && sameAround(previous);
    for (VirtualHost host : config.virtualHosts()) {
      int at = compiled.size();
      HostRules<P> last =
          comparable && previous != null && at < previous.hosts.size()
              ? previous.hosts.get(at)
              : null;
      boolean keep = last != null && last.config.equals(host) && last.upToDate(parts);
      compiled.add(keep && last != null ? last : compile(host, at, parts));
    }
    this.hosts = List.copyOf(compiled);
    for (HostRules<P> rules : hosts) {
      rules.config.domains().forEach(domain -> domains.add(domain, rules));
    }
  }

  private HostRules<P> compile(VirtualHost host, int at, Parts<P> parts) {
    String owner = "routes/" + config.name() + "/" + at;
    var clusters = new VirtualClusters(host.virtualClusters());
    return new HostRules<>(new Levels.HostLevels(config, host, settings, clusters, owner), parts);
  }

  /** Whether all that virtual hosts inherit is the same. */
  private boolean sameAround(RouteTable<P> other) {
    return settings.equals(other.settings)
        && config.name().equals(other.config.name())
        && config.mutations().equals(other.config.mutations())
        && config.options().equals(other.config.options())
        && config.mirrors().equals(other.config.mirrors())
        && config.perFilter().equals(other.config.perFilter());
  }

  /**
   * The first route that matches, with the share of its split drawn; null if none does. A virtual
   * host that demands TLS answers with a redirecting entry. Allocates nothing.
   */
  public @Nullable RouteEntry<P> match(RouteInput call) {
    return match(call, null);
  }

  /**
   * The same.
   *
   * @param trace is told how it came to it; null for nobody
   */
  public @Nullable RouteEntry<P> match(RouteInput call, @Nullable RouteTrace trace) {
    if (trace == null && plainHosts) {
      HostRules<P> known = domains.atOnce(call.authority());
      if (known != null) {
        return known.match(call, null);
      }
    }
    String host = host(call);
    HostRules<P> rules = host == null ? null : domains.find(host);
    if (trace != null) {
      trace.host(host == null ? "" : host, host == null ? List.of() : fitting(host, rules));
    }
    return rules == null ? null : rules.match(call, trace);
  }

  /** The virtual hosts that fit a host, the one that won first. */
  private List<VirtualHostStep> fitting(String host, @Nullable HostRules<P> winner) {
    var steps = new ArrayList<VirtualHostStep>();
    for (int i = 0; i < hosts.size(); i++) {
      VirtualHost config = hosts.get(i).config;
      String best = "";
      for (String domain : config.domains()) {
        int fit = DomainIndex.fit(domain, host);
        best = fit > 0 && (best.isEmpty() || fit > DomainIndex.fit(best, host)) ? domain : best;
      }
      if (!best.isEmpty()) {
        String source = config.metadata().source();
        var step = new VirtualHostStep(config.name(), i, best, source);
        steps.add(hosts.get(i) == winner ? 0 : steps.size(), step);
      }
    }
    return steps;
  }

  private @Nullable String host(RouteInput call) {
    RouteConfiguration.Options options = config.options();
    if (options.vhostHeader().isPresent()) {
      String named = call.headers().get(options.vhostHeader().get());
      return named == null ? null : Headers.lower(named);
    }
    String host = Headers.lower(call.authority());
    if (options.ignorePort()) {
      int colon = Authorities.portStart(host);
      host = colon < 0 ? host : host.substring(0, colon);
    }
    return host;
  }

  /** What was compiled. */
  public RouteConfiguration config() {
    return config;
  }
}
