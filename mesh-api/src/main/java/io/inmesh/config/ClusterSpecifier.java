package io.inmesh.config;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which cluster a request goes to. */
public sealed interface ClusterSpecifier {
  /** The clusters that are known by name. */
  Set<Resource.Key> references();

  /** This one. */
  record Named(String cluster) implements ClusterSpecifier {
    @Override
    public Set<Resource.Key> references() {
      return Set.of(new Resource.Key(Resource.Type.CLUSTER, cluster));
    }
  }

  /** The one a request header names (lower-case header name). */
  record ByHeader(String header) implements ClusterSpecifier {
    @Override
    public Set<Resource.Key> references() {
      return Set.of();
    }
  }

  /**
   * A draw. Source: envoy.config.route.v3.WeightedCluster.
   *
   * @param randomHeader a request header that replaces the random number
   * @param useHashPolicy the route's hash replaces the random number
   * @param runtimeKeyPrefix runtime values that replace weights, or empty
   */
  record Weighted(
      List<Entry> entries,
      Optional<String> randomHeader,
      boolean useHashPolicy,
      String runtimeKeyPrefix)
      implements ClusterSpecifier {
    public Weighted {
      entries = List.copyOf(entries);
    }

    @Override
    public Set<Resource.Key> references() {
      var keys = new HashSet<Resource.Key>();
      for (Entry entry : entries) {
        entry.cluster.ifPresent(name -> keys.add(new Resource.Key(Resource.Type.CLUSTER, name)));
        keys.addAll(FilterOverride.references(entry.perFilter));
      }
      return keys;
    }
  }

  /**
   * A share of a draw.
   *
   * @param cluster or, if empty, {@code clusterHeader} names the header that names it
   * @param metadataMatch added to the route's
   */
  record Entry(
      Optional<String> cluster,
      Optional<String> clusterHeader,
      long weight,
      HeaderMutations mutations,
      Optional<String> hostRewrite,
      Map<String, Object> metadataMatch,
      Map<String, FilterOverride> perFilter) {
    public Entry {
      metadataMatch = Map.copyOf(metadataMatch);
      perFilter = Map.copyOf(perFilter);
    }

    /** A named cluster with a weight. */
    public Entry(String cluster, long weight) {
      this(
          Optional.of(cluster),
          Optional.empty(),
          weight,
          HeaderMutations.NONE,
          Optional.empty(),
          Map.of(),
          Map.of());
    }
  }
}
