package io.inmesh.runtime.assemble;

import io.inmesh.call.Request;
import io.inmesh.config.Resource;
import io.inmesh.runtime.engine.HttpChain;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * gRPC style: an API listener has the name of its destination. A destination without a port is also
 * looked for with port 80.
 */
public final class NameDialer implements Dialer {
  @Override
  public @Nullable HttpChain dial(Dataplane dataplane, Request request) {
    String authority = request.authority();
    HttpChain found = dataplane.byName(authority);
    return found == null && !hasPort(authority) ? dataplane.byName(authority + ":80") : found;
  }

  @Override
  public String rule(Request request) {
    String authority = request.authority();
    return "by name: "
        + (hasPort(authority) ? authority : authority + ", else " + authority + ":80");
  }

  private static boolean hasPort(String authority) {
    return authority.lastIndexOf(':') > authority.lastIndexOf(']');
  }

  @Override
  public boolean allListeners() {
    return false;
  }

  @Override
  public List<Resource.Key> listeners(String destination) {
    var exact = new Resource.Key(Resource.Type.LISTENER, destination);
    return hasPort(destination)
        ? List.of(exact)
        : List.of(exact, new Resource.Key(Resource.Type.LISTENER, destination + ":80"));
  }
}
