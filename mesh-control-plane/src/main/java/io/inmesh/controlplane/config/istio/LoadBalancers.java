package io.inmesh.controlplane.config.istio;

import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.HashPolicy;
import io.inmesh.controlplane.config.model.TrafficPolicy.Distribution;
import io.inmesh.controlplane.config.model.TrafficPolicy.LoadBalancer;
import io.inmesh.controlplane.config.model.TrafficPolicy.Localities;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads networking.istio.io LoadBalancerSettings. */
final class LoadBalancers {
  /** Istio's smallest ring. */
  private static final long MINIMUM_RING_SIZE = 1024;

  private static final long MAXIMUM_RING_SIZE = 8L * 1024 * 1024;
  private static final long MAXIMUM_TABLE_SIZE = 5_000_011;

  private LoadBalancers() {}

  private enum Simple {
    UNSPECIFIED,
    ROUND_ROBIN,
    LEAST_REQUEST,
    LEAST_CONN,
    RANDOM,
    PASSTHROUGH
  }

  static LoadBalancer read(Value value) {
    Fields fields = value.fields();
    SlowStart warmup = fields.read("warmup", LoadBalancers::warmup).orElse(SlowStart.NONE);
    Optional<Duration> window = fields.read("warmupDurationSecs", Value::positiveDuration);
    if (window.isPresent() && !fields.has("warmup")) {
      warmup = new SlowStart(window.get(), 1, 10);
    }
    Optional<Simple> simple = fields.read("simple", v -> v.choice(Simple.class, Enum::name));
    var hash = new ArrayList<HashPolicy>();
    Optional<Balancing.Policy> consistent =
        fields.read("consistentHash", v -> consistentHash(v, hash));
    if (simple.isPresent() && consistent.isPresent()) {
      value.error("simple and consistentHash must not be set both");
    }
    boolean slow = warmup != SlowStart.NONE;
    if (slow
        && (consistent.isPresent() || simple.filter(LoadBalancers::startsAtOnce).isPresent())) {
      value.error("warmup is only for ROUND_ROBIN and LEAST_REQUEST");
    }
    Localities localities =
        fields.read("localityLbSetting", LoadBalancers::localities).orElse(Localities.NONE);
    fields.inapplicable("zone aware balancing is not supported yet", "zoneAwareLbSetting");
    fields.end();
    Balancing.Policy policy =
        consistent.isPresent()
            ? consistent.get()
            : simple(simple.orElse(Simple.UNSPECIFIED), warmup);
    return new LoadBalancer(
        Optional.of(policy),
        simple.filter(s -> s == Simple.PASSTHROUGH).isPresent(),
        hash,
        localities);
  }

  private static boolean startsAtOnce(Simple simple) {
    return simple == Simple.RANDOM || simple == Simple.PASSTHROUGH;
  }

  private static Balancing.Policy simple(Simple simple, SlowStart warmup) {
    return switch (simple) {
      case ROUND_ROBIN -> new Balancing.RoundRobin(warmup);
      case RANDOM -> new Balancing.Random();
      case PASSTHROUGH -> new Balancing.ClusterProvided();
      default -> new Balancing.LeastRequest(2, 1.0, false, warmup);
    };
  }

  private static SlowStart warmup(Value value) {
    Fields fields = value.fields();
    Duration window =
        fields.required("duration").map(Value::positiveDuration).orElse(Duration.ZERO);
    double aggression = fields.read("aggression", v -> v.number(1, 1000)).orElse(1.0);
    double least = fields.read("minimumPercent", v -> v.number(0, 100)).orElse(10.0);
    fields.end();
    return new SlowStart(window, aggression, least);
  }

