package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.inmesh.config.Action;
import io.inmesh.config.Balancing;
import io.inmesh.config.Cluster;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.Secret;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.UpstreamTls;
import io.inmesh.identity.Pem;
import io.inmesh.xds.json.ProtoJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderTest {
  private static final String TLS =
      "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
  private static final ProtoJson JSON = new ProtoJson();

  private final Decoder decoder = new Decoder();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"weighted_clusters": {"clusters": [{"name": "a", "weight": 0}]}} \
          | weighted_clusters: total weight is zero
          {"cluster": ""}                                 | cluster: must not be empty
          {"cluster": "a", "timeout": "-1s"}              | timeout: must not be negative
          {"cluster": "a", "hash_policy": [{"terminal": true}]} | hash_policy[0]: no policy is given
          {"cluster": "a", "regex_rewrite": {"pattern": {"regex": "a{2000}"}}} \
          | regex_rewrite.pattern.regex: invalid repetition size: {2000}
          {"cluster": "a", "retry_policy": {"retry_back_off": {}}} \
          | retry_policy.retry_back_off.base_interval: is missing
          {"cluster": "a", "path_rewrite": "%NOPE%"} \
          | path_rewrite: unknown format command %NOPE%
          """)
  void refusalsNameTheField(String action, String message) {
    Decoded decoded = decode(Resource.Type.ROUTES, routes(action));
    assertThat(decoded).isInstanceOf(Decoded.Refused.class);
    Decoded.Refused refused = (Decoded.Refused) decoded;
    assertThat(refused.name()).isEqualTo("r");
    assertThat(refused.message()).isEqualTo("virtual_hosts[1].routes[0].route." + message);
    assertThatThrownBy(decoded::orThrow)
        .hasMessageContaining("\"r\"")
        .hasMessageContaining(message);
  }

  private static String routes(String action) {
    return "{'name': 'r', 'virtual_hosts': [{'name': 'u', 'domains': ['u']}, {'name': 'v', 'domains':"
            .replace('\'', '"')
        + " [\"*\"], \"routes\": [{\"match\": {\"prefix\": \"/\"}, \"route\": "
        + action
        + "}]}]}";
  }

  @Test
  void tellsWhatIsNotHonoured() throws IOException {
    var message =
        JSON.resource(
            Resource.Type.ROUTES,
            ProtoJson.parse(
                routes(
                    """
                    {"cluster": "a", "flush_timeout": "1s", "retry_policy":
                      {"retry_on": "5xx,nonsense", "refresh_cluster_on_retry": true}}
                    """)));
    var unknown = UnknownFieldSet.Field.newBuilder().addVarint(1).build();
    var more =
        message.toBuilder()
            .setUnknownFields(UnknownFieldSet.newBuilder().addField(4711, unknown).build())
            .build();
    Decoded decoded = decoder.decode(Resource.Type.ROUTES, more.toByteString());
    String route = "virtual_hosts[1].routes[0].route.";
    assertThat(((Decoded.Accepted) decoded).unsupported())
        .containsExactly(
            route + "retry_policy.retry_on: unknown condition nonsense",
            route + "flush_timeout",
            route + "retry_policy.refresh_cluster_on_retry",
            "field number 4711");
  }

  @Test
  void takesOffTheWrapper() {
    var cluster = JSON.resource(Resource.Type.CLUSTER, Map.of("name", "c"));
    var wrapper =
        io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
            .setName("c")
            .setResource(Any.pack(cluster))
            .build();
    assertThat(decoder.decode(Resource.Type.CLUSTER, Any.pack(wrapper)).orThrow().name())
        .isEqualTo("c");
    Decoded wrong = decoder.decode(Resource.Type.ROUTES, Any.pack(cluster));
    assertThat(((Decoded.Refused) wrong).reason()).contains("envoy.config.cluster.v3.Cluster");
    Decoded garbage = decoder.decode(Resource.Type.CLUSTER, ByteString.copyFromUtf8("\u0001x"));
    assertThat(garbage).isInstanceOf(Decoded.Refused.class);
  }

  @Test
  void deprecatedForms() {
    var cluster =
        (Cluster)
            decode(
                    Resource.Type.CLUSTER,
                    """
                    {"name": "c", "http2_protocol_options": {}, "max_requests_per_connection": 7,
                     "common_http_protocol_options": {"idle_timeout": "3s"}}
                    """)
                .orThrow();
    ProtocolOptions protocol = cluster.transport().protocol();
    assertThat(protocol.http()).isEqualTo(ProtocolOptions.Http.HTTP_2);
    assertThat(protocol.maxRequestsPerConnection()).isEqualTo(7);
    assertThat(protocol.idleTimeout()).isEqualTo(Duration.ofSeconds(3));
    Route route =
        onlyRoute(
            """
            {"match": {"prefix": "/", "headers": [{"name": "X-A", "exact_match": "1"},
               {"name": "b", "prefix_match": "p"}, {"name": "c"}]},
             "route": {"cluster": "a", "max_grpc_timeout": "0s",
               "internal_redirect_action": "HANDLE_INTERNAL_REDIRECT"},
             "per_request_buffer_limit_bytes": 9,
             "request_headers_to_add": [{"header": {"key": "Y", "value": "z"}, "append": false}]}
            """);
    assertThat(route.match().headers())
        .extracting(HeaderMatcher::value)
        .containsExactly(
            new HeaderMatcher.Text(new StringMatcher.Exact("1", false)),
            new HeaderMatcher.Text(new StringMatcher.Prefix("p", false)),
            new HeaderMatcher.Present(true));
    assertThat(route.match().headers().get(0).name()).isEqualTo("x-a");
    assertThat(route.bufferLimit()).contains(9L);
    assertThat(route.mutations().requestAdd().get(0).append())
        .isEqualTo(io.inmesh.config.HeaderMutations.Append.OVERWRITE_IF_EXISTS_OR_ADD);
    Action.Forward forward = (Action.Forward) route.action();
    assertThat(forward.timeouts().maxGrpc()).contains(Duration.ZERO);
    assertThat(forward.internalRedirect()).isPresent();
  }

  @Test
  void routesThatFilterStateMustMatchAreLeftOut() {
    String json =
        routes("{\"cluster\": \"a\"}")
            .replace(
                "\"prefix\": \"/\"", "\"prefix\": \"/\", \"filter_state\": [{\"key\": \"k\"}]");
    Decoded decoded = decode(Resource.Type.ROUTES, json);
    assertThat(((RouteConfiguration) decoded.orThrow()).virtualHosts().get(1).routes()).isEmpty();
    assertThat(((Decoded.Accepted) decoded).unsupported()).hasSize(1);
  }

  @Test
  void firstKnownBalancingPolicy() {
    Decoded decoded =
        decode(
            Resource.Type.CLUSTER,
            """
            {"name": "c", "load_balancing_policy": {"policies": [
              {"typed_extension_config": {"name": "x", "typed_config":
                {"@type": "type.googleapis.com/xds.type.v3.TypedStruct", "type_url": "a.b/Own"}}},
              {"typed_extension_config": {"name": "w", "typed_config":
                {"@type": "type.googleapis.com/envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality",
                 "endpoint_picking_policy": {"policies": [{"typed_extension_config": {"name": "r",
                   "typed_config": {"@type": "type.googleapis.com/xds.type.v3.TypedStruct",
                     "type_url": "type.googleapis.com/envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest",
                     "value": {"choiceCount": 5}}}}]}}}}]}}
            """);
    Balancing balancing = ((Cluster) decoded.orThrow()).balancing();
    assertThat(balancing.locality()).isInstanceOf(Balancing.Weighted.class);
    assertThat(((Balancing.LeastRequest) balancing.policy()).choices()).isEqualTo(5);
    assertThat(((Decoded.Accepted) decoded).unsupported())
        .containsExactly("load_balancing_policy.policies[0]: unknown policy Own");
  }

  @Test
  void unknownFilters() {
    String filter =
        "{\"name\": \"%s\", %s \"typed_config\": {\"@type\": \"type.googleapis.com/%s\"}}";
    String lua = "envoy.extensions.filters.http.set_metadata.v3.Config";
    assertThat(listener(filter.formatted("own", "", lua)))
        .isInstanceOfSatisfying(
            Decoded.Refused.class,
            refused ->
                assertThat(refused.message())
                    .isEqualTo(
                        "api_listener.api_listener.http_filters[0].typed_config: unknown filter"
                            + " type "
                            + lua));
    Decoded optional = listener(filter.formatted("own", "\"is_optional\": true,", lua));
    assertThat(((Decoded.Accepted) optional).unsupported()).hasSize(1);
    Decoded passive = listener(filter.formatted("istio.stats", "", lua));
    assertThat(passive).isInstanceOf(Decoded.Accepted.class);
  }

  private Decoded listener(String filter) {
    String types = "type.googleapis.com/envoy.extensions.filters.";
    return decode(
        Resource.Type.LISTENER,
        """
        {"name": "l", "api_listener": {"api_listener": {"@type": "%snetwork.http_connection_manager.v3.HttpConnectionManager",
          "rds": {"route_config_name": "r"}, "http_filters": [%s,
            {"name": "router", "typed_config": {"@type": "%shttp.router.v3.Router"}}]}}}
        """
            .formatted(types, filter, types));
  }

  @Test
  void filesOnlyIfAllowed(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("roots.pem");
    Files.writeString(file, Pem.ofCertificates(Keys.ROOTS.authorities().get("")));
    String json =
        """
        {"name": "s", "validation_context": {"trusted_ca": {"filename": "%s"}}}
        """
            .formatted(file);
    Decoded refused = decode(Resource.Type.SECRET, json);
    assertThat(((Decoded.Refused) refused).field())
        .isEqualTo("validation_context.trusted_ca.filename");
    var allowed =
        new Decoder(
            Extensions.standard(), DecoderOptions.DEFAULT.withFiles(Set.of(file.toString())));
    Decoded read = allowed.decode(JSON.resource(Resource.Type.SECRET, ProtoJson.parse(json)));
    assertThat(((Secret) read.orThrow()).authorities()).contains(Keys.ROOTS);
  }

  @Test
  void keysAreNeverShown() {
    Decoded decoded =
        decode(
            Resource.Type.SECRET,
            """
            {"name": "s", "tls_certificate": {"certificate_chain": {"inline_string": "%s"},
             "private_key": {"inline_string": "-----BEGIN PRIVATE KEY-----\\nc2VjcmV0\\n-----END PRIVATE KEY-----"}}}
            """
                .formatted(Pem.ofCertificates(Keys.PAIR.chain()).replace("\n", "\\n")));
    assertThat(((Decoded.Refused) decoded).message())
        .startsWith("tls_certificate.private_key")
        .doesNotContain("c2VjcmV0")
        .doesNotContain("secret");
  }

  @Test
  void ownIdentityWhateverServesIt() {
    for (String context :
        List.of(
            "\"tls_certificate_sds_secret_configs\": [{\"name\": \"default\"}]",
            "\"tls_certificate_provider_instance\": {\"instance_name\": \"x\"}",
            "\"tls_certificate_certificate_provider_instance\":"
                + " {\"certificate_name\": \"default\"}")) {
      Cluster cluster =
          (Cluster)
              decode(
                      Resource.Type.CLUSTER,
                      """
                      {"name": "c", "transport_socket": {"name": "tls", "typed_config":
                        {"@type": "%s", "common_tls_context": {%s}}}}
                      """
                          .formatted(TLS, context))
                  .orThrow();
      assertThat(((UpstreamTls) cluster.transport().socket()).common().certificate())
          .contains(new TransportSocket.Local("default"));
    }
  }

  private Route onlyRoute(String route) {
    String json =
        "{\"name\": \"r\", \"virtual_hosts\": [{\"name\": \"v\", \"domains\": [\"*\"],"
            + " \"routes\": ["
            + route
            + "]}]}";
    RouteConfiguration routes = (RouteConfiguration) decode(Resource.Type.ROUTES, json).orThrow();
    return routes.virtualHosts().get(0).routes().get(0);
  }

  private Decoded decode(Resource.Type type, String json) {
    return decoder.decode(JSON.resource(type, ProtoJson.parse(json)));
  }
}
