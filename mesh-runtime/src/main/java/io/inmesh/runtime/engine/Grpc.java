package io.inmesh.runtime.engine;

import io.inmesh.call.Headers;

/** What the engine must know of gRPC. */
final class Grpc {
  private static final String TYPE = "application/grpc";
  private static final int[] HTTP = {
    200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401
  };

  private Grpc() {}

  static boolean isRequest(Headers headers) {
    String type = headers.get("content-type");
    return type != null
        && type.startsWith(TYPE)
        && (type.length() == TYPE.length() || type.charAt(TYPE.length()) == '+');
  }

  /** The HTTP status that a response without body stands for: outlier detection counts that. */
  static int httpStatus(int status, Headers response) {
    String code = response.get("grpc-status");
    if (code == null || code.isEmpty() || code.length() > 2) {
      return status;
    }
    int number = 0;
    for (int i = 0; i < code.length(); i++) {
      int digit = code.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return status;
      }
      number = number * 10 + digit;
    }
    return number < HTTP.length ? HTTP[number] : status;
  }
}
