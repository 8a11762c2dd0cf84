package io.inmesh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.cli.replay.IstioCases.Case;
import io.inmesh.cli.replay.IstioCases.Proxy;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Resource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * Compares outcomes with what a real Envoy answered on Istio's resources. Not compared are fields
 * that differed between Envoy's own repetitions, and headers that the recording set up or that tell
 * of addresses and times. An endpoint that chance picked must be one of the cluster's; where the
 * caller's own destination is called (original destination), the recording has none.
 */
final class IstioJudge {
  private static final Set<String> SET_UP = Set.of("x-backend", "x-dup", "date", "server");
  private static final Set<String> VARYING =
      Set.of(
          "x-request-id",
          "x-envoy-upstream-service-time",
          "x-envoy-expected-rq-timeout-ms",
          "set-cookie",
          "connection");

  private static final String ONLY_CLUSTER = "only cluster";

  /** Draws of ours for one of Envoy's. */
  private static final int FACTOR = 5;

  private final Map<String, Set<String>> endpoints = new HashMap<>();

  private IstioJudge(List<Resource> resources) {
    for (Resource resource : resources) {
      if (resource instanceof EndpointSet set) {
        endpoints.put(
            set.name(),
            set.localities().stream()
                .flatMap(at -> at.endpoints().stream())
                .map(one -> one.address().toString())
                .collect(Collectors.toSet()));
      }
    }
  }

  /** What differs in the calls of a node that has these resources. */
  static List<String> differences(
      Case given, Proxy proxy, boolean byName, List<Resource> resources) {
    var found = new ArrayList<String>();
    var judge = new IstioJudge(resources);
    try (var world = new IstioWorld(proxy, byName, resources)) {
      for (Map<String, Object> call : given.outbound(proxy)) {
        String destination = destination(byName, call);
        judge
            .differences(wanted(proxy, call), seed -> world.call(destination, call, seed))
            .forEach(
                text ->
                    found.add(given + " " + proxy.name() + " " + call.get("name") + ": " + text));
      }
    }
    return found;
  }

  /** Where the recording client connected to. */
  static String destination(boolean byName, Map<String, Object> call) {
    String host = IstioWorld.host(call);
    String bare = host.contains(":") ? host.substring(0, host.lastIndexOf(':')) : host;
    String to = byName ? bare : call.getOrDefault("address", bare).toString();
    return to + ":" + ((Number) call.get("port")).intValue();
  }

  /** Nothing differs but what is named, and all of that does. */
  static void verdict(Case given, List<String> found, Set<String> different) {
    List<String> named =
        different.stream().filter(one -> one.startsWith(given.toString())).toList();
    assertThat(found.stream().filter(one -> named.stream().noneMatch(one::startsWith))).isEmpty();
    assertThat(named).allSatisfy(one -> assertThat(found).anyMatch(text -> text.startsWith(one)));
  }

  /**
   * What is wanted of a call: what Envoy answered. Where it was not asked, because bytes are passed
   * on, only the cluster that Istio's simulation names; where a node of gRPC has no listener, that
   * the mesh has nothing to do with it.
   */
  private static Map<String, Object> wanted(Proxy proxy, Map<String, Object> call) {
    Map<String, Object> envoy = Judge.map(call.get(proxy.answers()));
    if (!envoy.isEmpty() && !envoy.containsKey("error")) {
      return envoy;
    }
    Object simulated =
        proxy.grpc()
            ? "PassthroughCluster"
            : Judge.map(call.get("istio_simulation")).get("cluster");
    return Map.of(ONLY_CLUSTER, simulated);
  }

  private List<String> differences(
      Map<String, Object> envoy, LongFunction<Map<String, Object>> ours) {
    if (envoy.containsKey(ONLY_CLUSTER)) {
      // HTTPS to a destination of the caller's own is its own TLS.
      String cluster = text(ours.apply(1).get("cluster")).replace("Tls", "");
      return envoy.get(ONLY_CLUSTER).equals(cluster)
          ? List.of()
          : List.of("cluster: " + envoy.get(ONLY_CLUSTER) + ", ours: " + cluster);
    }
    return envoy.containsKey("histogram") ? shares(envoy, ours) : compare(envoy, ours);
  }

  private static List<String> shares(
      Map<String, Object> envoy, LongFunction<Map<String, Object>> ours) {
    long times =
        Judge.map(envoy.get("histogram")).values().stream()
            .mapToLong(n -> ((Number) n).longValue())
            .sum();
    var clusters = new TreeMap<String, Long>();
    var endpoints = new TreeMap<String, Long>();
    for (long i = 0; i < times * FACTOR; i++) {
      Map<String, Object> outcome = ours.apply(i * 0x9E3779B97F4A7C15L);
      clusters.merge(String.valueOf(outcome.get("cluster")), 1L, Long::sum);
      List<Object> upstream = Judge.list(outcome.get("upstream"));
      if (!upstream.isEmpty()) {
        endpoints.merge(text(Judge.map(upstream.get(0)).get("endpoint")), 1L, Long::sum);
      }
    }
    var found = new ArrayList<String>();
    proportions("histogram", Judge.map(envoy.get("histogram")), clusters, times, found);
    proportions("endpoints", Judge.map(envoy.get("endpoints")), endpoints, times, found);
    return found;
  }

