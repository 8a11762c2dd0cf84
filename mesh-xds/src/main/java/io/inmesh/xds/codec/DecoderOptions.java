package io.inmesh.xds.codec;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a decoder may do and must check beyond the messages themselves.
 *
 * @param files names of files that data sources may read; none by default, because a control plane
 *     must not choose what is read here
 * @param passiveFilters names or message types of filters that may be left out where they are not
 *     known: those that only observe, or that another proxy's ALPN needs
 * @param clusters which clusters exist, for {@code validate_clusters}; any by default, because an
 *     unknown cluster is answered at run time
 */
public record DecoderOptions(
    Set<String> files, Set<String> passiveFilters, Predicate<String> clusters) {
  /** Reads no files, leaves out what Istio adds for itself, and knows every cluster. */
  public static final DecoderOptions DEFAULT =
      new DecoderOptions(
          Set.of(),
          Set.of(
              "istio.alpn",
              "istio.metadata_exchange",
              "istio.stats",
              "istio.peer_metadata",
              "envoy.filters.http.grpc_stats",
              "envoy.extensions.filters.http.grpc_stats.v3.FilterConfig",
              "istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig"),
          name -> true);

  public DecoderOptions {
    files = Set.copyOf(files);
    passiveFilters = Set.copyOf(passiveFilters);
  }

  /** The same with these files allowed. */
  public DecoderOptions withFiles(Set<String> value) {
    return new DecoderOptions(value, passiveFilters, clusters);
  }

  /** The same with more filters that may be left out. */
  public DecoderOptions withPassiveFilters(Set<String> more) {
    var all = new HashSet<>(passiveFilters);
    all.addAll(more);
    return new DecoderOptions(files, all, clusters);
  }

  /** The same with these clusters known. */
  public DecoderOptions withClusters(Predicate<String> value) {
    return new DecoderOptions(files, passiveFilters, value);
  }
}
