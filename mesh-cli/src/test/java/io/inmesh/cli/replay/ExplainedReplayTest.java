package io.inmesh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import io.inmesh.explain.Explanation;
import io.inmesh.explain.Explanation.RouteSelection;
import io.inmesh.explain.Explanation.RouteStep;
import io.inmesh.xds.json.ProtoJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * What is told of recorded requests is what the calls then do. With {@code
 * -Dinmesh.explain.recordings=FILE,FILE} and {@code -Dinmesh.explain.cases=N} over so many random
 * ones of other recordings.
 */
class ExplainedReplayTest {
  private static final Gson GSON =
      new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

  /** Replies of filters that are not asked, because asking them would change something. */
  private static final Set<String> UNASKED = Set.of("fault_filter_abort", "local_rate_limited");

  private static List<List<String>> recordings() throws IOException {
    String files = System.getProperty("inmesh.explain.recordings", "");
    var all = new ArrayList<List<String>>();
    if (files.isEmpty()) {
      for (String profile : List.of("routing", "retry", "rbac", "filters", "jwt")) {
        all.add(ReplayTest.recording(profile));
      }
      return all;
    }
    for (String file : files.split(",")) {
      all.add(Files.readAllLines(Path.of(file)));
    }
    return all;
  }

  @Test
  void tellsTheRouteAndTheClusterThatTheCallTakes() throws IOException {
    int wanted = Integer.getInteger("inmesh.explain.cases", Integer.MAX_VALUE);
    int compared = 0;
    int forwarded = 0;
    for (List<String> recording : recordings()) {
      var random = new SplittableRandom(7);
      long cases =
          recording.stream()
              .filter(
                  line -> line.contains("\"kind\": \"case\"") || line.contains("\"kind\":\"case\""))
              .count();
      double share = Math.min(1, 1.2 * wanted / Math.max(1, cases));
      World world = null;
      String config = null;
      for (String text : recording) {
        Map<String, Object> line = Judge.map(GSON.fromJson(text, Object.class));
        String kind = String.valueOf(line.get("kind"));
        if (kind.equals("world")) {
          world = new World(line, new ProtoJson(), "192.0.2.2", 1);
        } else if (kind.equals("config")) {
          boolean served = Objects.requireNonNull(world).accept(line) == null;
          config = served ? String.valueOf(line.get("id")) : null;
        } else if (kind.equals("case") && config != null && random.nextDouble() < share) {
          forwarded += compare(Objects.requireNonNull(world), config, line, random.nextLong());
          compared++;
        }
      }
    }
    System.out.println(compared + " requests explained, " + forwarded + " of them forwarded");
    assertThat(compared).isGreaterThanOrEqualTo(Math.min(wanted, 1_000));
    assertThat(forwarded).isGreaterThan(compared / 5);
  }

  /** 1 if it went to a cluster. */
  private static int compare(World world, String config, Map<String, Object> line, long seed) {
    String name = config + " " + line.get("n");
    Explanation told = world.explain(config, ReplayMesh.map(line.get("req")), seed);
    Map<String, Object> made = world.decide(config, ReplayMesh.map(line.get("req")), seed);
    Explanation.Result result = told.result();
    if (made.get("upstream") instanceof List<?> seen && seen.size() > 1) {
      // What an answer leads to, a redirect that is followed for instance, is not foretold.
      Object first = ReplayMesh.map(seen.get(0)).get("cluster");
      assertThat(result.cluster()).as(name).isEqualTo(String.valueOf(first));
      return 1;
    }
    assertThat(result.route()).as(name).isEqualTo(text(made, "route"));
    assertThat(result.cluster()).as(name).isEqualTo(text(made, "cluster"));
    if (result.status() != 0 && !UNASKED.contains(text(made, "details"))) {
      assertThat((long) result.status())
          .as(name)
          .isEqualTo(((Number) made.get("status")).longValue());
      assertThat(result.details()).as(name).isEqualTo(text(made, "details"));
    }
    for (RouteSelection selection : told.selections()) {
      List<RouteStep> tried = selection.routes();
      assertThat(tried).as(name).noneMatch(step -> step.failed().startsWith("all conditions"));
      assertThat(tried.subList(0, Math.max(0, tried.size() - 1)))
          .as(name)
          .noneMatch(RouteStep::taken);
    }
    return result.host().isEmpty() ? 0 : 1;
  }

  private static String text(Map<String, Object> made, String field) {
    return String.valueOf(made.getOrDefault(field, ""));
  }
}
