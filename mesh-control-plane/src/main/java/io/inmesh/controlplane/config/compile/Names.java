package io.inmesh.controlplane.config.compile;

import io.inmesh.controlplane.config.model.MeshSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Names of resources, hosts, and how they match. */
final class Names {
  private Names() {}

  /** {@code outbound|PORT|SUBSET|HOST}. */
  static String outbound(int port, String subset, String host) {
    return "outbound|" + port + "|" + subset + "|" + host;
  }

  /** The server name that Istio's clients send. */
  static String sni(int port, String subset, String host) {
    return "outbound_." + port + "_." + subset + "_." + host;
  }

  /** All names of a host for callers in a namespace, the full one first, without virtual IPs. */
  static List<String> aliases(String host, String namespace, MeshSettings settings) {
    var names = new ArrayList<String>();
    names.add(host);
    names.add(host + ".");
    String suffix = ".svc." + settings.domain();
    if (host.endsWith(suffix) && !host.startsWith("*")) {
      String local = host.substring(0, host.length() - suffix.length());
      int dot = local.indexOf('.');
      if (dot > 0 && local.indexOf('.', dot + 1) < 0) {
        if (local.substring(dot + 1).equals(namespace)) {
          names.add(local.substring(0, dot));
        }
        names.add(local + ".svc");
        names.add(local);
      }
    }
    return names;
  }

  /** Whether a host is one that {@code pattern} names. */
  static boolean matches(String pattern, String host) {
    return pattern.equals("*")
        || (pattern.startsWith("*.") ? host.endsWith(pattern.substring(1)) : pattern.equals(host));
  }

  /** The pattern that says most about a host: itself, else the longest. */
  static Optional<String> mostSpecific(Collection<String> patterns, String host) {
    @Nullable String best = null;
    for (String pattern : patterns) {
      if (pattern.equals(host)) {
        return Optional.of(pattern);
      }
      if (matches(pattern, host) && (best == null || pattern.length() > best.length())) {
        best = pattern;
      }
    }
    return Optional.ofNullable(best);
  }
}
