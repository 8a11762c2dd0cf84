package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.inmesh.config.Cluster;
import io.inmesh.config.DiscoveredHost;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.ExtensionConfig;
import io.inmesh.config.Listener;
import io.inmesh.config.Resource;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RuntimeLayer;
import io.inmesh.config.Secret;

/** Makes messages of records. Equal records give equal bytes. */
public final class Encoder {
  private final FilterCodec.Encoding filters;
  private final TlsEncoding tls;
  private final TlsFlavor flavor;

  /** An encoder for the extensions that are known and for receivers of one kind. */
  public Encoder(Extensions extensions, TlsFlavor flavor) {
    this.filters = new FilterCodec.Encoding(extensions);
    this.tls = new TlsEncoding(flavor);
    this.flavor = flavor;
  }

  /**
   * The message of a resource, with its type.
   *
   * @throws IllegalArgumentException if it holds an extension that has no codec
   */
  public Any encode(Resource resource) {
    return Anys.of(resource.type().message(), message(resource));
  }

  /**
   * The message of a resource.
   *
   * @throws IllegalArgumentException if it holds an extension that has no codec
   */
  public Message message(Resource resource) {
    if (resource instanceof Cluster cluster) {
      return ClusterCodec.cluster(cluster, tls);
    }
    if (resource instanceof EndpointSet endpoints) {
      return EndpointsCodec.endpoints(endpoints, flavor);
    }
    if (resource instanceof RouteConfiguration routes) {
      return RouteCodec.configuration(routes, filters);
    }
    if (resource instanceof Listener listener) {
      return ListenerCodec.listener(listener, filters, tls);
    }
    if (resource instanceof ExtensionConfig extension) {
      return filters.extension(extension);
    }
    if (resource instanceof RuntimeLayer layer) {
      return RuntimeCodec.layer(layer);
    }
    if (resource instanceof DiscoveredHost discovered) {
      return RouteCodec.discovered(discovered, filters);
    }
    return KeysCodec.secret((Secret) resource);
  }
}
