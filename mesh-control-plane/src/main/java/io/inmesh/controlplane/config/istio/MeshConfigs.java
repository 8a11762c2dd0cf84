package io.inmesh.controlplane.config.istio;

import io.inmesh.config.ExternalAuthorization.BodyLimit;
import io.inmesh.config.ExternalAuthorization.Failure;
import io.inmesh.controlplane.config.model.MeshBuilder;
import io.inmesh.controlplane.config.model.MeshConfig;
import io.inmesh.controlplane.config.model.MeshConfig.Authorizer;
import io.inmesh.controlplane.config.model.MeshConfig.OverHttp;
import io.inmesh.controlplane.config.model.TrafficPolicy.Localities;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import io.inmesh.controlplane.config.yaml.YamlText;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Reads Istio's MeshConfig, where Istio keeps it: as text in the ConfigMap {@code istio}. What is
 * not applied is warned of, as a mesh's whole config stands there.
 */
final class MeshConfigs {
  private static final Set<String> APPLIED =
      Set.of("enableAutoMtls", "outboundTrafficPolicy", "localityLbSetting", "extensionProviders");

  /** Istio's timeout of a service over HTTP or gRPC, where none is given. */
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  private static final int DEFAULT_BODY = 1024;

  private MeshConfigs() {}

  /** Whether a document is the ConfigMap of a mesh. */
  static boolean is(Value document) {
    Fields top = document.fields();
    return top.text("kind", "").equals("ConfigMap")
        && top.read("metadata", m -> m.fields().text("name", "")).orElse("").equals("istio");
  }

  static void read(Value document, MeshBuilder mesh) {
    document.document().name("ConfigMap istio");
    Optional<Value> text = document.fields().find("data").flatMap(d -> d.fields().find("mesh"));
    text.ifPresent(
        value -> {
          String name = document.document().file() + " (data.mesh)";
          YamlText.read(name, value.text(), document.document().problems())
              .forEach(config -> config(config, mesh));
        });
  }

  private static void config(Value value, MeshBuilder mesh) {
    value.document().name("MeshConfig");
    Fields fields = value.fields();
    mesh.config(
        new MeshConfig(
            fields.flag("enableAutoMtls", true),
            fields.read("outboundTrafficPolicy", Sidecars::registryOnly).orElse(false),
            fields.read("localityLbSetting", LoadBalancers::localities).orElse(Localities.NONE),
            fields.list("extensionProviders", MeshConfigs::authorizer).stream()
                .flatMap(Optional::stream)
                .toList()));
    value
        .entries()
        .forEach(
            (name, entry) -> {
              if (!APPLIED.contains(name)) {
                entry.warn("is not applied");
              }
            });
  }

  /** Empty for one that is for something else. */
  private static Optional<Authorizer> authorizer(Value value) {
    Fields fields = value.fields();
    String name = fields.required("name").map(Value::text).orElse("");
    Optional<Authorizer> grpc =
        fields.find("envoyExtAuthzGrpc").map(one -> authorizer(name, one, false));
    Optional<Authorizer> http =
        fields.find("envoyExtAuthzHttp").map(one -> authorizer(name, one, true));
    if (grpc.isEmpty() && http.isEmpty()) {
      value.warn("is not applied: only envoyExtAuthzGrpc and envoyExtAuthzHttp are");
    }
    return grpc.or(() -> http);
  }

  private static Authorizer authorizer(String name, Value value, boolean overHttp) {
    Fields fields = value.fields();
    String service = fields.required("service").map(Value::text).orElse("");
    int port = fields.integer("port", 0, 1, 65535);
    if (port == 0) {
      value.error("the field port is missing");
    }
    boolean open = fields.flag("failOpen", false);
    int status = fields.read("statusOnError", MeshConfigs::status).orElse(403);
    var made =
        new Authorizer(
            name,
            service.substring(service.indexOf('/') + 1).toLowerCase(java.util.Locale.ROOT),
            port,
            fields.duration("timeout", TIMEOUT),
            overHttp ? Optional.of(http(fields)) : Optional.empty(),
            fields.read("includeRequestBodyInCheck", MeshConfigs::body),
            new Failure(open, false, status),
            fields.flag("clearRouteCache", false));
    fields.end();
    return made;
  }

  private static int status(Value value) {
    String text = value.textOrNumber();
    int status = text.matches("[1-5][0-9]{2}") ? Integer.parseInt(text) : 0;
    if (status == 0) {
      value.error("must be a status code");
    }
    return status;
  }

  private static OverHttp http(Fields fields) {
    return new OverHttp(
        fields.list("includeRequestHeadersInCheck", Value::text),
        fields.text("pathPrefix", ""),
        fields.map("includeAdditionalHeadersInCheck", Value::text),
        fields.list("headersToUpstreamOnAllow", Value::text),
        fields.list("headersToDownstreamOnDeny", Value::text),
        fields.list("headersToDownstreamOnAllow", Value::text));
  }

  private static BodyLimit body(Value value) {
    Fields fields = value.fields();
    var limit =
        new BodyLimit(
            fields.integer("maxRequestBytes", DEFAULT_BODY, 1, Integer.MAX_VALUE),
            fields.flag("allowPartialMessage", false),
            fields.flag("packAsBytes", false));
    fields.end();
    return limit;
  }
}
