package io.inmesh.xds.ads;

import io.inmesh.config.Cluster;
import io.inmesh.config.Listener;
import io.inmesh.config.Resource;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.DownstreamTls;
import io.inmesh.config.TransportSocket.InlineSecret;
import io.inmesh.config.TransportSocket.UpstreamTls;
import java.util.stream.Stream;

/** Finds resources that must not be written down, because they hold private keys. */
public final class PrivateKeys {
  private PrivateKeys() {}

  /** Whether a resource holds a private key, or is a secret and may. */
  public static boolean in(Resource resource) {
    if (resource instanceof Cluster cluster) {
      return in(cluster.transport().socket())
          || cluster.transport().socketMatches().stream().anyMatch(match -> in(match.socket()));
    }
    if (resource instanceof Listener listener) {
      return Stream.concat(listener.chains().stream(), listener.fallback().stream())
          .anyMatch(chain -> in(chain.socket()));
    }
    return resource.type() == Resource.Type.SECRET;
  }

  private static boolean in(TransportSocket socket) {
    if (socket instanceof UpstreamTls tls) {
      return in(tls.common());
    }
    return socket instanceof DownstreamTls tls && in(tls.common());
  }

  private static boolean in(CommonTls tls) {
    return tls.certificate().orElse(null) instanceof InlineSecret;
  }
}
