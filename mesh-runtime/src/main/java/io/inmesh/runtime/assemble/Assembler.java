package io.inmesh.runtime.assemble;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.DiscoveredFilter;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Extension;
import io.inmesh.config.ExtensionConfig;
import io.inmesh.config.FilterChain;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Network;
import io.inmesh.config.Resource;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.Secret;
import io.inmesh.runtime.cluster.ClusterParts;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.engine.HttpChain;
import io.inmesh.runtime.live.LiveParts;
import io.inmesh.runtime.live.Scope;
import io.inmesh.runtime.resolve.Resolution;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns what changed into running form and keeps the rest. Only calls constructors. Owner: the
 * config thread.
 */
public final class Assembler {
  private Parts parts;
  private final SecretView secrets;
  private final RuntimeLayers layers;
  private final DiscoveredHosts hosts = new DiscoveredHosts();
  private final LiveParts live = new LiveParts();
  private final Map<String, Scope> clusterScopes = new HashMap<>();
  private final Map<String, Use> uses = new HashMap<>();

  /** An assembler that has made nothing yet. */
  public Assembler(Parts parts, SecretView secrets) {
    this(parts, secrets, List.of());
  }

  /**
   * The same.
   *
   * @param layers the names of the layers of run-time values, later ones count more
   */
  public Assembler(Parts parts, SecretView secrets, List<String> layers) {
    this.parts = parts;
    this.secrets = secrets;
    this.layers = new RuntimeLayers(parts.runtime(), layers);
  }

  /** The resources that bring run-time values. */
  List<Resource.Key> layers() {
    return layers.keys();
  }

  /** Every call is without a listener. */
  Dataplane empty() {
    return new Dataplane("", Map.of(), Map.of());
  }

  /** How many live parts there are; nothing served, none left. */
  int liveParts() {
    return live.size();
  }

  ClusterParts clusters() {
    return parts.clusters();
  }

  /** An empty scope over the same live parts. */
  Scope scope() {
    return new Scope(live);
  }

  /**
   * What a step has made.
   *
   * @param retired to be closed once {@code dataplane} is published
   */
  record Assembly(Dataplane dataplane, List<Scope> retired) {}

  /**
   * New hosts go to their cluster at once; the answer holds another dataplane only if a listener,
   * its routes or the table of clusters changed.
   */
  Assembly apply(
      Resolution resolution, Set<Resource.Key> changed, String revision, Dataplane before) {
    Map<Resource.Type, Set<Resource.Key>> touched = upwards(resolution, changed);
    if (!of(touched, Resource.Type.RUNTIME).isEmpty() && layers.changed(resolution)) {
      parts = parts.with(layers.values());
      before
          .listeners()
          .keySet()
          .forEach(
              name ->
                  of(touched, Resource.Type.LISTENER)
                      .add(new Resource.Key(Resource.Type.LISTENER, name)));
    }
    var retired = new ArrayList<Scope>();
    secrets(resolution, of(touched, Resource.Type.SECRET));
    Map<String, ClusterRuntime> clusters =
        clusters(resolution, of(touched, Resource.Type.CLUSTER), before.clusters(), retired);
    endpoints(resolution, of(touched, Resource.Type.ENDPOINTS), clusters);
    Map<String, ListenerRuntime> listeners =
        listeners(resolution, of(touched, Resource.Type.LISTENER), before.listeners(), retired);
    boolean same = clusters == before.clusters() && listeners == before.listeners();
    return new Assembly(same ? before : new Dataplane(revision, listeners, clusters), retired);
  }

  private static Set<Resource.Key> of(
      Map<Resource.Type, Set<Resource.Key>> touched, Resource.Type type) {
    return Objects.requireNonNull(touched.get(type));
  }

