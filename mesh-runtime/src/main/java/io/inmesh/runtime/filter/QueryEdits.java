package io.inmesh.runtime.filter;

import io.inmesh.config.HeaderMutation;
import io.inmesh.config.HeaderMutation.QueryStep;
import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.runtime.format.FormatText;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.stage.FilteredCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes the parameters of a query. As in Envoy, all of them are written anew, sorted by name,
 * with their escapes resolved; unlike there, escapes stay that keep a parameter in one piece.
 */
final class QueryEdits {
  private static final String UNRESERVED = "-._~";

  /** What stays escaped: Envoy would write it as it is. */
  private static final String KEPT = " #&%+\"<>";

  private final Edit[] edits;

  /**
   * A step.
   *
   * @param value null to remove the parameter
   */
  private record Edit(String name, @Nullable FormatText value, Append append) {}

  QueryEdits(List<QueryStep> steps, ProcessFacts process) {
    this.edits = steps.stream().map(step -> edit(step, process)).toArray(Edit[]::new);
  }

  private static Edit edit(QueryStep step, ProcessFacts process) {
    if (step instanceof HeaderMutation.PutParameter put) {
      return new Edit(put.name(), new FormatText(put.value(), process, ""), put.append());
    }
    return new Edit(((HeaderMutation.RemoveParameter) step).name(), null, Append.ADD_IF_ABSENT);
  }

  void apply(FilteredCall call) {
    String path = call.path();
    int query = path.indexOf('?');
    Map<String, List<String>> parameters = parse(query < 0 ? "" : path.substring(query + 1));
    for (Edit edit : edits) {
      apply(edit, call, parameters);
    }
    call.path(write(query < 0 ? path : path.substring(0, query), parameters));
  }

  private static void apply(Edit edit, FilteredCall call, Map<String, List<String>> parameters) {
    if (edit.value == null) {
      parameters.remove(edit.name);
      return;
    }
    boolean present = parameters.containsKey(edit.name);
    boolean adds =
        switch (edit.append) {
          case ADD_IF_ABSENT -> !present;
          case OVERWRITE_IF_EXISTS -> present;
          default -> true;
        };
    if (adds) {
      if (edit.append != Append.APPEND_IF_EXISTS_OR_ADD) {
        parameters.remove(edit.name);
      }
      parameters
          .computeIfAbsent(edit.name, name -> new ArrayList<>())
          .add(escaped(edit.value.apply(call)));
    }
  }

  private static Map<String, List<String>> parse(String query) {
    var parameters = new TreeMap<String, List<String>>();
    for (String part : query.split("&")) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? part : part.substring(0, equals);
      if (!part.isEmpty()) {
        parameters
            .computeIfAbsent(resolved(name, true), known -> new ArrayList<>())
            .add(equals < 0 ? "" : resolved(part.substring(equals + 1), false));
      }
    }
    return parameters;
  }

  private static String write(String path, Map<String, List<String>> parameters) {
    var text = new StringBuilder(path);
    char next = '?';
    for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
      for (String value : parameter.getValue()) {
        text.append(next).append(kept(parameter.getKey())).append('=').append(value);
        next = '&';
      }
    }
    return text.toString();
  }

  /** With escapes resolved; of a value, those that have to stay are kept. */
  private static String resolved(String text, boolean name) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      int code = text.charAt(i) == '%' ? code(text, i + 1) : -1;
      if (code < 0) {
        out.append(text.charAt(i));
      } else {
        if (name || !staysEscaped((char) code)) {
          out.append((char) code);
        } else {
          out.append(text, i, i + 3);
        }
        i += 2;
      }
    }
    return out.toString();
  }

  private static int code(String text, int at) {
    if (at + 2 > text.length()) {
      return -1;
    }
    int high = Character.digit(text.charAt(at), 16);
    int low = Character.digit(text.charAt(at + 1), 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  private static boolean staysEscaped(char c) {
    return c < ' ' || c > '~' || KEPT.indexOf(c) >= 0;
  }

  /** A name, whose escapes were all resolved, as it can stand in a query. */
  private static String kept(String text) {
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (staysEscaped(c) || c == '=') {
        escape(out, c);
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** Chars of headers are octets; others become UTF-8. */
  private static String escaped(String text) {
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isUnreserved(c)) {
        out.append(c);
      } else if (c < 256) {
        escape(out, c);
      } else {
        int point = text.codePointAt(i);
        i += Character.charCount(point) - 1;
        for (byte octet : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
          escape(out, (char) (octet & 0xff));
        }
      }
    }
    return out.toString();
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || UNRESERVED.indexOf(c) >= 0;
  }

  private static void escape(StringBuilder out, char octet) {
    out.append('%')
        .append(Character.toUpperCase(Character.forDigit(octet >> 4 & 15, 16)))
        .append(Character.toUpperCase(Character.forDigit(octet & 15, 16)));
  }
}
