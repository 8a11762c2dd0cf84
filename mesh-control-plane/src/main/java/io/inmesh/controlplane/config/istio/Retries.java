package io.inmesh.controlplane.config.istio;

import io.inmesh.config.Metadata;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.BackOff;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.controlplane.config.model.MeshDefaults;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads networking.istio.io HTTPRetry. */
final class Retries {
  private static final int MAX_HOST_DRAWS = 5;

  private Retries() {}

  /** The policy; empty if retries are switched off. */
  static Optional<RetryPolicy> read(Value value) {
    Fields fields = value.fields();
    int attempts = fields.integer("attempts", 0, 0, Integer.MAX_VALUE);
    var conditions = new Conditions();
    fields.find("retryOn").ifPresent(conditions::read);
    Duration perTry = fields.read("perTryTimeout", Value::positiveDuration).orElse(Duration.ZERO);
    Optional<Duration> base = fields.read("backoff", Value::positiveDuration);
    boolean remote = fields.flag("retryRemoteLocalities", false);
    boolean avoid = fields.flag("retryIgnorePreviousHosts", true);
    boolean more = fields.has("retryOn") || fields.has("perTryTimeout") || fields.has("backoff");
    fields.end();
    if (attempts == 0) {
      if (more) {
        value.error("retries are configured although attempts is 0, which switches them off");
      }
      return Optional.empty();
    }
    return Optional.of(
        new RetryPolicy(
            conditions.on.isEmpty() ? MeshDefaults.ISTIO_RETRY.on() : conditions.on,
            attempts,
            perTry,
            Duration.ZERO,
            base.map(b -> new BackOff(b, b.multipliedBy(10))).orElse(BackOff.DEFAULT),
            Optional.empty(),
            conditions.codes,
            List.of(),
            List.of(),
            new HostSelection(
                avoid, false, Metadata.EMPTY, avoid ? MAX_HOST_DRAWS : 1, remote ? 2 : 0)));
  }

  /** The tokens of {@code retryOn}: names, and status codes. */
  private static final class Conditions {
    private final Set<On> on = EnumSet.noneOf(On.class);
    private final List<Integer> codes = new ArrayList<>();

    void read(Value value) {
      for (String part : value.textOrNumber().split(",", -1)) {
        token(part.strip(), value);
      }
    }

    private void token(String token, Value value) {
      if (token.isEmpty()) {
        return;
      }
      if (token.matches("[1-5][0-9][0-9]")) {
        codes.add(Integer.valueOf(token));
        on.add(On.RETRIABLE_STATUS_CODES);
        return;
      }
      for (On condition : On.values()) {
        if (condition.token().equals(token)) {
          on.add(condition);
          return;
        }
      }
      value.error("\"" + token + "\" is neither a status code nor a condition for retries");
    }
  }
}
