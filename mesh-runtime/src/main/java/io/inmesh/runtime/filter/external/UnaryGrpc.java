package io.inmesh.runtime.filter.external;

import io.inmesh.call.Bodies;
import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.GrpcService;
import io.inmesh.runtime.filter.wire.WireWriter;
import io.inmesh.runtime.format.HeaderEdits;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.FilteredCall.Answer;
import io.inmesh.runtime.stage.FilteredCall.Fetched;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A method of a gRPC service with one request and one response. */
final class UnaryGrpc {
  private static final int FRAME = 5;
  private static final int OK = 200;

  /** What a number of milliseconds may be in a grpc-timeout: eight digits. */
  private static final long MOST_DIGITS = 99_999_999;

  private final GrpcService service;
  private final String path;
  private final Duration timeout;
  private final HeaderEdits metadata;

  /**
   * A method.
   *
   * @param path as it stands in requests: {@code /service/method}
   * @param timeout zero for none
   */
  UnaryGrpc(GrpcService service, String path, Duration timeout, ProcessFacts process) {
    this.service = service;
    this.path = path;
    this.timeout = timeout;
    this.metadata = new HeaderEdits(service.initialMetadata(), List.of(), process);
  }

  /** Calls the method beside a call. */
  Call call(FilteredCall beside, WireWriter message, Fetched fetched) {
    Headers headers = Headers.of("te", "trailers", "content-type", "application/grpc");
    long millis = timeout.toMillis();
    if (millis > 0) {
      headers.addLower("grpc-timeout", grpcTimeout(millis));
      headers.addLower("x-envoy-expected-rq-timeout-ms", Long.toString(millis));
    }
    headers.addLower("x-envoy-internal", "true");
    metadata.response(beside, headers);
    String authority = service.authority().isEmpty() ? service.cluster() : service.authority();
    var request =
        new Request(
            "POST",
            "http",
            authority,
            path,
            headers.freeze(),
            Optional.of(Bodies.of(frame(message))),
            timeout);
    return beside.fetch(service.cluster(), request, fetched);
  }

  private static String grpcTimeout(long millis) {
    return millis <= MOST_DIGITS ? millis + "m" : Math.min(millis / 1000, MOST_DIGITS) + "S";
  }

  private static byte[] frame(WireWriter message) {
    byte[] bytes = message.toBytes();
    return ByteBuffer.allocate(FRAME + bytes.length)
        .put((byte) 0)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  /** The response's message; null if the call has failed. */
  static byte @Nullable [] message(@Nullable Answer answer) {
    if (answer == null || answer.status() != OK) {
      return null;
    }
    String status = answer.trailers().get("grpc-status");
    if (status == null) {
      status = answer.headers().get("grpc-status");
    }
    ByteBuffer body = ByteBuffer.wrap(answer.body());
    if (!"0".equals(status) || body.remaining() < FRAME || body.get() != 0) {
      return null;
    }
    int length = body.getInt();
    if (length < 0 || length > body.remaining()) {
      return null;
    }
    var message = new byte[length];
    body.get(message);
    return message;
  }
}
