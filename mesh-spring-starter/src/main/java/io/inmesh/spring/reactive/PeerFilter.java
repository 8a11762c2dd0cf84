package io.inmesh.spring.reactive;

import io.inmesh.identity.SpiffeId;
import io.inmesh.spring.inbound.MeshPrincipal;
import java.security.Principal;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Tells a reactive application who calls: as an attribute, and where it knows no other principal.
 */
public final class PeerFilter implements WebFilter, Ordered {
  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    Optional<SpiffeId> peer = Connections.of(exchange.getRequest()).peer();
    if (peer.isEmpty()) {
      return chain.filter(exchange);
    }
    exchange.getAttributes().put(MeshPrincipal.ATTRIBUTE, peer.get());
    Mono<Principal> caller =
        exchange
            .<Principal>getPrincipal()
            .switchIfEmpty(Mono.fromSupplier(() -> new MeshPrincipal(peer.get())));
    return chain.filter(exchange.mutate().principal(caller).build());
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }
}
