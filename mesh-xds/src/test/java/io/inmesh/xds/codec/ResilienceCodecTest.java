package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.inmesh.config.CircuitBreaker;
import io.inmesh.config.Cluster;
import io.inmesh.config.Resource;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResilienceCodecTest {
  private final Decoder decoder = new Decoder();

  private Decoded decode(String values) throws Exception {
    var message = io.inmesh.proto.envoy.config.cluster.v3.Cluster.newBuilder();
    JsonFormat.parser()
        .merge(
            "{\"name\": \"a\", \"type\": \"EDS\", \"eds_cluster_config\": {\"eds_config\":"
                + " {\"ads\": {}}}, \"metadata\": {\"filter_metadata\": {\"io.inmesh.resilience\": "
                + values
                + ", \"other\": {\"a\": 1}}}}",
            message);
    return decoder.decode(Resource.Type.CLUSTER, message.build().toByteString());
  }

  @Test
  void whatIsLeftOutHasResilience4jsDefaults() throws Exception {
    var cluster =
        (Cluster)
            decode("{\"circuit_breaker\": {\"window\": 10, \"open_for\": \"1.5s\"}}").orThrow();
    CircuitBreaker breaker = cluster.resilience().breaker().orElseThrow();
    assertThat(breaker.openFor()).isEqualTo(Duration.ofMillis(1500));
    assertThat(breaker.minimumCalls()).isEqualTo(10);
    assertThat(breaker.failureRate()).isEqualTo(50);
    assertThat(cluster.metadata().byNamespace()).containsOnlyKeys("other");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"circuit_breaker": {"failure_rate": 0}} | circuit_breaker: failure_rate must be above 0, at most 100
          {"circuit_breaker": {"window": 1.5}} | circuit_breaker.window: must be a whole number
          {"circuit_breaker": {"open_for": "soon"}} | circuit_breaker.open_for: must be seconds like 1.5s
          {"circuit_breaker": {"failures": ["5x"]}} | circuit_breaker.failures: unknown failure 5x
          {"circuit_breaker": 1} | circuit_breaker: must be a struct
          {"fallback": {"cluster": "a", "status": 200}} | fallback: must have either cluster or status
          {"fallback": {"status": 99}} | fallback: status must be from 200 to 599
          """)
  void refusalsNameTheField(String values, String message) throws Exception {
    Decoded decoded = decode(values);
    assertThat(decoded).isInstanceOf(Decoded.Refused.class);
    assertThat(((Decoded.Refused) decoded).message())
        .isEqualTo("metadata[io.inmesh.resilience]." + message);
  }
}
