package io.inmesh.runtime.assemble;

import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Resource;
import io.inmesh.runtime.engine.HttpChain;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * gRPC style: an API listener has the name of its destination, in lower case and without a dot at
 * the end of its host. A destination without a port is also looked for with port 80.
 */
public final class NameDialer implements Dialer {
  @Override
  public @Nullable HttpChain dial(Dataplane dataplane, Request request) {
    HttpChain found = dataplane.byName(request.authority());
    if (found != null) {
      return found;
    }
    String authority = name(request.authority());
    found = dataplane.byName(authority);
    return found == null && !hasPort(authority) ? dataplane.byName(authority + ":80") : found;
  }

  @Override
  public String rule(Request request) {
    String authority = name(request.authority());
    return "by name: "
        + (hasPort(authority) ? authority : authority + ", else " + authority + ":80");
  }

  /** As listeners are called; the same object if it already is. */
  private static String name(String authority) {
    String lower = Headers.lower(authority);
    int colon = hasPort(lower) ? lower.lastIndexOf(':') : lower.length();
    return colon > 0 && lower.charAt(colon - 1) == '.'
        ? lower.substring(0, colon - 1) + lower.substring(colon)
        : lower;
  }

  private static boolean hasPort(String authority) {
    return authority.lastIndexOf(':') > authority.lastIndexOf(']');
  }

  @Override
  public boolean allListeners() {
    return false;
  }

  @Override
  public List<Resource.Key> listeners(String named) {
    String destination = name(named);
    var exact = new Resource.Key(Resource.Type.LISTENER, destination);
    return hasPort(destination)
        ? List.of(exact)
        : List.of(exact, new Resource.Key(Resource.Type.LISTENER, destination + ":80"));
  }
}
