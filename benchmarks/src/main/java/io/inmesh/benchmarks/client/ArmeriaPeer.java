package io.inmesh.benchmarks.client;

import com.google.gson.Gson;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.circuitbreaker.CircuitBreaker;
import com.linecorp.armeria.client.circuitbreaker.CircuitBreakerClient;
import com.linecorp.armeria.client.circuitbreaker.CircuitBreakerRule;
import com.linecorp.armeria.client.endpoint.EndpointGroup;
import com.linecorp.armeria.client.endpoint.EndpointSelectionStrategy;
import com.linecorp.armeria.client.retry.RetryConfig;
import com.linecorp.armeria.client.retry.RetryRule;
import com.linecorp.armeria.client.retry.RetryingClient;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.xds.XdsBootstrap;
import com.linecorp.armeria.xds.client.endpoint.XdsHttpPreprocessor;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * Armeria. Words: {@code form=group} with an endpoint group, retries and a circuit breaker, {@code
 * form=xds} with a static xDS bootstrap: a route with a retry policy to a cluster, or {@code
 * form=ads} with {@code plaintext}, a control plane, and {@code authority}.
 */
final class ArmeriaPeer implements Client.Asynchronous {
  private static final String TYPE = "type.googleapis.com/envoy.extensions.filters.";
  private static final int ATTEMPTS = 3;

  private final WebClient client;
  private final String path;
  private final int expected;

  ArmeriaPeer(Target target) throws InvalidProtocolBufferException {
    client =
        switch (target.word("form")) {
          case "group" -> group(target);
          case "xds" -> xds("backend", resources(target));
          default -> xds(target.word("authority") + ":80", plane(target));
        };
    path = target.path();
    expected = target.bytes();
  }

  private static WebClient group(Target target) {
    List<Endpoint> endpoints =
        target.endpoints().stream()
            .map(it -> Endpoint.of(it.getHostString(), it.getPort()))
            .toList();
    var group = EndpointGroup.of(EndpointSelectionStrategy.roundRobin(), endpoints);
    var retries =
        RetryConfig.builder(RetryRule.onServerErrorStatus()).maxTotalAttempts(ATTEMPTS).build();
    return WebClient.builder(SessionProtocol.H1C, group)
        .factory(ClientFactory.ofDefault())
        .decorator(
            CircuitBreakerClient.newDecorator(
                CircuitBreaker.of("backend"), CircuitBreakerRule.onServerErrorStatus()))
        .decorator(RetryingClient.newDecorator(retries))
        .build();
  }

  private static WebClient xds(String listener, Map<String, Object> config)
      throws InvalidProtocolBufferException {
    Bootstrap.Builder bootstrap = Bootstrap.newBuilder();
    JsonFormat.parser()
        .usingTypeRegistry(
            JsonFormat.TypeRegistry.newBuilder()
                .add(HttpConnectionManager.getDescriptor())
                .add(Router.getDescriptor())
                .build())
        .merge(new Gson().toJson(config), bootstrap);
    var preprocessor = XdsHttpPreprocessor.ofListener(listener, XdsBootstrap.of(bootstrap.build()));
    return WebClient.builder(preprocessor).build();
  }

  private static Map<String, Object> resources(Target target) {
    Map<String, Object> route =
        Map.of(
            "match",
            Map.of("prefix", "/"),
            "route",
            Map.of(
                "cluster", "backend", "retry_policy", Map.of("retry_on", "5xx", "num_retries", 2)));
    Map<String, Object> host =
        Map.of("name", "all", "domains", List.of("*"), "routes", List.of(route));
    Map<String, Object> router =
        Map.of(
            "name",
            "envoy.filters.http.router",
            "typed_config",
            Map.of("@type", TYPE + "http.router.v3.Router"));
    Map<String, Object> connection =
        Map.of(
            "@type",
            TYPE + "network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix",
            "backend",
            "route_config",
            Map.of("name", "backend", "virtual_hosts", List.of(host)),
            "http_filters",
            List.of(router));
    Map<String, Object> listener =
        Map.of("name", "backend", "api_listener", Map.of("api_listener", connection));
    return Map.of(
        "static_resources",
        Map.of("listeners", List.of(listener), "clusters", List.of(cluster(target.endpoints()))));
  }

  private static Map<String, Object> plane(Target target) {
    Map<String, Object> ads = Map.of("ads", Map.of());
    Map<String, Object> service = Map.of("envoy_grpc", Map.of("cluster_name", "backend"));
    return Map.of(
        "node",
        Map.of("id", "armeria", "cluster", "web"),
        "dynamic_resources",
        Map.of(
            "ads_config",
            Map.of("api_type", "GRPC", "grpc_services", List.of(service)),
            "cds_config",
            ads,
            "lds_config",
            ads),
        "static_resources",
        Map.of("clusters", List.of(cluster(List.of(Target.address(target.word("plaintext")))))));
  }

  private static Map<String, Object> cluster(List<InetSocketAddress> addresses) {
    List<Map<String, Object>> endpoints =
        addresses.stream().map(it -> endpoint(it.getHostString(), it.getPort())).toList();
    return Map.of(
        "name",
        "backend",
        "type",
        "STATIC",
        "load_assignment",
        Map.of("cluster_name", "backend", "endpoints", List.of(Map.of("lb_endpoints", endpoints))));
  }

  private static Map<String, Object> endpoint(String host, int port) {
    return Map.of(
        "endpoint",
        Map.of("address", Map.of("socket_address", Map.of("address", host, "port_value", port))));
  }

  @Override
  public void call(Done done) {
    var unused =
        client
            .get(path)
            .aggregate()
            .whenComplete(
                (response, failure) ->
                    done.done(
                        failure == null
                            && response.status().equals(HttpStatus.OK)
                            && response.content().length() == expected));
  }
}
