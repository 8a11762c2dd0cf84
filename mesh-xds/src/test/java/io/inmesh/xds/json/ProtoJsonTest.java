package io.inmesh.xds.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.route.v3.RouteConfiguration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtoJsonTest {
  private final ProtoJson json = new ProtoJson();

  @Test
  void bothSpellingsOfNames() {
    for (String text :
        List.of(
            "{\"connect_timeout\": \"1.5s\", \"lb_policy\": \"RING_HASH\"}",
            "{\"connectTimeout\": \"1.500s\", \"lbPolicy\": 2}")) {
      Cluster cluster = (Cluster) json.resource(Resource.Type.CLUSTER, ProtoJson.parse(text));
      assertThat(cluster.getConnectTimeout())
          .isEqualTo(Duration.newBuilder().setSeconds(1).setNanos(500_000_000).build());
      assertThat(cluster.getLbPolicy()).isEqualTo(Cluster.LbPolicy.RING_HASH);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"nmae": "x"} | nmae: unknown field of envoy.config.cluster.v3.Cluster
          {"name": 5} | name: must be a string; put it in quotes
          {"name": "x", "circuit_breakers": {"thresholds": [{}, {"max_retries": "a"}]}} \
          | circuit_breakers.thresholds[1].max_retries: must be a whole number
          {"circuit_breakers": {"thresholds": {}}} | circuit_breakers.thresholds: must be a list
          {"circuit_breakers": []} \
          | circuit_breakers: must be an object (envoy.config.cluster.v3.CircuitBreakers)
          {"lb_policy": "NOPE"} | lb_policy: is no value of envoy.config.cluster.v3.Cluster.LbPolicy
          {"connect_timeout": 5} | connect_timeout: must be a string; put it in quotes
          {"connect_timeout": "5"} \
          | connect_timeout: must be a duration in seconds, for instance "1.5s"
          {"type": "EDS", "cluster_type": {"name": "x"}} \
          | cluster_type: only one may be given of this and type
          {"type": "EDS", "@type": "a/envoy.config.route.v3.Route"} \
          | @type: must be envoy.config.cluster.v3.Cluster here
          {"transport_socket": {"typed_config": {"@type": "a/b.C"}}} \
          | transport_socket.typed_config.@type: unknown type b.C
          {"transport_socket": {"typed_config": {"x": 1}}} \
          | transport_socket.typed_config: needs "@type", the type of the message
          {"ring_hash_lb_config": {"minimum_ring_size": 1.5}} \
          | ring_hash_lb_config.minimum_ring_size: must be a whole number, in quotes if it is large
          {"respect_dns_ttl": "yes"} | respect_dns_ttl: must be true or false
          {"max_requests_per_connection": 4294967296} \
          | max_requests_per_connection: must be from 0 to 4294967295
          """)
  void whatIsWrongAndWhere(String text, String message) {
    assertThatThrownBy(() -> json.resource(Resource.Type.CLUSTER, ProtoJson.parse(text)))
        .isInstanceOf(ProtoJsonException.class)
        .hasMessage(message);
  }

  @Test
  void pathsAsTheInputSpellsThem() {
    Object value = Map.of("virtualHosts", List.of(Map.of(), Map.of("domain", List.of())));
    assertThatThrownBy(() -> json.resource(Resource.Type.ROUTES, value))
        .isInstanceOfSatisfying(
            ProtoJsonException.class,
            wrong -> {
              assertThat(wrong.path()).containsExactly("virtualHosts", 1, "domain");
              assertThat(wrong.field()).isEqualTo("virtualHosts[1].domain");
            });
  }

  @Test
  void valuesOfYaml() {
    Map<String, Object> value =
        Map.of(
            "@type",
            "type.googleapis.com/envoy.config.cluster.v3.Cluster",
            "name",
            "c",
            "max_requests_per_connection",
            7L,
            "metadata",
            Map.of(
                "filter_metadata",
                Map.of("n", Map.of("a", 1L, "b", Arrays.asList(true, null), "c", 2.5))));
    Cluster cluster = (Cluster) json.resource(value);
    assertThat(cluster.getMaxRequestsPerConnection().getValue()).isEqualTo(7);
    var fields = cluster.getMetadata().getFilterMetadataOrThrow("n").getFieldsMap();
    assertThat(fields.get("a").getNumberValue()).isEqualTo(1);
    assertThat(fields.get("b").getListValue().getValues(1).hasNullValue()).isTrue();
    assertThat(json.resource(ProtoJson.parse(withType(json.print(cluster))))).isEqualTo(cluster);
  }

  private static String withType(String text) {
    return text.replaceFirst(
        "\\{", "{\"@type\": \"type.googleapis.com/envoy.config.cluster.v3.Cluster\",");
  }

  @Test
  void wellKnownTypesInsideAny() {
    Object value =
        ProtoJson.parse(
            """
            {"name": "r", "typed_per_filter_config": {
              "a": {"@type": "type.googleapis.com/google.protobuf.Struct", "value": {"x": [1]}},
              "b": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "3s"},
              "c": {"@type": "type.googleapis.com/google.protobuf.Empty"}}}
            """);
    RouteConfiguration routes = (RouteConfiguration) json.resource(Resource.Type.ROUTES, value);
    var struct = routes.getTypedPerFilterConfigOrThrow("a");
    assertThat(struct.getTypeUrl()).endsWith("google.protobuf.Struct");
    assertThat(struct.getValue()).isNotEmpty();
    assertThat(ProtoJson.parse(json.print(routes))).isEqualTo(value);
  }

  @Test
  void nullIsAbsent() {
    Cluster cluster =
        (Cluster)
            json.resource(Resource.Type.CLUSTER, ProtoJson.parse("{\"circuit_breakers\": null}"));
    assertThat(cluster).isEqualTo(Cluster.getDefaultInstance());
  }

  @Test
  void noResource() {
    assertThatThrownBy(() -> json.resource(Map.of("name", "x")))
        .isInstanceOf(ProtoJsonException.class)
        .hasMessageContaining("@type");
    assertThatThrownBy(() -> ProtoJson.parse("{")).isInstanceOf(ProtoJsonException.class);
  }
}
