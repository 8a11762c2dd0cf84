package io.inmesh.cli.replay;

import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Resource;
import io.inmesh.runtime.assemble.Dataplane;
import io.inmesh.runtime.assemble.Dialer;
import io.inmesh.runtime.assemble.SidecarDialer;
import io.inmesh.runtime.engine.HttpChain;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls the listener of the config that a recorded request was sent to, by its address, whatever
 * the request's host: as the recording client did. The header {@link LiveBackends#CASE} names it.
 *
 * @param ports of the listeners, by config
 */
record CaseDialer(Map<String, Integer> ports) implements Dialer {
  private static final SidecarDialer BY_ADDRESS = new SidecarDialer(Map.of());

  CaseDialer {
    ports = Map.copyOf(ports);
  }

  @Override
  public @Nullable HttpChain dial(Dataplane dataplane, Request request) {
    return BY_ADDRESS.dial(dataplane, called(request));
  }

  private Request called(Request request) {
    String name = request.headers().get(LiveBackends.CASE);
    String config = name == null ? "" : name.substring(0, name.lastIndexOf('.'));
    int port = ports.getOrDefault(config, 0);
    return new Request("GET", "http", "127.0.0.1:" + port, "/", Headers.EMPTY);
  }

  @Override
  public String rule(Request request) {
    return BY_ADDRESS.rule(called(request));
  }

  @Override
  public boolean allListeners() {
    return true;
  }

  @Override
  public List<Resource.Key> listeners(String destination) {
    return List.of();
  }
}