  private static Balancing.Policy consistentHash(Value value, List<HashPolicy> hash) {
    Fields fields = value.fields();
    List<String> keys =
        fields.present("httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName");
    if (keys.size() > 1) {
      value.error("only one of " + String.join(", ", keys) + " may be set");
    }
    fields
        .read("httpHeaderName", Value::text)
        .ifPresent(name -> add(hash, new HashPolicy.Header(name, Optional.empty())));
    fields.read("httpCookie", LoadBalancers::cookie).ifPresent(cookie -> add(hash, cookie));
    if (fields.flag("useSourceIp", false)) {
      add(hash, new HashPolicy.SourceIp());
    }
    fields
        .read("httpQueryParameterName", Value::text)
        .ifPresent(name -> add(hash, new HashPolicy.QueryParameter(name)));
    long least =
        fields
            .read("minimumRingSize", v -> v.whole(0, MAXIMUM_RING_SIZE))
            .orElse(MINIMUM_RING_SIZE);
    if (fields.has("maglev") && fields.has("ringHash")) {
      value.error("maglev and ringHash must not be set both");
    }
    Optional<Balancing.Policy> maglev = fields.read("maglev", LoadBalancers::maglev);
    long ring = fields.read("ringHash", LoadBalancers::ringSize).orElse(least);
    fields.end();
    return maglev.orElseGet(
        () ->
            new Balancing.RingHash(
                ring, MAXIMUM_RING_SIZE, Balancing.HashFunction.XX_HASH, false, 0));
  }

  private static void add(List<HashPolicy> hash, HashPolicy.Input input) {
    hash.add(new HashPolicy(input, false));
  }

  private static long ringSize(Value value) {
    Fields fields = value.fields();
    long least =
        fields
            .read("minimumRingSize", v -> v.whole(0, MAXIMUM_RING_SIZE))
            .orElse(MINIMUM_RING_SIZE);
    fields.end();
    return least;
  }

  private static Balancing.Policy maglev(Value value) {
    Fields fields = value.fields();
    long size = fields.read("tableSize", v -> v.whole(0, MAXIMUM_TABLE_SIZE)).orElse(0L);
    if (size == 0) {
      value.error("tableSize is missing");
    } else if (!BigInteger.valueOf(size).isProbablePrime(50)) {
      value.error("tableSize must be a prime number");
    }
    fields.end();
    return new Balancing.Maglev(size, false, 0);
  }

  private static HashPolicy.Cookie cookie(Value value) {
    Fields fields = value.fields();
    String name = fields.required("name").map(Value::text).orElse("");
    String path = fields.text("path", "");
    Optional<Duration> ttl = fields.read("ttl", Value::duration);
    fields.inapplicable("cookies are made without attributes", "attributes");
    fields.end();
    return new HashPolicy.Cookie(name, ttl, path, Map.of());
  }

  /** A localityLbSetting. */
  static Localities localities(Value value) {
    Fields fields = value.fields();
    if (fields.present("distribute", "failover").size() > 1) {
      value.error("distribute and failover must not be set both");
    }
    var localities =
        new Localities(
            fields.read("enabled", Value::flag),
            fields.list("distribute", LoadBalancers::distribution),
            failover(fields),
            fields.list("failoverPriority", Value::text));
    fields.end();
    return localities;
  }

  private static Map<String, String> failover(Fields fields) {
    var failover = new java.util.HashMap<String, String>();
    fields.list(
        "failover",
        item -> {
          Fields pair = item.fields();
          String from = pair.required("from").map(Value::text).orElse("");
          String to = pair.required("to").map(Value::text).orElse("");
          pair.end();
          if (from.equals(to)) {
            item.error("from and to are the same");
          }
          return failover.put(from, to) == null;
        });
    return failover;
  }

  private static Distribution distribution(Value value) {
    Fields fields = value.fields();
    String from = fields.required("from").map(Value::text).orElse("");
    Map<String, Integer> to = fields.map("to", v -> v.integer(1, 100));
    int sum = to.values().stream().mapToInt(Integer::intValue).sum();
    if (sum != 100) {
      value.error("the weights sum up to " + sum + " and not to 100");
    }
    fields.end();
    return new Distribution(from, to);
  }
}
