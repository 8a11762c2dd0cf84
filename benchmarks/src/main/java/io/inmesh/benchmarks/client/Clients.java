package io.inmesh.benchmarks.client;

import java.util.Map;
import java.util.TreeMap;

/** All clients by name. */
public final class Clients {
  private static final Map<String, Client.Factory> ALL =
      Map.ofEntries(
          Map.entry("netty-http1", NettyHttp1::new),
          Map.entry("netty-http2", NettyHttp2::new),
          Map.entry("inmesh", target -> new InmeshMember(target).asynchronous()),
          Map.entry("inmesh-blocking", target -> new InmeshMember(target).blocking()),
          Map.entry("inmesh-lean", InmeshLean::new),
          Map.entry("inmesh-plaintext", InmeshLean::overPlaintext),
          Map.entry("jdk", JdkPeer::new),
          Map.entry("apache", ApachePeer::new),
          Map.entry("okhttp", OkHttpPeer::new),
          Map.entry("reactor", ReactorPeer::new),
          Map.entry("webclient", WebClientPeer::new),
          Map.entry("spring", SpringPeer::new),
          Map.entry("armeria", ArmeriaPeer::new),
          Map.entry("grpc", GrpcPeer::new));

  private Clients() {}

  /**
   * Opens a client.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Client open(String name, Target target) throws Exception {
    Client.Factory factory = ALL.get(name);
    if (factory == null) {
      throw new IllegalArgumentException(
          "no client " + name + "; there are " + new TreeMap<>(ALL).keySet());
    }
    return factory.open(target);
  }
}
