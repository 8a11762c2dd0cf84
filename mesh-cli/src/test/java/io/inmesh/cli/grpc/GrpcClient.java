package io.inmesh.cli.grpc;

import java.util.Map;

/** Makes gRPC calls to services of an xDS control plane. */
interface GrpcClient {
  /** In this time at most, a call ends. */
  int DEADLINE_SECONDS = 10;

  /**
   * Calls a method with an empty message.
   *
   * @param host the listener's name without its port
   * @param method for instance {@code test.Echo/Echo}
   * @return {@code OK} and the server's name, or the name of another status
   */
  String call(String host, String method, Map<String, String> headers) throws Exception;

  /** Ends its connections. */
  void close() throws Exception;

  /** Calls the usual method. */
  default String call(String host) throws Exception {
    return call(host, "test.Echo/Echo", Map.of());
  }

  /** Calls the usual method with a header. */
  default String call(String host, String name, String value) throws Exception {
    return call(host, "test.Echo/Echo", Map.of(name, value));
  }
}
