package io.inmesh.controlplane.config.istio;

import io.inmesh.config.FilterOverride;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.Map;

/** Reads networking.istio.io HTTPFaultInjection. */
final class Faults {
  private static final double LEAST_PERCENT = 0.0001;

  private Faults() {}

  static Map<String, FilterOverride> read(Fields route) {
    route.find("fault").ifPresent(Faults::check);
    return Map.of();
  }

  private static void check(Value value) {
    Fields fields = value.fields();
    if (fields.present("delay", "abort").isEmpty()) {
      value.error("delay or abort is missing");
    }
    fields.find("delay").map(Value::fields).ifPresent(Faults::delay);
    fields.find("abort").map(Value::fields).ifPresent(Faults::abort);
    fields.end();
    value.warn("is not applied: fault injection is not supported yet");
  }

  private static void delay(Fields fields) {
    fields.required("fixedDelay").ifPresent(Value::positiveDuration);
    fields.read("percent", v -> v.integer(0, 100));
    fields.find("percentage").ifPresent(Faults::percentage);
    fields.end();
  }

  private static void abort(Fields fields) {
    if (fields.present("httpStatus", "grpcStatus").size() != 1) {
      fields.owner().error("one of httpStatus and grpcStatus must be set");
    }
    fields.read("httpStatus", v -> v.integer(200, 599));
    fields.read("grpcStatus", Value::textOrNumber);
    fields.find("percentage").ifPresent(Faults::percentage);
    fields.end();
  }

  private static void percentage(Value value) {
    Fields fields = value.fields();
    double percent = fields.read("value", v -> v.number(0, 100)).orElse(0.0);
    if (percent > 0 && percent < LEAST_PERCENT) {
      value.error("must be at least " + LEAST_PERCENT);
    }
    fields.end();
  }
}
