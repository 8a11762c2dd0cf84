package io.inmesh.runtime.format;

import io.inmesh.runtime.format.FormatText.Piece;
import io.inmesh.runtime.match.Numbers;
import io.inmesh.runtime.match.RequestFields;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** gRPC status codes: between HTTP and gRPC, and as text. Source: the gRPC protocol over HTTP/2. */
public final class GrpcStatus {
  private static final List<String> NAMES =
      List.of(
          "OK",
          "Canceled",
          "Unknown",
          "InvalidArgument",
          "DeadlineExceeded",
          "NotFound",
          "AlreadyExists",
          "PermissionDenied",
          "ResourceExhausted",
          "FailedPrecondition",
          "Aborted",
          "OutOfRange",
          "Unimplemented",
          "Internal",
          "Unavailable",
          "DataLoss",
          "Unauthenticated");

  private GrpcStatus() {}

  /** The status that stands for an HTTP status. */
  public static int ofHttp(int status) {
    switch (status) {
      case 400:
        return 13;
      case 401:
        return 16;
      case 403:
        return 7;
      case 404:
        return 12;
      case 429:
      case 502:
      case 503:
      case 504:
        return 14;
      default:
        return 2;
    }
  }

  static Piece piece(String form) {
    return call -> {
      String code = code(call);
      if (code == null || form.equals("NUMBER")) {
        return code;
      }
      Long number = Numbers.unsigned(code);
      if (number == null || number < 0 || number >= NAMES.size()) {
        return code;
      }
      String name = NAMES.get(number.intValue());
      return form.equals("SNAKE_STRING") ? snake(name) : name;
    };
  }

  private static @Nullable String code(CallFacts call) {
    if (!RequestFields.isGrpc(call)) {
      return null;
    }
    String inTrailers = call.responseTrailers().get("grpc-status");
    String told = inTrailers == null ? call.responseHeaders().get("grpc-status") : inTrailers;
    return told == null && call.status() > 0 ? Integer.toString(ofHttp(call.status())) : told;
  }

  private static String snake(String camel) {
    return camel.equals("OK")
        ? camel
        : camel.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }
}
