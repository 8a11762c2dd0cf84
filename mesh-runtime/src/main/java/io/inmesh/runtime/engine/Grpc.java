package io.inmesh.runtime.engine;

import io.inmesh.call.Headers;
import io.inmesh.runtime.stats.Kind;

/** What the engine must know of gRPC. */
final class Grpc {
  private static final int[] HTTP = {
    200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401
  };

  private Grpc() {}

  static boolean isRequest(Headers headers) {
    return Kind.isGrpc(headers);
  }

  /** The HTTP status that a response without body stands for: outlier detection counts that. */
  static int httpStatus(int status, Headers response) {
    int number = Kind.grpcStatus(response, Headers.EMPTY);
    return number >= 0 && number < HTTP.length ? HTTP[number] : status;
  }
}
