package io.inmesh.runtime.assemble;

import io.inmesh.call.Request;
import io.inmesh.config.Resource;
import io.inmesh.runtime.engine.HttpChain;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the chain for a destination, as the kind of node does it. */
public interface Dialer {
  /** The chain that takes the call, or null if config knows none. */
  @Nullable HttpChain dial(Dataplane dataplane, Request request);

  /** Where {@link #dial} looks for a request's listener, in words. */
  String rule(Request request);

  /** Whether every listener that the plane has is asked for from the start. */
  boolean allListeners();

  /**
   * The listeners that may serve a destination ({@code host} or {@code host:port}), the best first;
   * none if asking for them by name makes no sense.
   */
  List<Resource.Key> listeners(String destination);
}