  /**
   * What changed, by type, and the listeners whose routes or filters changed. Endpoints end at
   * their cluster, and calls look clusters up by name.
   */
  private static Map<Resource.Type, Set<Resource.Key>> upwards(
      Resolution resolution, Set<Resource.Key> changed) {
    var touched = new EnumMap<Resource.Type, Set<Resource.Key>>(Resource.Type.class);
    for (Resource.Type type : Resource.Type.values()) {
      touched.put(type, new LinkedHashSet<>());
    }
    for (Resource.Key key : changed) {
      // What collections hold is served by itself; virtual hosts are so by whom they belong to.
      if (key.type() == Resource.Type.VIRTUAL_HOST || !key.isCollection()) {
        of(touched, key.type()).add(key);
      }
    }
    for (Resource.Key key : List.copyOf(of(touched, Resource.Type.VIRTUAL_HOST))) {
      above(resolution, key, touched);
      resolution.referrers(key).forEach(collection -> above(resolution, collection, touched));
    }
    for (Resource.Type below : List.of(Resource.Type.ROUTES, Resource.Type.EXTENSION)) {
      of(touched, below).forEach(key -> above(resolution, key, touched));
    }
    of(touched, Resource.Type.LISTENER).removeIf(Resource.Key::isCollection);
    return touched;
  }

  private static void above(
      Resolution resolution, Resource.Key key, Map<Resource.Type, Set<Resource.Key>> touched) {
    resolution.referrers(key).forEach(referrer -> of(touched, referrer.type()).add(referrer));
  }

  private void secrets(Resolution resolution, Set<Resource.Key> changed) {
    var next = new HashMap<String, @Nullable Secret>();
    changed.forEach(key -> next.put(key.name(), (Secret) resolution.served(key)));
    secrets.update(next);
  }

  private Map<String, ClusterRuntime> clusters(
      Resolution resolution,
      Set<Resource.Key> changed,
      Map<String, ClusterRuntime> before,
      List<Scope> retired) {
    if (changed.isEmpty()) {
      return before;
    }
    var clusters = new HashMap<>(before);
    for (Resource.Key key : changed) {
      Cluster config = (Cluster) resolution.served(key);
      Scope last = clusterScopes.remove(key.name());
      if (last != null) {
        retired.add(last);
      }
      if (config == null) {
        clusters.remove(key.name());
      } else {
        Scope scope = scope();
        clusterScopes.put(key.name(), scope);
        clusters.put(key.name(), new ClusterRuntime(config, scope, parts.clusters()));
      }
    }
    for (Resource.Key key : changed) {
      ClusterRuntime cluster = clusters.get(key.name());
      if (cluster != null) {
        feed(resolution, cluster, clusters);
      }
    }
    aggregates(resolution, changed, clusters);
    return clusters;
  }

  /** Gives a cluster what it draws its hosts from. */
  private static void feed(
      Resolution resolution, ClusterRuntime cluster, Map<String, ClusterRuntime> clusters) {
    Cluster.Discovery discovery = cluster.config().discovery();
    if (discovery instanceof Cluster.Aggregate aggregate) {
      var members = new ArrayList<ClusterRuntime>();
      for (String name : aggregate.clusters()) {
        ClusterRuntime member = clusters.get(name);
        if (member != null) {
          members.add(member);
        }
      }
      cluster.members(members);
      return;
    }
    EndpointSet endpoints =
        discovery instanceof Cluster.Eds eds
            ? (EndpointSet)
                resolution.served(new Resource.Key(Resource.Type.ENDPOINTS, eds.serviceName()))
            : null;
    cluster.update(endpoints == null ? EndpointSet.empty(cluster.config().name()) : endpoints);
  }

  /** Tells those that are made of a changed cluster of its new form. */
  private static void aggregates(
      Resolution resolution, Set<Resource.Key> changed, Map<String, ClusterRuntime> clusters) {
    for (Resource.Key key : changed) {
      for (Resource.Key referrer : resolution.referrers(key)) {
        ClusterRuntime above =
            referrer.type() == Resource.Type.CLUSTER && !changed.contains(referrer)
                ? clusters.get(referrer.name())
                : null;
        if (above != null) {
          feed(resolution, above, clusters);
        }
      }
    }
  }

  private static void endpoints(
      Resolution resolution, Set<Resource.Key> changed, Map<String, ClusterRuntime> clusters) {
    for (Resource.Key key : changed) {
      for (Resource.Key referrer : resolution.referrers(key)) {
        ClusterRuntime cluster = clusters.get(referrer.name());
        if (referrer.type() == Resource.Type.CLUSTER && cluster != null) {
          feed(resolution, cluster, clusters);
        }
      }
    }
  }

