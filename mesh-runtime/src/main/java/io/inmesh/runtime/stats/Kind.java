package io.inmesh.runtime.stats;

import io.inmesh.call.Headers;

/**
 * What distinguishes requests between the same two: response status, response flags (bits by {@link
 * io.inmesh.call.Flag#ordinal}), gRPC status.
 */
public record Kind(int status, int flags, int grpcStatus) {
  private static final String GRPC = "application/grpc";

  /** The gRPC status of a request that is not gRPC. */
  public static final int NOT_GRPC = -2;

  /** The gRPC status of a gRPC request that ended without one. */
  public static final int NO_STATUS = -1;

  /** The gRPC status that stands in trailers, or else in a head without body. */
  public static int grpcStatus(Headers head, Headers trailers) {
    String text = trailers.get("grpc-status");
    text = text == null ? head.get("grpc-status") : text;
    if (text == null || text.isEmpty() || text.length() > 2) {
      return NO_STATUS;
    }
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return NO_STATUS;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  /** Whether a request is gRPC, by its content type. */
  public static boolean isGrpc(Headers request) {
    String type = request.get("content-type");
    return type != null
        && type.startsWith(GRPC)
        && (type.length() == GRPC.length() || type.charAt(GRPC.length()) == '+');
  }

  static long key(int status, int flags, int grpcStatus) {
    return ((long) flags << 32) | ((status & 0xffffL) << 8) | ((grpcStatus - NOT_GRPC) & 0xff);
  }
}
