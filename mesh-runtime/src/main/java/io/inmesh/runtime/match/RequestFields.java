package io.inmesh.runtime.match;

import org.jspecify.annotations.Nullable;

/** Request headers by name, pseudo-header fields included. {@code host} is the authority. */
public final class RequestFields {
  private RequestFields() {}

  public static boolean isPseudo(String name) {
    return name.startsWith(":") || name.equals("host");
  }

  /** Null for a field that does not exist. */
  public static @Nullable String pseudo(RouteInput call, String name) {
    switch (name) {
      case ":method":
        return call.method();
      case ":path":
        return call.path();
      case ":authority":
      case "host":
        return call.authority();
      case ":scheme":
        return call.scheme();
      default:
        return null;
    }
  }

  /** The first value of a lower-case name, or null. */
  public static @Nullable String first(RouteInput call, String name) {
    return isPseudo(name) ? pseudo(call, name) : call.headers().get(name);
  }

  /** Where query and fragment begin; the length if there are none. */
  public static int pathEnd(String path) {
    int query = path.indexOf('?');
    int end = query < 0 ? path.length() : query;
    int fragment = path.indexOf('#');
    return fragment >= 0 && fragment < end ? fragment : end;
  }

  /** Whether the request is gRPC by its content type. */
  public static boolean isGrpc(RouteInput call) {
    String type = call.headers().get("content-type");
    return type != null
        && type.startsWith("application/grpc")
        && (type.length() == 16 || type.charAt(16) == '+');
  }
}
