package io.inmesh.config;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Envoy 1.40 took and refused. */
class FormatCommandsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "100%%",
        "%PROTOCOL%",
        "%PROTOCOL()%",
        "%REQ(:METHOD)%-%REQ(:PATH)%",
        "%REQ(x-a?:path):3%",
        "%REQ(?b)%",
        "%REQ(a?)%",
        "%REQ(a):0%",
        "%PATH%",
        "%PATH:5%",
        "%PATH(NQ:ORIG)%",
        "%PATH(:ORIG)%",
        "%QUERY_PARAMS(ORIG)%",
        "%QUERY_PARAM(a:b)%",
        "%COMMON_DURATION(DS_RX_BEG:US_TX_BEG:ms)%",
        "%GRPC_STATUS(NUMBER)%",
        "%METADATA(CLUSTER)%",
        "%METADATA(VIRTUAL_HOST:a:b)%",
        "%FILTER_STATE(k:FIELD:a)%",
        "%ENVIRONMENT(MESH_ENV):3%",
        "%DYNAMIC_METADATA(a:b:c):4%",
        "%START_TIME(%Y/%m)%",
        "%RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%"
      })
  void taken(String source) {
    FormatCommands.check(Format.parse(source));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%NOPE%",
        "%REQ_WITHOUT_QUERY(x)%",
        "%REQ%",
        "%REQ()%",
        "%REQ(a?b?c)%",
        "%REQ(a b)%",
        "%REQ(x:y)%",
        "%PROTOCOL(x)%",
        "%PROTOCOL:5%",
        "%START_TIME:5%",
        "%UPSTREAM_METADATA%",
        "%UPSTREAM_METADATA(x):5%",
        "%ENVIRONMENT:5%",
        "%PATH(XX)%",
        "%PATH(WQ:XX)%",
        "%METADATA(XX:m)%",
        "%GRPC_STATUS(x)%",
        "%COMMON_DURATION(x)%",
        "%FILTER_STATE(x:y)%"
      })
  void refused(String source) {
    Format format = Format.parse(source);
    assertThatIllegalArgumentException().isThrownBy(() -> FormatCommands.check(format));
  }
}
