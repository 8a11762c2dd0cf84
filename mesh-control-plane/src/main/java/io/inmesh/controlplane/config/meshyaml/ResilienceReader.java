package io.inmesh.controlplane.config.meshyaml;

import io.inmesh.config.CircuitBreaker;
import io.inmesh.config.Failures;
import io.inmesh.config.Failures.Kind;
import io.inmesh.config.Fallback;
import io.inmesh.controlplane.config.model.Standby;
import io.inmesh.controlplane.config.model.VirtualService.Destination;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Names;
import io.inmesh.controlplane.config.yaml.Value;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Reads what goes beyond Envoy: the circuit breaker with states, and fallbacks. */
final class ResilienceReader {
  private static final Set<Kind> OF_A_SERVICE =
      EnumSet.of(Kind.SERVER_ERROR, Kind.CONNECT_FAILURE, Kind.RESET, Kind.TIMEOUT);

  private ResilienceReader() {}

  /** Any of its fields switches it on. */
  static Optional<CircuitBreaker> breaker(Fields fields) {
    CircuitBreaker base = CircuitBreaker.DEFAULT;
    boolean any =
        !fields
            .present(
                "failure-rate",
                "slow-call-rate",
                "slow-call",
                "window",
                "minimum-calls",
                "open-for",
                "probes",
                "failures")
            .isEmpty();
    if (!any) {
      return Optional.empty();
    }
    return Optional.of(
        new CircuitBreaker(
            fields.read("failure-rate", ResilienceReader::rate).orElse(base.failureRate()),
            fields.read("slow-call-rate", ResilienceReader::rate).orElse(base.slowCallRate()),
            fields.read("slow-call", Value::positiveDuration).orElse(base.slowCall()),
            fields.integer("window", base.window(), 1, CircuitBreaker.LARGEST_WINDOW),
            fields.integer("minimum-calls", base.minimumCalls(), 1, CircuitBreaker.LARGEST_WINDOW),
            fields.read("open-for", ResilienceReader::openFor).orElse(base.openFor()),
            fields.integer("probes", base.probes(), 1, CircuitBreaker.LARGEST_WINDOW),
            fields.read("failures", v -> failures(v, OF_A_SERVICE)).orElse(Failures.OF_A_SERVICE)));
  }

  private static Duration openFor(Value value) {
    Duration read = value.positiveDuration();
    if (read.compareTo(Duration.ofMillis(1)) < 0) {
      value.error("must be 1ms or more");
      return CircuitBreaker.DEFAULT.openFor();
    }
    return read;
  }

  private static double rate(Value value) {
    double percent = value.percent();
    if (percent <= 0) {
      value.error("must be above 0%");
      return 100;
    }
    return percent;
  }

  /** A fallback: {@code to} or {@code respond}, and what it is {@code on}. */
  static Standby fallback(Value value, BiFunction<String, Value, Destination> destination) {
    Fields fields = value.fields();
    if (fields.present("to", "respond").size() != 1) {
      value.error("must have either to or respond");
    }
    var standby =
        new Standby(
            fields
                .read("on", v -> failures(v, EnumSet.allOf(Kind.class)))
                .orElse(Failures.WITHOUT_ANSWER),
            fields.read("to", v -> destination.apply(v.text(), v)),
            fields.read("respond", ResilienceReader::answer));
    fields.end();
    return standby;
  }

  private static Fallback.Answer answer(Value value) {
    Fields fields = value.fields();
    int status = fields.integer("status", 200, 200, 599);
    var headers = new java.util.HashMap<String, String>();
    fields
        .map("headers", Value::text)
        .forEach((name, text) -> headers.put(header(name, value), line(text, value)));
    String body = fields.text("body", "");
    fields.end();
    return new Fallback.Answer(status, headers, body);
  }

  private static String header(String name, Value value) {
    if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
      value.error("\"" + name + "\" is not the name of a header");
    }
    return name.toLowerCase(Locale.ROOT);
  }

  private static String line(String text, Value value) {
    if (text.chars().anyMatch(c -> c == 0 || c == '\r' || c == '\n')) {
      value.error("a header must be one line");
    }
    return text;
  }

  private static Failures failures(Value list, Set<Kind> known) {
    var kinds = new HashSet<Kind>();
    var statuses = new HashSet<Integer>();
    for (Value item : list.items()) {
      String token = item.textOrNumber();
      Optional<Kind> kind = Kind.of(token).filter(known::contains);
      if (kind.isPresent()) {
        kinds.add(kind.get());
      } else if (token.matches("[1-5][0-9][0-9]")) {
        statuses.add(Integer.valueOf(token));
      } else {
        List<String> tokens =
            Arrays.stream(Kind.values()).filter(known::contains).map(Kind::token).toList();
        item.error(
            "\""
                + token
                + "\" is neither a status code nor one of "
                + String.join(", ", tokens)
                + Names.didYouMean(token, tokens));
      }
    }
    return new Failures(kinds, statuses);
  }
}
