package io.inmesh.config;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Virtual hosts in order, and what holds for all of them. Source:
 * envoy.config.route.v3.RouteConfiguration.
 *
 * @param discovered whether there are virtual hosts that come on their own (vhds), after those here
 */
public record RouteConfiguration(
    String name,
    List<VirtualHost> virtualHosts,
    HeaderMutations mutations,
    Options options,
    List<MirrorPolicy> mirrors,
    Map<String, FilterOverride> perFilter,
    Metadata metadata,
    boolean discovered)
    implements Resource {
  public RouteConfiguration {
    virtualHosts = List.copyOf(virtualHosts);
    mirrors = List.copyOf(mirrors);
    perFilter = Map.copyOf(perFilter);
  }

  /** With all its virtual hosts. */
  public RouteConfiguration(
      String name,
      List<VirtualHost> virtualHosts,
      HeaderMutations mutations,
      Options options,
      List<MirrorPolicy> mirrors,
      Map<String, FilterOverride> perFilter,
      Metadata metadata) {
    this(name, virtualHosts, mutations, options, mirrors, perFilter, metadata, false);
  }

  /** The same with other virtual hosts. */
  public RouteConfiguration with(List<VirtualHost> hosts, boolean andDiscovered) {
    return new RouteConfiguration(
        name, hosts, mutations, options, mirrors, perFilter, metadata, andDiscovered);
  }

  /** The name under which the virtual hosts are asked for that come on their own. */
  public Key discoveredHosts() {
    return Key.below(Type.VIRTUAL_HOST, name);
  }

  /** With defaults for all that is not given. */
  public RouteConfiguration(String name, List<VirtualHost> virtualHosts) {
    this(
        name,
        virtualHosts,
        HeaderMutations.NONE,
        Options.DEFAULT,
        List.of(),
        Map.of(),
        Metadata.EMPTY);
  }

  /**
   * How routes are found and changes applied.
   *
   * @param vhostHeader the header that is matched instead of the authority
   * @param internalOnlyHeaders removed from external requests
   * @param maxDirectResponseBytes 4096 by default
   */
  public record Options(
      boolean mostSpecificMutationsWin,
      boolean ignorePort,
      boolean ignorePathParameters,
      Optional<String> vhostHeader,
      List<String> internalOnlyHeaders,
      int maxDirectResponseBytes) {
    /** Envoy's defaults. */
    public static final Options DEFAULT =
        new Options(false, false, false, Optional.empty(), List.of(), 4096);

    public Options {
      internalOnlyHeaders = List.copyOf(internalOnlyHeaders);
    }
  }

  @Override
  public Type type() {
    return Type.ROUTES;
  }

  @Override
  public Set<Key> references() {
    var keys = new HashSet<Key>();
    mirrors.forEach(mirror -> keys.addAll(mirror.references()));
    keys.addAll(FilterOverride.references(perFilter));
    virtualHosts.forEach(host -> keys.addAll(host.references()));
    if (discovered) {
      keys.add(discoveredHosts());
    }
    return keys;
  }
}
