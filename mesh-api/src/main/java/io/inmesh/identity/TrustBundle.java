package io.inmesh.identity;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Whom to believe: authorities by trust domain. An authority of one domain never vouches for
 * another domain's identities. The domain {@code ""} holds authorities that are not bound to a
 * domain, as plain TLS has them.
 */
public record TrustBundle(Map<String, List<X509Certificate>> authorities) {
  public TrustBundle {
    authorities =
        authorities.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> List.copyOf(e.getValue())));
  }
}
