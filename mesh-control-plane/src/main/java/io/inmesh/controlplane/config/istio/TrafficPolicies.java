package io.inmesh.controlplane.config.istio;

import io.inmesh.config.CircuitBreakers.RetryBudget;
import io.inmesh.config.OutlierDetection;
import io.inmesh.config.OutlierDetection.Consecutive;
import io.inmesh.config.OutlierDetection.Ejection;
import io.inmesh.config.OutlierDetection.SuccessRate;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import io.inmesh.controlplane.config.model.TrafficPolicy.ClientTls;
import io.inmesh.controlplane.config.model.TrafficPolicy.Mode;
import io.inmesh.controlplane.config.model.TrafficPolicy.Outliers;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reads networking.istio.io TrafficPolicy. */
final class TrafficPolicies {
  private TrafficPolicies() {}

  static TrafficPolicy read(Value value) {
    Fields fields = value.fields();
    Map<Integer, TrafficPolicy> ports = ports(fields);
    TrafficPolicy policy = blocks(fields, ports);
    boolean others = fields.has("tunnel") || fields.has("proxyProtocol");
    fields.inapplicable("it is for proxies", "tunnel", "proxyProtocol");
    if (policy.equals(TrafficPolicy.NONE) && !others) {
      value.error("says nothing");
    }
    fields.end();
    return policy;
  }

  private static TrafficPolicy blocks(Fields fields, Map<Integer, TrafficPolicy> ports) {
    return new TrafficPolicy(
        fields.read("loadBalancer", LoadBalancers::read),
        fields.read("connectionPool", ConnectionPools::read),
        fields.read("outlierDetection", TrafficPolicies::outliers),
        fields.read("tls", TrafficPolicies::tls),
        fields.read("retryBudget", TrafficPolicies::retryBudget),
        ports);
  }

  private static Map<Integer, TrafficPolicy> ports(Fields fields) {
    var ports = new HashMap<Integer, TrafficPolicy>();
    fields.list(
        "portLevelSettings",
        item -> {
          Fields one = item.fields();
          int port = one.required("port").map(Destinations::port).orElse(0);
          // The first setting for a port holds.
          ports.putIfAbsent(port, blocks(one, Map.of()));
          one.end();
          return port;
        });
    return ports;
  }

  /**
   * Outlier detection by success rate is off in Istio, and ejections by codes must be asked for.
   */
  private static Outliers outliers(Value value) {
    Fields fields = value.fields();
    OutlierDetection base = OutlierDetection.DEFAULT;
    boolean split = fields.flag("splitExternalLocalOriginErrors", false);
    if (fields.has("consecutiveLocalOriginFailures") && !split) {
      value.error("consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors");
    }
    var detection =
        new OutlierDetection(
            consecutive(fields, base.consecutive()),
            ejection(fields, base.ejection()),
            new SuccessRate(
                0,
                base.successRate().minimumHosts(),
                base.successRate().requestVolume(),
                base.successRate().stdevFactor()),
            base.failurePercentage(),
            split);
    double least = fields.read("minHealthPercent", v -> v.number(0, 100)).orElse(0.0);
    fields.inapplicable("other codes than 5xx are not supported", "outlierDetectionHttpErrorCodes");
    fields.inapplicable("use consecutive5xxErrors", "consecutiveErrors");
    fields.end();
    return new Outliers(detection, least);
  }

  private static Consecutive consecutive(Fields fields, Consecutive base) {
    Optional<Integer> server = count(fields, "consecutive5xxErrors");
    Optional<Integer> gateway = count(fields, "consecutiveGatewayErrors");
    Optional<Integer> local = count(fields, "consecutiveLocalOriginFailures");
    return new Consecutive(
        server.orElse(base.serverErrors()),
        enforcing(server, base.enforcingServerErrors()),
        gateway.orElse(base.gatewayFailures()),
        enforcing(gateway, base.enforcingGatewayFailures()),
        local.filter(n -> n > 0).orElse(base.localOriginFailures()),
        base.enforcingLocalOriginFailures());
  }

  private static Optional<Integer> count(Fields fields, String name) {
    return fields.read(name, v -> v.integer(0, Integer.MAX_VALUE));
  }

  private static int enforcing(Optional<Integer> count, int absent) {
    return count.map(n -> n > 0 ? 100 : 0).orElse(absent);
  }

  private static Ejection ejection(Fields fields, Ejection base) {
    Duration time = fields.read("baseEjectionTime", Value::positiveDuration).orElse(base.base());
    int percent = fields.integer("maxEjectionPercent", 0, 0, 100);
    return new Ejection(
        fields.read("interval", Value::positiveDuration).orElse(base.interval()),
        time,
        // Envoy: never less than the base.
        time.compareTo(base.max()) > 0 ? time : base.max(),
        base.jitter(),
        percent == 0 ? base.maxPercent() : percent,
        base.alwaysOne(),
        base.healthyCheckUnejects());
  }

  private static RetryBudget retryBudget(Value value) {
    Fields fields = value.fields();
    double percent = fields.read("percent", v -> v.number(0, 100)).orElse(20.0);
    int least = fields.integer("minRetryConcurrency", 3, 0, Integer.MAX_VALUE);
    fields.inapplicable("the budget counts the requests of now", "budgetInterval");
    fields.end();
    return new RetryBudget(percent, least);
  }

  static ClientTls tls(Value value) {
    Fields fields = value.fields();
    Mode mode = fields.read("mode", v -> v.choice(Mode.class, Enum::name)).orElse(Mode.DISABLE);
    String certificate = fields.text("clientCertificate", "");
    String key = fields.text("privateKey", "");
    String credential = fields.text("credentialName", "");
    boolean files = fields.present("clientCertificate", "privateKey", "caCertificates").size() > 0;
    if (!credential.isEmpty() && files) {
      value.error("credentialName stands for the files");
    }
    if (mode == Mode.ISTIO_MUTUAL && (files || !credential.isEmpty())) {
      value.error("with ISTIO_MUTUAL, certificates are not given as files");
    }
    if (mode == Mode.MUTUAL && credential.isEmpty() && (certificate.isEmpty() || key.isEmpty())) {
      value.error("with MUTUAL, clientCertificate and privateKey are needed");
    }
    var tls =
        new ClientTls(
            mode,
            fields.text("sni", ""),
            fields.list("subjectAltNames", Value::text),
            fields.text("caCertificates", ""),
            certificate,
            key,
            credential,
            fields.flag("insecureSkipVerify", false));
    fields.inapplicable("lists of revoked certificates are not supported", "caCrl");
    fields.end();
    return tls;
  }
}
