package io.inmesh.runtime.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.config.Filters.HeaderToMetadata;
import io.inmesh.config.Filters.Rule;
import io.inmesh.config.Filters.Value;
import io.inmesh.config.Filters.ValueType;
import io.inmesh.config.Metadata;
import io.inmesh.config.Regex;
import io.inmesh.config.RegexRewrite;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderToMetadataFilterTest {
  private final Map<String, Object> metadata = new HashMap<>();
  private Headers headers = new Headers();
  private int cleared;

  private final Call call =
      (Call)
          Proxy.newProxyInstance(
              Call.class.getClassLoader(),
              new Class<?>[] {Call.class},
              (proxy, method, arguments) -> {
                switch (method.getName()) {
                  case "headers", "editHeaders":
                    return headers;
                  case "putMetadata":
                    return metadata.put(arguments[0] + "/" + arguments[1], arguments[2]);
                  case "clearRoute":
                    return cleared++ < 0;
                  default:
                    throw new UnsupportedOperationException(method.getName());
                }
              });

  private static Value value(String key, String fixed, ValueType type, boolean base64) {
    return new Value("m", key, fixed, Optional.empty(), type, base64);
  }

  private static Rule present(String header, Value value, boolean remove) {
    return new Rule(header, "", Optional.of(value), Optional.empty(), remove);
  }

  private void request(Rule... rules) {
    new HeaderToMetadataFilter(new HeaderToMetadata(List.of(rules), List.of())).onRequest(call);
  }

  @Test
  void aHeaderBecomesMetadataAndMayBeTakenOut() {
    headers = Headers.of("x-a", "1", "x-a", "2", "x-b", "3");
    request(
        present("x-a", value("a", "", ValueType.STRING, false), true),
        present("x-b", value("b", "fixed", ValueType.STRING, false), false),
        present("x-c", value("c", "", ValueType.STRING, false), true));
    assertThat(metadata).containsOnly(Map.entry("m/a", "1,2"), Map.entry("m/b", "fixed"));
    assertThat(headers).isEqualTo(Headers.of("x-b", "3"));
    assertThat(cleared).as("the route stays as it was chosen, as measured in Envoy").isZero();
  }

  @Test
  void whatIsMissingHasItsOwnValue() {
    var rule =
        new Rule(
            "x-a",
            "",
            Optional.of(value("a", "", ValueType.STRING, false)),
            Optional.of(value("a", "none", ValueType.STRING, false)),
            false);
    request(rule);
    assertThat(metadata).containsOnly(Map.entry("m/a", "none"));
  }

  @Test
  void nothingChangesNoRoute() {
    headers = Headers.of("x-a", "");
    request(present("x-a", value("a", "", ValueType.STRING, false), false));
    assertThat(metadata).isEmpty();
    assertThat(cleared).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1.5, 1.5", "' 7 ', 7.0", "seven,"})
  void numbers(String text, Double number) {
    headers = Headers.of("x-n", text);
    request(present("x-n", value("n", "", ValueType.NUMBER, false), false));
    assertThat(metadata.get("m/n")).isEqualTo(number);
  }

  @Test
  void base64() {
    headers = Headers.of("x-a", "aGk=", "x-b", "not base64!");
    request(
        present("x-a", value("a", "", ValueType.STRING, true), false),
        present("x-b", value("b", "", ValueType.STRING, true), false));
    assertThat(metadata).containsOnly(Map.entry("m/a", "hi"));
  }

  @Test
  void aRewriteKeepsGroups() {
    var rewrite = new RegexRewrite(new Regex("^/([a-z]+)/.*$"), "\\1$x");
    var to = new Value("", "k", "", Optional.of(rewrite), ValueType.STRING, false);
    headers = Headers.of("x-p", "/cart/7");
    request(present("x-p", to, false));
    assertThat(metadata)
        .containsOnly(Map.entry("envoy.filters.http.header_to_metadata/k", "cart$x"));
  }

  @Test
  void aCookieBecomesMetadata() {
    headers = Headers.of("cookie", "a=1; session=\"abc\"; session=no");
    request(
        new Rule(
            "",
            "session",
            Optional.of(value("s", "", ValueType.STRING, false)),
            Optional.empty(),
            false));
    assertThat(metadata).containsOnly(Map.entry("m/s", "abc"));
  }

  @Test
  void aSerializedValueIsRead() {
    byte[] number =
        ByteBuffer.allocate(9)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 0x11)
            .putDouble(2.5)
            .array();
    byte[] list = {0x32, 8, 0x0a, 2, 0x20, 1, 0x0a, 2, 0x08, 0};
    byte[] struct = {0x2a, 9, 0x0a, 7, 0x0a, 1, 'k', 0x12, 2, 0x20, 1};
    assertThat(written(number)).isEqualTo(2.5);
    assertThat(written(new byte[] {0x1a, 2, 'h', 'i'})).isEqualTo("hi");
    assertThat(written(list)).isEqualTo(List.of(true, Metadata.NULL));
    assertThat(written(struct)).isEqualTo(Map.of("k", true));
    assertThat(written(new byte[] {0x1a, 9, 'h'})).isNull();
    assertThat(written(new byte[] {(byte) 0xff})).isNull();
  }

  private Object written(byte[] bytes) {
    metadata.clear();
    headers = Headers.of("x-v", Base64.getEncoder().encodeToString(bytes));
    request(present("x-v", value("v", "", ValueType.PROTOBUF_VALUE, true), false));
    return metadata.get("m/v");
  }

  @Test
  void responsesHaveRulesOfTheirOwn() {
    var rule = present("x-r", value("r", "", ValueType.STRING, false), true);
    var filter = new HeaderToMetadataFilter(new HeaderToMetadata(List.of(), List.of(rule)));
    Headers response = Headers.of("x-r", "1");
    filter.onResponse(call, 200, response);
    assertThat(metadata).containsOnly(Map.entry("m/r", "1"));
    assertThat(response.size()).isZero();
    assertThat(cleared).isZero();
  }
}
