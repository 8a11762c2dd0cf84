package io.inmesh.config;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.TrustBundle;
import java.util.Optional;
import java.util.Set;

/**
 * A key and chain, or trusted authorities. Never shown, never written to disk. Source:
 * envoy.extensions.transport_sockets.tls.v3.Secret.
 *
 * @param validation the rest of a validation context that came with the authorities
 */
public record Secret(
    String name,
    Optional<KeyMaterial> certificate,
    Optional<TrustBundle> authorities,
    Optional<TransportSocket.Validation> validation)
    implements Resource {
  @Override
  public Type type() {
    return Type.SECRET;
  }

  @Override
  public Set<Key> references() {
    return Set.of();
  }

  @Override
  public String toString() {
    return "Secret[" + name + "]";
  }
}
