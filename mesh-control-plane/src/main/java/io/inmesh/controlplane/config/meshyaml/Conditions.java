package io.inmesh.controlplane.config.meshyaml;

import io.inmesh.config.RetryPolicy.On;
import io.inmesh.controlplane.config.yaml.Names;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** On what a request is tried again: names of conditions, and status codes. */
final class Conditions {
  private final Set<On> on = EnumSet.noneOf(On.class);
  private final List<Integer> codes = new ArrayList<>();

  /** Adds one; false if it is none. */
  boolean read(Value value) {
    String token = value.textOrNumber();
    if (token.matches("[1-5][0-9][0-9]")) {
      codes.add(Integer.valueOf(token));
      return on.add(On.RETRIABLE_STATUS_CODES);
    }
    for (On condition : On.values()) {
      if (condition.token().equals(token)) {
        return on.add(condition);
      }
    }
    List<String> known = Arrays.stream(On.values()).map(On::token).toList();
    value.error(
        "\""
            + token
            + "\" is neither a status code nor one of "
            + String.join(", ", known)
            + Names.didYouMean(token, known));
    return false;
  }

  Set<On> on() {
    return on;
  }

  List<Integer> codes() {
    return codes;
  }
}
