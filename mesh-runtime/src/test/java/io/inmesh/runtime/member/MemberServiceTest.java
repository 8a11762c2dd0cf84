package io.inmesh.runtime.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.config.Address;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemberServiceTest {
  @ParameterizedTest
  @CsvSource({
    "localhost, http, 1, localhost",
    "0.0.0.0, http, 1, 0.0.0.0",
    "'::', http, 1, '::'",
    "10.0.0.1, tcp, 1, tcp",
    "10.0.0.1, http, 0, weight"
  })
  void whatTheControlPlaneWouldRefuseIsRefusedAtOnce(
      String host, String protocol, int weight, String named) {
    assertThatThrownBy(() -> new Member.Service(new Address(host, 80), protocol, Map.of(), weight))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  @Test
  void theRestIsTaken() {
    assertThat(new Member.Service(new Address("::1", 0), "grpc", Map.of(), 2).weight())
        .isEqualTo(2);
  }
}
