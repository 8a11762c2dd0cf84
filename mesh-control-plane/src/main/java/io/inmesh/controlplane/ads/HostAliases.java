package io.inmesh.controlplane.ads;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds virtual hosts as they are asked for: by the name of their routes, a slash and a host.
 * Immutable.
 */
final class HostAliases {
  private final Map<String, ServedResource> exact = new HashMap<>();
  private final List<Wildcard> wildcards = new ArrayList<>();

  /**
   * A domain with a wildcard.
   *
   * @param routes the name of the routes, with a slash
   */
  private record Wildcard(String routes, String domain, ServedResource host) {
    /** How well it fits; 0 if it does not. */
    int fit(String alias) {
      if (!alias.startsWith(routes) || alias.indexOf('/', routes.length()) >= 0) {
        return 0;
      }
      String asked = alias.substring(routes.length());
      if (domain.equals("*")) {
        return 1;
      }
      boolean atFront = domain.startsWith("*");
      String rest = atFront ? domain.substring(1) : domain.substring(0, domain.length() - 1);
      boolean fits = atFront ? asked.endsWith(rest) : asked.startsWith(rest);
      // Any at the front counts more than any at the end.
      return !fits || asked.length() <= rest.length()
          ? 0
          : domain.length() + (atFront ? 1 << 20 : 1);
    }
  }

  HostAliases(Collection<ServedResource> hosts) {
    for (ServedResource host : hosts) {
      String name = host.key().name();
      String routes = name.substring(0, name.lastIndexOf('/') + 1);
      for (String domain : host.domains()) {
        if (domain.startsWith("*") || domain.endsWith("*")) {
          wildcards.add(new Wildcard(routes, domain, host));
        } else {
          exact.putIfAbsent(routes + domain, host);
        }
      }
    }
  }

  @Nullable ServedResource find(String alias) {
    ServedResource found = exact.get(alias);
    if (found != null) {
      return found;
    }
    int best = 0;
    for (Wildcard wildcard : wildcards) {
      int fit = wildcard.fit(alias);
      if (fit > best) {
        best = fit;
        found = wildcard.host();
      }
    }
    return found;
  }
}
