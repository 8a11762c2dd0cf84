package io.inmesh.controlplane.config.istio;

import io.inmesh.config.Fault;
import io.inmesh.config.FractionalPercent;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads networking.istio.io HTTPFaultInjection. A share that is not given is none. */
final class Faults {
  private static final double LEAST_PERCENT = 0.0001;
  private static final int MILLION = 1_000_000;
  private static final List<String> GRPC_STATUSES =
      List.of(
          "OK",
          "CANCELLED",
          "UNKNOWN",
          "INVALID_ARGUMENT",
          "DEADLINE_EXCEEDED",
          "NOT_FOUND",
          "ALREADY_EXISTS",
          "PERMISSION_DENIED",
          "RESOURCE_EXHAUSTED",
          "FAILED_PRECONDITION",
          "ABORTED",
          "OUT_OF_RANGE",
          "UNIMPLEMENTED",
          "INTERNAL",
          "UNAVAILABLE",
          "DATA_LOSS",
          "UNAUTHENTICATED");

  private Faults() {}

  /** The fault of a route, if it has one. */
  static Optional<Fault> read(Fields route) {
    return route.find("fault").map(Faults::fault);
  }

  private static Fault fault(Value value) {
    Fields fields = value.fields();
    if (fields.present("delay", "abort").isEmpty()) {
      value.error("delay or abort is missing");
    }
    Optional<Fault.Delay> delay = fields.find("delay").map(Value::fields).map(Faults::delay);
    Optional<Fault.Abort> abort = fields.find("abort").map(Value::fields).map(Faults::abort);
    fields.end();
    return new Fault(delay, abort, Optional.empty(), "", List.of(), List.of(), Optional.empty());
  }

  private static Fault.Delay delay(Fields fields) {
    Duration fixed =
        fields.required("fixedDelay").map(Value::positiveDuration).orElse(Duration.ZERO);
    int percent = fields.read("percent", v -> v.integer(0, 100)).orElse(0);
    FractionalPercent share =
        fields
            .find("percentage")
            .map(Faults::percentage)
            .orElse(new FractionalPercent(percent, 100, ""));
    fields.end();
    return new Fault.Delay(Optional.of(fixed), share);
  }

  private static Fault.Abort abort(Fields fields) {
    if (fields.present("httpStatus", "grpcStatus").size() != 1) {
      fields.owner().error("one of httpStatus and grpcStatus must be set");
    }
    Optional<Integer> http = fields.read("httpStatus", v -> v.integer(200, 599));
    Optional<Integer> grpc = fields.read("grpcStatus", Faults::grpcStatus);
    FractionalPercent share =
        fields.find("percentage").map(Faults::percentage).orElse(FractionalPercent.NONE);
    fields.end();
    return new Fault.Abort(http, grpc, share);
  }

  /** A status by its name, or by its number. */
  private static int grpcStatus(Value value) {
    String text = value.textOrNumber();
    int byName = GRPC_STATUSES.indexOf(text);
    if (byName >= 0) {
      return byName;
    }
    if (text.matches("[0-9]{1,2}") && Integer.parseInt(text) < GRPC_STATUSES.size()) {
      return Integer.parseInt(text);
    }
    value.error("must be the name or the number of a gRPC status, not \"" + text + "\"");
    return 2;
  }

  private static FractionalPercent percentage(Value value) {
    Fields fields = value.fields();
    double percent = fields.read("value", v -> v.number(0, 100)).orElse(0.0);
    if (percent > 0 && percent < LEAST_PERCENT) {
      value.error("must be at least " + LEAST_PERCENT);
    }
    fields.end();
    return new FractionalPercent((int) (percent * (MILLION / 100)), MILLION, "");
  }
}
