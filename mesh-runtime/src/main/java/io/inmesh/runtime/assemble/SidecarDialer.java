package io.inmesh.runtime.assemble;

import io.inmesh.call.Request;
import io.inmesh.config.Address;
import io.inmesh.config.Resource;
import io.inmesh.runtime.engine.HttpChain;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sidecar style: the listener of the destination's virtual IP and port, else of the port alone; its
 * domains do the rest.
 *
 * @param addresses virtual IPs by host name; a name that is not in here stands for itself
 */
public record SidecarDialer(Map<String, String> addresses) implements Dialer {
  public SidecarDialer {
    addresses = Map.copyOf(addresses);
  }

  @Override
  public @Nullable HttpChain dial(Dataplane dataplane, Request request) {
    return dataplane.byAddress(address(request), request.scheme().equals("https"));
  }

  @Override
  public String rule(Request request) {
    Address address = address(request);
    return "by address: " + address + ", else 0.0.0.0:" + address.port() + ", else virtualOutbound";
  }

  private Address address(Request request) {
    String authority = request.authority();
    int colon = authority.lastIndexOf(':');
    boolean bare = colon <= authority.lastIndexOf(']');
    int port = bare ? standardPort(request.scheme()) : port(authority, colon + 1);
    String host = bare ? authority : authority.substring(0, colon);
    return new Address(addresses.getOrDefault(host, host), port);
  }

  private static int standardPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }

  /** The port, or -1 if it is none: no listener has that. */
  private static int port(String authority, int from) {
    int port = 0;
    for (int i = from; i < authority.length(); i++) {
      int digit = authority.charAt(i) - '0';
      if (digit < 0 || digit > 9 || port > 0xffff) {
        return -1;
      }
      port = port * 10 + digit;
    }
    return port;
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
