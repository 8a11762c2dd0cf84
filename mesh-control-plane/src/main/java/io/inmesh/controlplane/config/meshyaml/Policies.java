package io.inmesh.controlplane.config.meshyaml;

import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.CircuitBreaker;
import io.inmesh.config.CircuitBreakers.RetryBudget;
import io.inmesh.config.HashPolicy;
import io.inmesh.config.OutlierDetection;
import io.inmesh.config.OutlierDetection.Consecutive;
import io.inmesh.config.OutlierDetection.Ejection;
import io.inmesh.config.OutlierDetection.SuccessRate;
import io.inmesh.controlplane.config.model.Standby;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import io.inmesh.controlplane.config.model.TrafficPolicy.ClientTls;
import io.inmesh.controlplane.config.model.TrafficPolicy.ConnectionPool;
import io.inmesh.controlplane.config.model.TrafficPolicy.Http;
import io.inmesh.controlplane.config.model.TrafficPolicy.LoadBalancer;
import io.inmesh.controlplane.config.model.TrafficPolicy.Localities;
import io.inmesh.controlplane.config.model.TrafficPolicy.Mode;
import io.inmesh.controlplane.config.model.TrafficPolicy.Outliers;
import io.inmesh.controlplane.config.model.TrafficPolicy.Tcp;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads how a service is reached. */
final class Policies {
  private static final long MAXIMUM_RING_SIZE = 8L * 1024 * 1024;

  private Policies() {}

  static TrafficPolicy read(Fields service, Optional<Standby> fallback) {
    Optional<Fields> breaker = service.find("circuit-breaker").map(Value::fields);
    Optional<ConnectionPool> pool = pool(service, breaker);
    Optional<CircuitBreaker> states = breaker.flatMap(ResilienceReader::breaker);
    breaker.ifPresent(Fields::end);
    return new TrafficPolicy(
        service.read("load-balancer", Policies::loadBalancer),
        pool,
        service.read("outlier-detection", Policies::outliers),
        service.read("tls", Policies::tls),
        service
            .find("retry")
            .filter(Value::isMapping)
            .flatMap(retry -> retry.fields().find("budget"))
            .map(budget -> new RetryBudget(budget.percent(), 3)),
        Map.of(),
        states,
        fallback);
  }

  private enum Policy {
    LEAST_REQUEST,
    ROUND_ROBIN,
    RANDOM,
    RING_HASH,
    MAGLEV;

    private String token() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The name of a policy, or fields. */
  private static LoadBalancer loadBalancer(Value value) {
    if (value.isScalar()) {
      return balancer(value.choice(Policy.class, Policy::token), SlowStart.NONE, 0, List.of());
    }
    Fields fields = value.fields();
    Policy policy =
        fields
            .required("policy")
            .map(v -> v.choice(Policy.class, Policy::token))
            .orElse(Policy.LEAST_REQUEST);
    boolean hashing = policy == Policy.RING_HASH || policy == Policy.MAGLEV;
    SlowStart warmup =
        fields
            .read("warm-up", v -> new SlowStart(v.positiveDuration(), 1, 10))
            .orElse(SlowStart.NONE);
    long size = fields.read("table-size", Policies::prime).orElse(0L);
    List<HashPolicy> hash =
        fields.read("hash-on", Policies::hashOn).map(List::of).orElse(List.of());
    if (hashing == hash.isEmpty()) {
      value.error("hash-on belongs to ring-hash and maglev, and is needed there");
    }
    if (size > 0 && policy != Policy.MAGLEV) {
      value.error("table-size belongs to maglev");
    }
    if (warmup != SlowStart.NONE
        && policy != Policy.LEAST_REQUEST
        && policy != Policy.ROUND_ROBIN) {
      value.error("warm-up belongs to least-request and round-robin");
    }
    fields.end();
    return balancer(policy, warmup, size, hash);
  }

  private static LoadBalancer balancer(
      Policy policy, SlowStart warmup, long size, List<HashPolicy> hash) {
    Balancing.Policy chosen =
        switch (policy) {
          case LEAST_REQUEST -> new Balancing.LeastRequest(2, 1.0, false, warmup);
          case ROUND_ROBIN -> new Balancing.RoundRobin(warmup);
          case RANDOM -> new Balancing.Random();
          case RING_HASH ->
              new Balancing.RingHash(
                  1024, MAXIMUM_RING_SIZE, Balancing.HashFunction.XX_HASH, false, 0);
          case MAGLEV -> new Balancing.Maglev(size == 0 ? 65537 : size, false, 0);
        };
    return new LoadBalancer(Optional.of(chosen), false, hash, Localities.NONE);
  }

