package io.inmesh.spring.inbound;

import io.inmesh.config.Address;
import io.inmesh.identity.SpiffeId;
import io.inmesh.runtime.downstream.Downstream;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a request, as the application's server knows it.
 *
 * @param chain the client's verified certificates, its own first; empty without
 */
public record Connection(Address local, Address remote, boolean tls, List<X509Certificate> chain) {
  public Connection {
    chain = List.copyOf(chain);
  }

  /** One whose server has the certificates in an array, or none. */
  public static Connection of(
      Address local, Address remote, boolean tls, X509Certificate @Nullable [] chain) {
    return new Connection(local, remote, tls, chain == null ? List.of() : List.of(chain));
  }

  /** Who calls; empty without a certificate that has one SPIFFE identity. */
  public Optional<SpiffeId> peer() {
    return chain.isEmpty() ? Optional.empty() : SpiffeId.of(chain.get(0));
  }

  /** Whether a certificate was shown that says nobody is, or more than one. */
  public boolean isNobody() {
    return tls && !chain.isEmpty() && peer().isEmpty();
  }

  /** What the mesh judges by. */
  public Downstream downstream() {
    var plain = new Downstream(local, remote, tls, "", List.of(), null, Optional.empty());
    return chain.isEmpty() ? plain : plain.proved(chain.get(0));
  }
}
