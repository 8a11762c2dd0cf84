package io.inmesh.config;

import io.inmesh.config.HeaderMutations.HeaderValue;
import java.util.List;

/**
 * A gRPC service that a filter asks. Source: envoy.config.core.v3.GrpcService with envoy_grpc.
 *
 * @param cluster of the mesh, with its balancing and TLS; it must speak HTTP/2
 * @param authority of the requests; empty for the cluster's name
 * @param initialMetadata headers of the requests; they replace what is there
 */
public record GrpcService(String cluster, String authority, List<HeaderValue> initialMetadata) {
  public GrpcService {
    initialMetadata = List.copyOf(initialMetadata);
  }

  /** Without an authority or metadata of its own. */
  public GrpcService(String cluster) {
    this(cluster, "", List.of());
  }
}
