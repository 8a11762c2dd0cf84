package io.inmesh.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where calls enter: by name (api), or by address (outbound, inbound). Source:
 * envoy.config.listener.v3.Listener.
 *
 * @param bind empty for an API listener
 * @param chains an API listener has one, with an empty match
 * @param fallback default_filter_chain
 * @param bindToPort whether the address is really bound; not so behind redirected traffic
 * @param listenerFilters type names of its listener filters, in order
 */
public record Listener(
    String name,
    Direction direction,
    Optional<Address> bind,
    List<FilterChain> chains,
    Optional<FilterChain> fallback,
    boolean bindToPort,
    List<String> listenerFilters,
    Metadata metadata)
    implements Resource {
  public Listener {
    chains = List.copyOf(chains);
    listenerFilters = List.copyOf(listenerFilters);
  }

  /** An API listener. */
  public static Listener api(String name, HttpConnection connection) {
    var chain =
        new FilterChain("", FilterChain.Match.ANY, connection, new TransportSocket.RawBuffer());
    return new Listener(
        name,
        Direction.API,
        Optional.empty(),
        List.of(chain),
        Optional.empty(),
        false,
        List.of(),
        Metadata.EMPTY);
  }

  /** Which way calls go. */
  public enum Direction {
    /** An ApiListener: found by name. */
    API,
    /** traffic_direction OUTBOUND, or unspecified. */
    OUTBOUND,
    /** traffic_direction INBOUND. */
    INBOUND
  }

  @Override
  public Type type() {
    return Type.LISTENER;
  }

  @Override
  public Set<Key> references() {
    var keys = new HashSet<Key>();
    chains.forEach(chain -> keys.addAll(chain.references()));
    fallback.ifPresent(chain -> keys.addAll(chain.references()));
    return keys;
  }

  @Override
  public Map<Key, Duration> fetchTimeouts() {
    var times = new HashMap<Key, Duration>();
    for (FilterChain chain : chains) {
      chain.network().http().ifPresent(http -> http.routes().fetchTimeouts(times));
    }
    fallback
        .flatMap(chain -> chain.network().http())
        .ifPresent(http -> http.routes().fetchTimeouts(times));
    return times;
  }

  @Override
  public Set<Key> watches() {
    var keys = new HashSet<Key>();
    chains.forEach(chain -> keys.addAll(chain.network().watches()));
    fallback.ifPresent(chain -> keys.addAll(chain.network().watches()));
    return keys;
  }
}
