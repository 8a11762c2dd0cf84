package io.inmesh.controlplane.config.istio;

import io.inmesh.config.Format;
import io.inmesh.config.FormatCommands;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.config.HeaderMutations.HeaderValue;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads networking.istio.io Headers. */
final class Headers {
  /** No changes. */
  static final Headers NONE = new Headers(HeaderMutations.NONE, Optional.empty());

  private final HeaderMutations mutations;
  private final Optional<String> authority;

  private Headers(HeaderMutations mutations, Optional<String> authority) {
    this.mutations = mutations;
    this.authority = authority;
  }

  HeaderMutations mutations() {
    return mutations;
  }

  /** What a changed Host header makes of the authority. */
  Optional<String> authority() {
    return authority;
  }

  static boolean isName(String text) {
    if (text.isEmpty()) {
      return false;
    }
    return text.chars().allMatch(c -> c > ' ' && c < 127 && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
  }

  static Headers read(Value value) {
    Fields fields = value.fields();
    Optional<Fields> request = fields.find("request").map(Value::fields);
    Optional<Fields> response = fields.find("response").map(Value::fields);
    fields.end();
    var authority = new ArrayList<String>();
    List<HeaderValue> requestAdd = request.map(r -> added(r, authority)).orElse(List.of());
    List<String> requestRemove = request.map(Headers::removed).orElse(List.of());
    List<HeaderValue> responseAdd =
        response.map(r -> added(r, new ArrayList<>())).orElse(List.of());
    List<String> responseRemove = response.map(Headers::removed).orElse(List.of());
    request.ifPresent(Fields::end);
    response.ifPresent(Fields::end);
    return new Headers(
        new HeaderMutations(requestAdd, requestRemove, responseAdd, responseRemove),
        authority.stream().findFirst());
  }

  private static List<HeaderValue> added(Fields fields, List<String> authority) {
    var all = new ArrayList<HeaderValue>();
    sorted(fields, "add")
        .forEach((name, value) -> all.add(header(name, value, Append.APPEND_IF_EXISTS_OR_ADD)));
    sorted(fields, "set")
        .forEach(
            (name, value) -> {
              if (name.equals("host") || name.equals(":authority")) {
                authority.add(value.text());
              } else {
                all.add(header(name, value, Append.OVERWRITE_IF_EXISTS_OR_ADD));
              }
            });
    return all;
  }

  /** By name, so that the order does not depend on how the file was written. */
  private static Map<String, Value> sorted(Fields fields, String name) {
    var sorted = new TreeMap<String, Value>();
    fields
        .find(name)
        .ifPresent(
            all -> all.entries().forEach((k, v) -> sorted.put(k.toLowerCase(Locale.ROOT), v)));
    return sorted;
  }

  private static HeaderValue header(String name, Value value, Append append) {
    if (!isName(name)) {
      value.error("\"" + name + "\" is not a header name");
    }
    String text = value.text();
    Format format = Format.literal("");
    try {
      format = FormatCommands.check(Format.parse(text));
    } catch (IllegalArgumentException e) {
      value.error(String.valueOf(e.getMessage()));
    }
    return new HeaderValue(name, format, append, false);
  }

  private static List<String> removed(Fields fields) {
    return fields.list("remove", Headers::name);
  }

  private static String name(Value value) {
    String name = value.text();
    if (!isName(name)) {
      value.error("\"" + name + "\" is not a header name");
    }
    return name.toLowerCase(Locale.ROOT);
  }
}
