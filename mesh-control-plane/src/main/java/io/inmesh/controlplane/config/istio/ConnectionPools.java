package io.inmesh.controlplane.config.istio;

import io.inmesh.config.ProtocolOptions.Http2;
import io.inmesh.controlplane.config.model.TrafficPolicy.ConnectionPool;
import io.inmesh.controlplane.config.model.TrafficPolicy.Http;
import io.inmesh.controlplane.config.model.TrafficPolicy.Tcp;
import io.inmesh.controlplane.config.model.TrafficPolicy.Upgrade;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.time.Duration;
import java.util.Optional;

/** Reads networking.istio.io ConnectionPoolSettings. */
final class ConnectionPools {
  private ConnectionPools() {}

  static ConnectionPool read(Value value) {
    Fields fields = value.fields();
    if (fields.present("tcp", "http").isEmpty()) {
      value.error("tcp or http is missing");
    }
    var pool =
        new ConnectionPool(
            fields.read("tcp", ConnectionPools::tcp).orElse(Tcp.NONE),
            fields.read("http", ConnectionPools::http).orElse(Http.NONE));
    fields.end();
    return pool;
  }

  private static Tcp tcp(Value value) {
    Fields fields = value.fields();
    var tcp =
        new Tcp(
            limit(fields, "maxConnections"),
            fields.read("connectTimeout", Value::positiveDuration),
            fields.read("idleTimeout", Value::positiveDuration),
            fields.read("maxConnectionDuration", Value::positiveDuration));
    fields.inapplicable("keep-alive probes are those of the system", "tcpKeepalive");
    fields.end();
    return tcp;
  }

  private static Http http(Value value) {
    Fields fields = value.fields();
    Upgrade upgrade =
        fields
            .read("h2UpgradePolicy", v -> v.choice(Upgrade.class, Enum::name))
            .orElse(Upgrade.DEFAULT);
    boolean clientProtocol = fields.flag("useClientProtocol", false);
    if (clientProtocol && upgrade == Upgrade.UPGRADE) {
      value.error("useClientProtocol and the h2UpgradePolicy UPGRADE exclude each other");
    }
    var http =
        new Http(
            limit(fields, "http1MaxPendingRequests"),
            limit(fields, "http2MaxRequests"),
            limit(fields, "maxRetries"),
            fields.integer("maxRequestsPerConnection", 0, 0, Integer.MAX_VALUE),
            fields.read("idleTimeout", Value::positiveDuration),
            upgrade,
            clientProtocol,
            http2(fields));
    fields.end();
    return http;
  }

  /** 0 means that nothing is set, as in Istio. */
  private static Optional<Integer> limit(Fields fields, String name) {
    return fields.read(name, v -> v.integer(0, Integer.MAX_VALUE)).filter(limit -> limit > 0);
  }

  private static Optional<Http2> http2(Fields fields) {
    Optional<Integer> streams = limit(fields, "maxConcurrentStreams");
    Optional<Fields> alive = fields.find("http2KeepAlive").map(Value::fields);
    Http2 base = Http2.DEFAULT;
    Duration interval =
        alive
            .flatMap(f -> f.read("interval", Value::positiveDuration))
            .orElse(base.keepAliveInterval());
    Duration timeout =
        alive
            .flatMap(f -> f.read("timeout", Value::positiveDuration))
            .orElse(base.keepAliveTimeout());
    alive.ifPresent(Fields::end);
    if (streams.isEmpty() && alive.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Http2(
            streams.orElse(base.maxConcurrentStreams()),
            base.initialStreamWindow(),
            base.initialConnectionWindow(),
            interval,
            timeout));
  }
}
