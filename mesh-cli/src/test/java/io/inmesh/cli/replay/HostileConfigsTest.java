package io.inmesh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import io.inmesh.xds.json.ProtoJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * What the codec accepts can be served, however strange it is: it is assembled, and requests are
 * decided and explained. {@code -Dinmesh.fuzz.configs=N -Dinmesh.fuzz.seed=N} for more and others.
 */
class HostileConfigsTest {
  private static final int TRIES = Integer.getInteger("inmesh.fuzz.configs", 2_000);
  private static final long SEED = Long.getLong("inmesh.fuzz.seed", 1);
  private static final Gson GSON =
      new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();
  private static final Object[] STRANGE = {
    "",
    "*",
    "/",
    "a",
    "c0",
    "nosuch",
    "x-h",
    ":path",
    ":authority",
    "host",
    "0s",
    "0.000000001s",
    "315576000000s",
    "-1s",
    0L,
    1L,
    -1L,
    100L,
    65_536L,
    4_294_967_295L,
    0.5,
    true,
    false,
    "%REQ(x)%",
    "%PATH(NQ:WQ:3)%",
    "[a-z]*",
    "(a|b)+",
    "\\1",
    "^$",
    "{a}",
    "/{a=*}/**",
    "\ud83d\ude00",
    "A".repeat(3_000)
  };

  private SplittableRandom random = new SplittableRandom(SEED);

  private Object mutated(Object json, int depth) {
    if (json instanceof Map<?, ?> map) {
      return member(map, depth);
    }
    if (json instanceof List<?> list && !list.isEmpty()) {
      var copy = new ArrayList<Object>(list);
      int at = random.nextInt(copy.size());
      switch (random.nextInt(6)) {
        case 0:
          copy.remove(at);
          break;
        case 1:
          copy.add(copy.get(at));
          break;
        default:
          copy.set(at, mutated(copy.get(at), depth + 1));
      }
      return copy;
    }
    return STRANGE[random.nextInt(STRANGE.length)];
  }

  private Object member(Map<?, ?> map, int depth) {
    var copy = new LinkedHashMap<Object, Object>(map);
    if (copy.isEmpty()) {
      return copy;
    }
    var keys = new ArrayList<Object>(copy.keySet());
    Object key = keys.get(random.nextInt(keys.size()));
    if (random.nextInt(8) == 0 && depth > 1) {
      copy.remove(key);
    } else {
      copy.put(key, mutated(copy.get(key), depth + 1));
    }
    return copy;
  }

  private static List<Map<String, Object>> recording() throws IOException {
    try (InputStream file = ReplayTest.class.getResourceAsStream("routing.jsonl")) {
      byte[] bytes = Objects.requireNonNull(file).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8)
          .lines()
          .map(line -> Judge.map(GSON.fromJson(line, Object.class)))
          .toList();
    }
  }

  @Test
  void whatIsAcceptedCanBeServed() throws IOException {
    List<Map<String, Object>> lines = recording();
    var configs = lines.stream().filter(line -> "config".equals(line.get("kind"))).toList();
    var cases = lines.stream().filter(line -> "case".equals(line.get("kind"))).toList();
    var json = new ProtoJson();
    World world = new World(lines.get(0), json, "192.0.2.2", SEED);
    int accepted = 0;
    for (int i = 0; i < TRIES; i++) {
      random = new SplittableRandom(SEED * 1_000_003 + i);
      if (i % 500 == 499) {
        world = new World(lines.get(0), json, "192.0.2.2", SEED);
      }
      var config = new LinkedHashMap<>(configs.get(random.nextInt(configs.size())));
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        config.put("route_config", mutated(config.get("route_config"), 0));
      }
      config.put("id", "try" + i);
      if (accept(world, config, i)) {
        accepted++;
        for (int requests = 0; requests < 4; requests++) {
          serve(world, "try" + i, cases.get(random.nextInt(cases.size())), i);
        }
      }
    }
    System.out.println(TRIES + " hostile configs: " + accepted + " served");
    assertThat(accepted).isGreaterThan(TRIES / 20);
  }

  private static boolean accept(World world, Map<String, Object> config, int number) {
    try {
      return world.accept(config) == null;
    } catch (RuntimeException | StackOverflowError thrown) {
      throw new AssertionError(
          "seed " + SEED + " try " + number + " " + GSON.toJson(config), thrown);
    }
  }

  private void serve(World world, String config, Map<String, Object> line, int number) {
    long seed = random.nextLong();
    try {
      world.explain(config, ReplayMesh.map(line.get("req")), seed);
      world.decide(config, ReplayMesh.map(line.get("req")), seed);
    } catch (IllegalStateException endless) {
      // A config may well make a call wait for longer than anybody would here.
      assertThat(endless).hasMessageContaining("did not end");
    } catch (RuntimeException | StackOverflowError thrown) {
      throw new AssertionError("seed " + SEED + " try " + number, thrown);
    }
  }
}
