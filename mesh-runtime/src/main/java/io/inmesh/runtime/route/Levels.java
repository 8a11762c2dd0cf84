package io.inmesh.runtime.route;

import io.inmesh.config.Action.Forward;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.Extension;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HedgePolicy;
import io.inmesh.config.MirrorPolicy;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.Timeouts;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.format.HeaderEdits;
import io.inmesh.runtime.format.ProcessFacts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The levels that a route inherits from, the nearest first: share, route, virtual host, all. */
final class Levels {
  final RouteConfiguration config;
  final VirtualHost host;
  final Route route;
  final ClusterSpecifier.@Nullable Entry share;
  final RouteSettings settings;
  final VirtualClusters virtualClusters;
  private final String owner;

  /** A route of a virtual host. */
  Levels(HostLevels of, Route route, int ordinal) {
    this(of, route, null, of.owner() + "/" + ordinal);
  }

  private Levels(HostLevels of, Route route, ClusterSpecifier.@Nullable Entry share, String owner) {
    this.config = of.config();
    this.host = of.host();
    this.settings = of.settings();
    this.virtualClusters = of.virtualClusters();
    this.route = route;
    this.share = share;
    this.owner = owner;
  }

  /** The outer levels. */
  record HostLevels(
      RouteConfiguration config,
      VirtualHost host,
      RouteSettings settings,
      VirtualClusters virtualClusters,
      String owner) {}

  /** The same route with a share of its split. */
  Levels share(ClusterSpecifier.Entry entry, int ordinal) {
    var of = new HostLevels(config, host, settings, virtualClusters, owner);
    return new Levels(of, route, entry, owner + "/" + ordinal);
  }

  /** The redirect of a virtual host that demands TLS is no route, and inherits no mutations. */
  private List<HeaderMutations> mutations() {
    if (route == HostRules.TO_TLS) {
      return List.of();
    }
    var levels = new ArrayList<HeaderMutations>();
    levels.add(route.mutations());
    levels.add(host.mutations());
    levels.add(config.mutations());
    if (config.options().mostSpecificMutationsWin()) {
      Collections.reverse(levels);
    }
    if (share != null) {
      // Measured: the share's come first, whatever most_specific_header_mutations_wins says.
      levels.add(0, share.mutations());
    }
    return levels;
  }

  HeaderEdits[] requestEdits() {
    return edits(HeaderEdits::request);
  }

  HeaderEdits[] responseEdits() {
    return edits(HeaderEdits::response);
  }

  private HeaderEdits[] edits(BiFunction<HeaderMutations, ProcessFacts, HeaderEdits> compile) {
    return mutations().stream()
        .map(level -> compile.apply(level, settings.process()))
        .toArray(HeaderEdits[]::new);
  }

  @Nullable RetryPolicy retryPolicy(@Nullable Forward forward) {
    return forward == null ? null : forward.retry().orElse(host.policy().retry().orElse(null));
  }

  boolean hedged(@Nullable Forward forward) {
    return forward != null
        && forward
            .hedge()
            .or(() -> host.policy().hedge())
            .map(HedgePolicy::onPerTryTimeout)
            .orElse(false);
  }

  Timeouts timeouts(@Nullable Forward forward) {
    return forward == null ? Timeouts.DEFAULT : forward.timeouts();
  }

  List<MirrorEntry> mirrors(@Nullable Forward forward) {
    if (forward == null) {
      return List.of();
    }
    List<MirrorPolicy> policies = forward.mirrors();
    policies = policies.isEmpty() ? host.policy().mirrors() : policies;
    policies = policies.isEmpty() ? config.mirrors() : policies;
    return policies.stream().map(policy -> new MirrorEntry(policy, settings)).toList();
  }

  Map<String, Object> metadataMatch(@Nullable Forward forward) {
    if (forward == null) {
      return Map.of();
    }
    if (share == null || share.metadataMatch().isEmpty()) {
      return forward.metadataMatch();
    }
    var all = new HashMap<>(forward.metadataMatch());
    all.putAll(share.metadataMatch());
    return Map.copyOf(all);
  }

  @Nullable FilterOverride override(String name) {
    FilterOverride own = share == null ? null : share.perFilter().get(name);
    own = own == null ? route.perFilter().get(name) : own;
    own = own == null ? host.perFilter().get(name) : own;
    return own == null ? config.perFilter().get(name) : own;
  }

  List<Extension> overrides(String name) {
    var levels = new ArrayList<Extension>();
    if (share != null) {
      add(share.perFilter(), name, levels);
    }
    add(route.perFilter(), name, levels);
    add(host.perFilter(), name, levels);
    add(config.perFilter(), name, levels);
    return levels;
  }

  private static void add(Map<String, FilterOverride> level, String name, List<Extension> levels) {
    FilterOverride override = level.get(name);
    if (override != null) {
      override.settings().ifPresent(levels::add);
    }
  }

  String overrideOwner(String name) {
    if (share != null && share.perFilter().containsKey(name)) {
      return owner;
    }
    String routeOwner = share == null ? owner : parent(owner);
    if (route.perFilter().containsKey(name)) {
      return routeOwner;
    }
    String hostOwner = parent(routeOwner);
    return host.perFilter().containsKey(name) ? hostOwner : parent(hostOwner);
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }
}
