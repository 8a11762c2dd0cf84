package io.inmesh.config;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Virtual hosts in order, and what holds for all of them. Source:
 * envoy.config.route.v3.RouteConfiguration.
 */
public record RouteConfiguration(
    String name,
    List<VirtualHost> virtualHosts,
    HeaderMutations mutations,
    Options options,
    List<MirrorPolicy> mirrors,
    Map<String, FilterOverride> perFilter,
    Metadata metadata)
    implements Resource {
  public RouteConfiguration {
    virtualHosts = List.copyOf(virtualHosts);
    mirrors = List.copyOf(mirrors);
    perFilter = Map.copyOf(perFilter);
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
    return keys;
  }
}
