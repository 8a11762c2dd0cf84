package io.inmesh.runtime.filter.external;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The query of a path. As in Envoy, one that is changed has its parameters in the order of their
 * names, each with an equals sign.
 */
final class QueryParameters {
  private final String before;
  private final Map<String, List<String>> parameters = new TreeMap<>();

  QueryParameters(String path) {
    int mark = path.indexOf('?');
    this.before = mark < 0 ? path : path.substring(0, mark);
    if (mark >= 0 && mark + 1 < path.length()) {
      for (String parameter : path.substring(mark + 1).split("&", -1)) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = equals < 0 ? "" : parameter.substring(equals + 1);
        parameters.computeIfAbsent(name, absent -> new ArrayList<>(1)).add(value);
      }
    }
  }

  void set(String name, String value) {
    parameters.put(name, List.of(value));
  }

  void remove(String name) {
    parameters.remove(name);
  }

  /** The path with its query, values as they were given. */
  String path() {
    var path = new StringBuilder(before);
    char mark = '?';
    for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
      for (String value : parameter.getValue()) {
        path.append(mark).append(parameter.getKey()).append('=').append(value);
        mark = '&';
      }
    }
    return path.toString();
  }
}