  /** As far off as chance may be: once in some ten thousand times it would be more. */
  private static void proportions(
      String what,
      Map<String, Object> envoy,
      Map<String, Long> ours,
      long times,
      List<String> found) {
    var names = new TreeSet<>(envoy.keySet());
    names.addAll(ours.keySet());
    for (String name : names) {
      double theirs = envoy.get(name) instanceof Number n ? n.doubleValue() : 0;
      double share = (double) ours.getOrDefault(name, 0L) / (times * FACTOR);
      double deviation = Math.sqrt(times * share * (1 - share) * (1 + 1.0 / FACTOR));
      if (!name.endsWith(":0") && Math.abs(theirs - share * times) > 4 * deviation + 0.5) {
        found.add(what + "." + name + ": " + theirs + ", ours: " + share * times);
      }
    }
  }

  private List<String> compare(Map<String, Object> envoy, LongFunction<Map<String, Object>> ours) {
    Map<String, Object> outcome = ours.apply(1);
    if (isStranger(envoy) && isStranger(outcome)) {
      return List.of();
    }
    Map<String, Object> left = flat(envoy);
    Map<String, Object> right = flat(outcome);
    String cluster = text(outcome.get("cluster"));
    for (String field : List.copyOf(left.keySet())) {
      if (field.endsWith("].endpoint")
          && !Objects.equals(left.get(field), right.get(field))
          && (left.get(field).toString().endsWith(":0") || isChance(field, cluster, right, ours))) {
        left.put(field, text(right.get(field)));
      }
    }
    var fields = new TreeSet<>(left.keySet());
    fields.addAll(right.keySet());
    List<Object> unstable = Judge.list(envoy.get("unstable"));
    var found = new ArrayList<String>();
    for (String field : fields) {
      if (!unstable.contains(field) && !Objects.equals(left.get(field), right.get(field))) {
        found.add(field + ": " + left.get(field) + ", ours: " + right.get(field));
      }
    }
    return found;
  }

  /** Whether another draw picks another endpoint, and this one is the cluster's. */
  private boolean isChance(
      String field,
      String cluster,
      Map<String, Object> seen,
      LongFunction<Map<String, Object>> ours) {
    boolean varies = false;
    for (long seed = 2; seed < 20 && !varies; seed++) {
      Object other = flat(ours.apply(seed * 0x9E3779B97F4A7C15L)).get(field);
      varies = !Objects.equals(other, seen.get(field));
    }
    return varies && endpoints.getOrDefault(cluster, Set.of()).contains(text(seen.get(field)));
  }

  /** Calls to what is not in the mesh: ours pass without a header more. */
  private static boolean isStranger(Map<String, Object> outcome) {
    return "PassthroughCluster".equals(outcome.get("cluster"))
        && "allow_any".equals(outcome.get("route"));
  }

  private static String text(Object value) {
    return value == null ? "" : value.toString();
  }

  private static Map<String, Object> flat(Map<String, Object> outcome) {
    var fields = new TreeMap<String, Object>();
    for (String name : List.of("status", "attempts")) {
      fields.put(name, outcome.get(name) instanceof Number n ? n.longValue() : 0L);
    }
    for (String name : List.of("route", "cluster", "details", "flags")) {
      fields.put(name, text(outcome.get(name)));
    }
    fields.put("body", text(outcome.get("body")).strip());
    headers("resp_headers", outcome.get("resp_headers"), fields);
    // Copies of a request arrive before or after it.
    List<Object> upstream =
        Judge.list(outcome.get("upstream")).stream()
            .sorted(Comparator.comparing(IstioJudge::copied).thenComparing(IstioJudge::target))
            .toList();
    fields.put("upstream", upstream.size());
    for (int i = 0; i < upstream.size(); i++) {
      String prefix = "upstream[" + i + "]";
      Map<String, Object> row = Judge.map(upstream.get(i));
      for (String name : List.of("endpoint", "method", "path", "host")) {
        fields.put(prefix + "." + name, text(row.get(name)));
      }
      headers(prefix, row.get("headers"), fields);
    }
    return fields;
  }

  private static boolean copied(Object row) {
    return Judge.list(Judge.map(row).get("headers")).stream()
        .anyMatch(field -> Judge.list(field).get(0).equals("x-envoy-internal"));
  }

  /** Of copies: by where they went. Attempts stay in order. */
  private static String target(Object row) {
    return copied(row) ? text(Judge.map(row).get("endpoint")) : "";
  }

  private static void headers(String prefix, Object value, Map<String, Object> fields) {
    var byName = new TreeMap<String, List<String>>();
    for (Object field : Judge.list(value)) {
      String name = text(Judge.list(field).get(0)).toLowerCase(Locale.ROOT);
      String content = text(Judge.list(field).get(1));
      if (!SET_UP.contains(name) && !name.equals("content-length")) {
        byName
            .computeIfAbsent(name, absent -> new ArrayList<>())
            .add(VARYING.contains(name) ? "*" : content);
      }
    }
    byName.forEach((name, values) -> fields.put(prefix + "." + name, values));
  }
}
