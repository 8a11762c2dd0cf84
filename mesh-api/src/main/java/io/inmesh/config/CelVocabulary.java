package io.inmesh.config;

import io.inmesh.config.CelExpression.Call;
import io.inmesh.config.CelExpression.Constant;
import io.inmesh.config.CelExpression.Dialect;
import io.inmesh.config.CelExpression.Field;
import io.inmesh.config.CelExpression.Variable;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;

/**
 * What conditions may ask for and use. Less than Envoy has: what could not be judged is refused
 * when it arrives.
 */
public final class CelVocabulary {
  private static final Map<String, Set<String>> ATTRIBUTES =
      Map.of(
          "request",
          Set.of(
              "path",
              "url_path",
              "query",
              "host",
              "scheme",
              "method",
              "protocol",
              "headers",
              "referer",
              "useragent",
              "id",
              "size",
              "time"),
          "connection",
          Set.of(
              "mtls",
              "requested_server_name",
              "uri_san_peer_certificate",
              "dns_san_peer_certificate",
              "subject_peer_certificate"),
          "source",
          Set.of("address", "port"),
          "destination",
          Set.of("address", "port"),
          "xds",
          Set.of("route_name", "cluster_name"),
          "metadata",
          Set.of("filter_metadata"),
          "response",
          Set.of(),
          "upstream",
          Set.of(),
          "filter_state",
          Set.of(),
          "upstream_filter_state",
          Set.of());

  private static final Map<String, Integer> OPERATORS =
      Map.ofEntries(
          Map.entry("_&&_", 2),
          Map.entry("_||_", 2),
          Map.entry("_?_:_", 3),
          Map.entry("!_", 1),
          Map.entry("-_", 1),
          Map.entry("_==_", 2),
          Map.entry("_!=_", 2),
          Map.entry("_<_", 2),
          Map.entry("_<=_", 2),
          Map.entry("_>_", 2),
          Map.entry("_>=_", 2),
          Map.entry("_+_", 2),
          Map.entry("_-_", 2),
          Map.entry("_*_", 2),
          Map.entry("_/_", 2),
          Map.entry("_%_", 2),
          Map.entry("_[_]", 2),
          Map.entry("@in", 2),
          Map.entry("_in_", 2),
          Map.entry("in", 2),
          Map.entry("int", 1),
          Map.entry("uint", 1),
          Map.entry("double", 1),
          Map.entry("timestamp", 1),
          Map.entry("duration", 1));

  /** With or without a receiver. */
  private static final Map<String, Integer> EITHER =
      Map.of("size", 1, "contains", 2, "startsWith", 2, "endsWith", 2, "matches", 2);

  private static final Set<String> OF_TIMES =
      Set.of(
          "getFullYear",
          "getMonth",
          "getDayOfYear",
          "getDayOfMonth",
          "getDate",
          "getDayOfWeek",
          "getHours",
          "getMinutes",
          "getSeconds",
          "getMilliseconds");

  private static final Map<String, Integer> OF_STRINGS =
      Map.of("lowerAscii", 1, "upperAscii", 1, "replace", 3, "split", 2);

  private CelVocabulary() {}

  /**
   * Returns an expression that can be judged.
   *
   * @throws IllegalArgumentException if it cannot; the message says why
   */
  public static CelExpression check(CelExpression expression, Dialect dialect) {
    if (expression instanceof Field field) {
      checkAccess(field.of(), field.name(), dialect);
    } else if (expression instanceof Call call) {
      checkCall(call, dialect);
    } else if (expression instanceof CelExpression.ListOf list) {
      list.elements().forEach(element -> check(element, dialect));
    } else if (expression instanceof CelExpression.MapOf map) {
      map.entries()
          .forEach(
              entry -> {
                check(entry.key(), dialect);
                check(entry.value(), dialect);
              });
    } else if (expression instanceof Variable variable && ATTRIBUTES.containsKey(variable.name())) {
      throw new IllegalArgumentException(variable.name() + " is not supported as a value");
    }
    return expression;
  }

  private static void checkAccess(CelExpression of, String name, Dialect dialect) {
    if (of instanceof Variable variable) {
      Set<String> known = ATTRIBUTES.get(variable.name());
      if (known != null && !known.contains(name)) {
        throw new IllegalArgumentException(variable.name() + "." + name + " is not supported");
      }
      if (variable.name().equals("metadata")) {
        throw new IllegalArgumentException(
            "metadata.filter_metadata is supported with the name of a namespace only");
      }
    } else if (!isMetadata(of)) {
      check(of, dialect);
    }
  }

  private static boolean isMetadata(CelExpression expression) {
    return expression instanceof Field field
        && field.name().equals("filter_metadata")
        && !field.test()
        && field.of() instanceof Variable variable
        && variable.name().equals("metadata");
  }

  private static void checkCall(Call call, Dialect dialect) {
    var operands = new ArrayList<CelExpression>();
    call.target().ifPresent(operands::add);
    operands.addAll(call.arguments());
    if (!isKnown(call, operands.size(), dialect)) {
      throw new IllegalArgumentException("no function " + call.function() + " of that form");
    }
    if (call.function().equals("_[_]")
        && operands.get(1) instanceof Constant key
        && key.value() instanceof String name) {
      checkAccess(operands.get(0), name, dialect);
      return;
    }
    boolean pattern = call.function().equals("matches");
    if (pattern || (OF_TIMES.contains(call.function()) && operands.size() == 2)) {
      if (!(operands.get(1) instanceof Constant literal && literal.value() instanceof String)) {
        throw new IllegalArgumentException(
            "the argument of " + call.function() + " must be a literal");
      }
    }
    operands.forEach(operand -> check(operand, dialect));
  }

  private static boolean isKnown(Call call, int operands, Dialect dialect) {
    String name = call.function();
    boolean receiver = call.target().isPresent();
    if (EITHER.getOrDefault(name, -1) == operands) {
      return true;
    }
    if (receiver) {
      return (OF_TIMES.contains(name) && operands <= 2)
          || (dialect.functions() && OF_STRINGS.getOrDefault(name, -1) == operands);
    }
    return OPERATORS.getOrDefault(name, -1) == operands
        || (dialect.conversion() && name.equals("string") && operands == 1);
  }
}
