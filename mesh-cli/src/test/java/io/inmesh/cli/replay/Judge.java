package io.inmesh.cli.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * Compares verdicts with what a real Envoy did. Not compared are fields that differed between
 * Envoy's own repetitions, seconds until a limit is over, the time that is left for further
 * attempts, and picks among several endpoints without a hash; where a random number decided the
 * cluster, only the route is.
 */
final class Judge {
  private final Map<String, Object> clusters;

  Judge(Map<String, Object> world) {
    this.clusters = map(world.get("clusters"));
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object json) {
    return json == null ? Map.of() : (Map<String, Object>) json;
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(Object json) {
    return json == null ? List.of() : (List<Object>) json;
  }

  /** What differs, by line; empty if nothing does. */
  List<String> differences(List<Map<String, Object>> envoy, List<Map<String, Object>> ours) {
    var all = new ArrayList<String>();
    for (int i = 0; i < Math.max(envoy.size(), ours.size()); i++) {
      if (i >= envoy.size() || i >= ours.size()) {
        all.add("line " + i + " is missing");
        continue;
      }
      Map<String, Object> theirs = envoy.get(i);
      Map<String, Object> verdict = ours.get(i);
      if ("config".equals(theirs.get("kind"))
          && !Objects.equals(theirs.get("accepted"), verdict.get("accepted"))) {
        all.add(theirs.get("id") + " accepted: " + verdict.get("accepted"));
      } else if ("case".equals(theirs.get("kind"))) {
        compare(theirs, verdict, all);
      }
    }
    return all;
  }

  private void compare(
      Map<String, Object> theirs, Map<String, Object> verdict, List<String> found) {
    String name = theirs.get("config") + " " + theirs.get("n");
    Map<String, Object> expected = map(theirs.get("expect"));
    Map<String, Object> got = map(verdict.get("expect"));
    if (got.isEmpty()) {
      found.add(name + " was not run");
    } else if (Boolean.TRUE.equals(theirs.get("random_cluster"))) {
      if (!Objects.equals(expected.get("route"), got.get("route"))) {
        found.add(name + " route: " + got.get("route"));
      }
    } else {
      Map<String, Object> left = flat(expected);
      Map<String, Object> right = flat(got);
      var fields = new TreeSet<>(left.keySet());
      fields.addAll(right.keySet());
      fields.removeIf(field -> Objects.equals(left.get(field), right.get(field)));
      List<Object> unstable = list(theirs.get("unstable"));
      fields.removeIf(field -> unstable.contains(field) || unstable.contains(top(field)));
      fields.removeIf(field -> !comparable(field, expected));
      fields.forEach(
          field ->
              found.add(
                  name + " " + field + ": " + left.get(field) + ", ours: " + right.get(field)));
    }
  }

  /** The field of the outcome that a field is in. */
  private static String top(String field) {
    return field.split("[.\\[]", 2)[0];
  }

  private boolean comparable(String field, Map<String, Object> expected) {
    boolean remaining =
        field.startsWith("upstream[")
            && !field.startsWith("upstream[0]")
            && field.endsWith("x-envoy-expected-rq-timeout-ms");
    if (field.equals("resp_headers.x-ratelimit-reset") || remaining) {
      return false;
    }
    if (!field.startsWith("upstream[") || !field.endsWith("].endpoint")) {
      return true;
    }
    int at = Integer.parseInt(field.substring(9, field.indexOf(']')));
    List<Object> upstream = list(expected.get("upstream"));
    if (at >= upstream.size()) {
      return true;
    }
    Map<String, Object> cluster = map(clusters.get(map(upstream.get(at)).get("cluster")));
    String policy = String.valueOf(map(cluster.get("cluster")).get("lb_policy"));
    return list(cluster.get("endpoints")).size() == 1
        || policy.equals("RING_HASH")
        || policy.equals("MAGLEV");
  }

  /** An outcome by field; headers by name, as only their order within a name counts. */
  private static Map<String, Object> flat(Map<String, Object> outcome) {
    var fields = new TreeMap<String, Object>();
    outcome.forEach(
        (name, value) -> {
          if (name.equals("resp_headers")) {
            headers(name, value, fields::put);
          } else if (name.equals("upstream") || name.equals("mirrors")) {
            fields.put(name + ".n", list(value).size());
            for (int i = 0; i < list(value).size(); i++) {
              String prefix = name + "[" + i + "].";
              map(list(value).get(i)).forEach((key, inner) -> put(prefix + key, inner, fields));
            }
          } else {
            fields.put(name, value);
          }
        });
    return fields;
  }

  private static void put(String name, Object value, Map<String, Object> fields) {
    if (name.endsWith(".headers")) {
      headers(name, value, fields::put);
    } else {
      fields.put(name, value);
    }
  }

  private static void headers(String prefix, Object value, BiConsumer<String, Object> to) {
    var byName = new HashMap<String, List<Object>>();
    for (Object field : list(value)) {
      byName
          .computeIfAbsent(prefix + "." + list(field).get(0), absent -> new ArrayList<>())
          .add(list(field).get(1));
    }
    byName.forEach(to);
  }
}