  private Map<String, ListenerRuntime> listeners(
      Resolution resolution,
      Set<Resource.Key> touched,
      Map<String, ListenerRuntime> before,
      List<Scope> retired) {
    if (touched.isEmpty()) {
      return before;
    }
    var listeners = new HashMap<>(before);
    for (Resource.Key key : touched) {
      Listener config = (Listener) resolution.served(key);
      ListenerRuntime last = listeners.remove(key.name());
      ListenerRuntime next = config == null ? null : listener(config, resolution, last);
      if (next == null) {
        uses.remove(key.name());
      } else {
        listeners.put(key.name(), next);
      }
      retire(last, next, retired);
    }
    return listeners;
  }

  private ListenerRuntime listener(
      Listener config, Resolution resolution, @Nullable ListenerRuntime last) {
    var all = new ArrayList<>(config.chains());
    config.fallback().ifPresent(all::add);
    var chains = new ArrayList<ListenerRuntime.Chain>();
    for (FilterChain chain : all) {
      int at = chains.size();
      HttpConnection http =
          chain.network().http().map(own -> discovered(own, resolution)).orElse(null);
      ConnectionRuntime runtime =
          http == null
              ? null
              : new ConnectionAssembly(
                      parts, http, "listener/" + config.name() + "/" + at, scope(), at(last, at))
                  .make(
                      routes(http.routes(), resolution),
                      config.bind().map(Address::port).orElse(0));
      chains.add(
          new ListenerRuntime.Chain(
              chain, at == config.chains().size(), runtime, straight(chain, last, at)));
    }
    return new ListenerRuntime(
        config, chains, uses.computeIfAbsent(config.name(), name -> new Use()));
  }

  /** Calls over a chain that passes bytes on. */
  private @Nullable HttpChain straight(FilterChain chain, @Nullable ListenerRuntime last, int at) {
    if (!(chain.network() instanceof Network.Tcp tcp)) {
      return null;
    }
    ListenerRuntime.Chain before =
        last == null || at >= last.chains().size() ? null : last.chains().get(at);
    return before != null && before.straight() != null && before.config().equals(chain)
        ? before.straight()
        : Passthrough.straight(chain.name(), tcp.clusters(), Passthrough.settings(parts));
  }

  /** With the filters' settings of now, where these come on their own. */
  private static HttpConnection discovered(HttpConnection from, Resolution resolution) {
    boolean any = false;
    var filters = new ArrayList<HttpConnection.Filter>(from.filters().size());
    for (HttpConnection.Filter filter : from.filters()) {
      if (filter.settings() instanceof DiscoveredFilter discovered) {
        any = true;
        filters.add(
            new HttpConnection.Filter(
                filter.name(), settings(discovered, resolution), filter.disabled()));
      } else {
        filters.add(filter);
      }
    }
    return any ? from.withFilters(filters) : from;
  }

  private static Extension settings(DiscoveredFilter filter, Resolution resolution) {
    var found = (ExtensionConfig) resolution.served(filter.key());
    if (found != null && filter.types().contains(found.settings().type())) {
      return found.settings();
    }
    return filter.otherwise().orElse(filter);
  }

  private static @Nullable ConnectionRuntime at(@Nullable ListenerRuntime last, int place) {
    return last == null || place >= last.chains().size() ? null : last.chains().get(place).http();
  }

  private @Nullable RouteConfiguration routes(HttpConnection.Routes from, Resolution resolution) {
    if (from instanceof HttpConnection.InlineRoutes inline) {
      return inline.value();
    }
    String name = ((HttpConnection.RoutesByName) from).name();
    var found =
        (RouteConfiguration) resolution.served(new Resource.Key(Resource.Type.ROUTES, name));
    return found == null ? null : hosts.whole(found, resolution);
  }

  /** What the next form does not use. */
  private static void retire(
      @Nullable ListenerRuntime last, @Nullable ListenerRuntime next, List<Scope> retired) {
    if (last == null) {
      return;
    }
    for (int i = 0; i < last.chains().size(); i++) {
      ConnectionRuntime before = at(last, i);
      ConnectionRuntime after = at(next, i);
      if (before != null) {
        retired.add(before.scope());
        before
            .overrides()
            .forEach(
                (own, scope) -> {
                  if (after == null || !after.overrides().containsKey(own)) {
                    retired.add(scope);
                  }
                });
      }
    }
  }

  /** The listeners that have taken calls since the last time. */
  Set<String> used() {
    var used = new LinkedHashSet<String>();
    uses.forEach(
        (name, use) -> {
          if (use.clear()) {
            used.add(name);
          }
        });
    return used;
  }
}