  private static long prime(Value value) {
    long size = value.whole(2, 5_000_011);
    if (!BigInteger.valueOf(size).isProbablePrime(50)) {
      value.error("must be a prime number");
    }
    return size;
  }

  /** One of header, cookie, query, source-ip. */
  private static HashPolicy hashOn(Value value) {
    Fields fields = value.fields();
    List<String> set = fields.present("header", "cookie", "query", "source-ip");
    fields.end();
    if (set.size() != 1) {
      value.error("must have one of header, cookie, query, source-ip");
      return new HashPolicy(new HashPolicy.SourceIp(), false);
    }
    Value operand = fields.find(set.get(0)).orElseThrow();
    HashPolicy.Input input =
        switch (set.get(0)) {
          case "header" ->
              new HashPolicy.Header(operand.text().toLowerCase(Locale.ROOT), Optional.empty());
          case "cookie" -> new HashPolicy.Cookie(operand.text(), Optional.empty(), "", Map.of());
          case "query" -> new HashPolicy.QueryParameter(operand.text());
          default -> new HashPolicy.SourceIp();
        };
    if (input instanceof HashPolicy.SourceIp && !operand.flag()) {
      operand.error("must be true");
    }
    return new HashPolicy(input, false);
  }

  private static Optional<ConnectionPool> pool(Fields service, Optional<Fields> breaker) {
    var connect = service.read("connect-timeout", Value::positiveDuration);
    if (connect.isEmpty() && breaker.isEmpty()) {
      return Optional.empty();
    }
    var tcp =
        new Tcp(limit(breaker, "max-connections"), connect, Optional.empty(), Optional.empty());
    var http =
        new Http(
            limit(breaker, "max-pending"),
            limit(breaker, "max-requests"),
            limit(breaker, "max-retries"),
            0,
            Optional.empty(),
            Http.NONE.upgrade(),
            false,
            Optional.empty());
    return Optional.of(new ConnectionPool(tcp, http));
  }

  private static Optional<Integer> limit(Optional<Fields> fields, String name) {
    return fields.flatMap(f -> f.read(name, v -> v.integer(0, Integer.MAX_VALUE)));
  }

  private static Outliers outliers(Value value) {
    Fields fields = value.fields();
    OutlierDetection base = OutlierDetection.DEFAULT;
    Optional<Integer> server = fields.read("consecutive-5xx", v -> v.integer(0, Integer.MAX_VALUE));
    Optional<Integer> gateway =
        fields.read("consecutive-gateway-errors", v -> v.integer(0, Integer.MAX_VALUE));
    Consecutive few = base.consecutive();
    var consecutive =
        new Consecutive(
            server.orElse(few.serverErrors()),
            server.map(n -> n > 0 ? 100 : 0).orElse(few.enforcingServerErrors()),
            gateway.orElse(few.gatewayFailures()),
            gateway.map(n -> n > 0 ? 100 : 0).orElse(few.enforcingGatewayFailures()),
            few.localOriginFailures(),
            few.enforcingLocalOriginFailures());
    var time = fields.read("base-ejection", Value::positiveDuration).orElse(base.ejection().base());
    var longest = base.ejection().max();
    var ejection =
        new Ejection(
            fields.read("interval", Value::positiveDuration).orElse(base.ejection().interval()),
            time,
            time.compareTo(longest) > 0 ? time : longest,
            base.ejection().jitter(),
            fields
                .read("max-ejection", v -> (int) Math.round(v.percent()))
                .orElse(base.ejection().maxPercent()),
            true,
            base.ejection().healthyCheckUnejects());
    SuccessRate rate = base.successRate();
    var detection =
        new OutlierDetection(
            consecutive,
            ejection,
            new SuccessRate(0, rate.minimumHosts(), rate.requestVolume(), rate.stdevFactor()),
            base.failurePercentage(),
            false);
    double least = fields.read("min-health", Value::percent).orElse(50.0);
    fields.end();
    return new Outliers(detection, least);
  }

  private enum Tls {
    OFF(Mode.DISABLE),
    STRICT(Mode.ISTIO_MUTUAL),
    SIMPLE(Mode.SIMPLE);

    private final Mode mode;

    Tls(Mode mode) {
      this.mode = mode;
    }

    private String token() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static ClientTls tls(Value value) {
    return ClientTls.of(value.choice(Tls.class, Tls::token).mode);
  }
}
