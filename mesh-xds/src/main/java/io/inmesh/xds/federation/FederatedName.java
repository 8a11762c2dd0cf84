package io.inmesh.xds.federation;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A resource name that says whose it is: {@code xdstp://authority/type/id?key=value}. Source:
 * xds.core.v3.ResourceLocator, gRFC A47.
 *
 * @param type the full name of the resource's message
 * @param canonical the same with its context parameters in order: names that differ only in that
 *     are of one resource
 */
record FederatedName(String authority, String type, String canonical) {
  private static final String SCHEME = "xdstp:";

  /** Whether a name says whose it is. */
  static boolean is(String name) {
    return name.startsWith(SCHEME);
  }

  /** Null if it is malformed. */
  static @Nullable FederatedName parse(String name) {
    String rest = name.substring(SCHEME.length());
    String authority = "";
    if (rest.startsWith("//")) {
      int slash = rest.indexOf('/', 2);
      if (slash < 0) {
        return null;
      }
      authority = rest.substring(2, slash);
      rest = rest.substring(slash);
    }
    if (!rest.startsWith("/") || rest.indexOf('#') >= 0) {
      return null;
    }
    int query = rest.indexOf('?');
    String path = query < 0 ? rest.substring(1) : rest.substring(1, query);
    int slash = path.indexOf('/');
    if (slash < 1 || slash == path.length() - 1) {
      return null;
    }
    String parameters = query < 0 ? "" : parameters(rest.substring(query + 1));
    return new FederatedName(
        authority, path.substring(0, slash), SCHEME + "//" + authority + "/" + path + parameters);
  }

  private static String parameters(String query) {
    var sorted = new TreeMap<String, String>();
    for (String each : query.split("&", -1)) {
      int equals = each.indexOf('=');
      sorted.put(equals < 0 ? each : each.substring(0, equals), each);
    }
    sorted.remove("");
    return sorted.isEmpty() ? "" : "?" + String.join("&", sorted.values());
  }
}
