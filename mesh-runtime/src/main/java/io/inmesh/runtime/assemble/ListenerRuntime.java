package io.inmesh.runtime.assemble;

import io.inmesh.config.Address;
import io.inmesh.config.FilterChain;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.runtime.engine.HttpChain;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A listener made runnable.
 *
 * @param chains in the order of the config, the fallback last
 * @param http of the first chain that speaks HTTP, for calls by name
 * @param use the same object over all updates
 */
record ListenerRuntime(Listener config, List<Chain> chains, Use use, @Nullable HttpChain http) {
  ListenerRuntime(Listener config, List<Chain> chains, Use use) {
    this(config, List.copyOf(chains), use, first(chains));
  }

  /**
   * A filter chain made runnable.
   *
   * @param http null if it does not speak HTTP
   * @param straight of a chain that passes bytes on: takes calls as they are; null of others
   */
  record Chain(
      FilterChain config,
      boolean fallback,
      @Nullable ConnectionRuntime http,
      @Nullable HttpChain straight) {}

  /** The connection manager that a chain was made from, or null. */
  @Nullable HttpConnection connection(HttpChain of) {
    for (Chain chain : chains) {
      if (chain.http() != null && chain.http().chain() == of) {
        return chain.config().network().http().orElse(null);
      }
    }
    return null;
  }

  private static @Nullable HttpChain first(List<Chain> chains) {
    for (Chain chain : chains) {
      if (chain.http() != null) {
        return chain.http().chain();
      }
    }
    return null;
  }

  /** The chain that takes plaintext HTTP to an address; null if there is none. */
  @Nullable Chain chosen(Address address) {
    Chain best = null;
    for (Chain chain : chains) {
      if (chain.fallback()) {
        best = best == null ? chain : best;
      } else if (ChainChoice.takes(chain.config().match(), address)
          && (best == null
              || ChainChoice.isCloser(chain.config().match(), best.config().match(), address))) {
        best = chain;
      }
    }
    return best;
  }
}
