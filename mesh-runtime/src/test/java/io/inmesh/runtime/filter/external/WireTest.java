package io.inmesh.runtime.filter.external;

import static net.jqwik.api.Combinators.combine;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.inmesh.config.Metadata;
import io.inmesh.proto.envoy.config.core.v3.HeaderValue;
import io.inmesh.proto.envoy.config.core.v3.HeaderValueOption;
import io.inmesh.proto.envoy.config.core.v3.QueryParameter;
import io.inmesh.proto.envoy.service.ratelimit.v3.RateLimitResponse;
import io.inmesh.runtime.filter.wire.WireReader;
import io.inmesh.runtime.filter.wire.WireValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** The wire format that is read and written by hand is that of the generated messages. */
class WireTest {
  private static Arbitrary<String> text() {
    return Arbitraries.strings().ofMaxLength(4).withChars("abX:-é");
  }

  private static Arbitrary<Value> value(int depth) {
    Arbitrary<Value> plain =
        Arbitraries.oneOf(
            text().map(text -> Value.newBuilder().setStringValue(text).build()),
            Arbitraries.doubles().map(number -> Value.newBuilder().setNumberValue(number).build()),
            Arbitraries.of(true, false).map(is -> Value.newBuilder().setBoolValue(is).build()),
            Arbitraries.just(Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build()));
    if (depth == 0) {
      return plain;
    }
    return Arbitraries.oneOf(
        plain,
        struct(depth - 1).map(struct -> Value.newBuilder().setStructValue(struct).build()),
        value(depth - 1)
            .list()
            .ofMaxSize(3)
            .map(
                all ->
                    Value.newBuilder()
                        .setListValue(ListValue.newBuilder().addAllValues(all))
                        .build()));
  }

  private static Arbitrary<Struct> struct(int depth) {
    return Arbitraries.maps(text(), value(depth))
        .ofMaxSize(3)
        .map(fields -> Struct.newBuilder().putAllFields(fields).build());
  }

  @Provide
  Arbitrary<Struct> structs() {
    return struct(2);
  }

  private static Object plain(Value value) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> value.getStringValue();
      case NUMBER_VALUE -> value.getNumberValue();
      case BOOL_VALUE -> value.getBoolValue();
      case STRUCT_VALUE -> plain(value.getStructValue());
      case LIST_VALUE ->
          value.getListValue().getValuesList().stream().map(WireTest::plain).toList();
      default -> Metadata.NULL;
    };
  }

  private static Map<String, Object> plain(Struct struct) {
    var plain = new HashMap<String, Object>();
    struct.getFieldsMap().forEach((name, value) -> plain.put(name, plain(value)));
    return plain;
  }

  @Property(tries = 200, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void structsAreReadAndWritten(@ForAll("structs") Struct struct) throws Exception {
    Map<String, Object> read = WireValue.struct(WireReader.of(struct.toByteArray()));
    assertThat(read).isEqualTo(plain(struct));
    assertThat(Struct.parseFrom(WireValue.struct(read).toBytes())).isEqualTo(struct);
  }

  private static Arbitrary<HeaderValueOption> option() {
    return combine(
            text(), text(), Arbitraries.of(true, false).optional(), Arbitraries.of(0, 1, 2, 3))
        .as(
            (name, value, append, action) -> {
              var option =
                  HeaderValueOption.newBuilder()
                      .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                      .setAppendActionValue(action);
              append.ifPresent(is -> option.setAppend(BoolValue.of(is)));
              return option.build();
            });
  }

  @Provide
  Arbitrary<io.inmesh.proto.envoy.service.auth.v3.CheckResponse> checks() {
    Arbitrary<List<HeaderValueOption>> options = option().list().ofMaxSize(3);
    return combine(
            Arbitraries.of(0, 7, 16),
            Arbitraries.of(0, 1, 2, 3),
            options,
            options,
            text().list().ofMaxSize(2),
            text(),
            Arbitraries.of(0, 401, 503),
            struct(1))
        .as(
            (code, kind, headers, more, names, body, status, metadata) -> {
              var response = io.inmesh.proto.envoy.service.auth.v3.CheckResponse.newBuilder();
              response.getStatusBuilder().setCode(code).setMessage(body);
              if (kind == 1) {
                var ok = response.getOkResponseBuilder().addAllHeaders(headers);
                ok.addAllResponseHeadersToAdd(more).addAllHeadersToRemove(names);
                ok.addAllQueryParametersToRemove(names);
                names.forEach(
                    name -> ok.addQueryParametersToSet(QueryParameter.newBuilder().setKey(name)));
              } else if (kind > 1) {
                var denied =
                    kind == 2
                        ? response.getDeniedResponseBuilder()
                        : response.getErrorResponseBuilder();
                denied.addAllHeaders(headers).setBody(body);
                denied.getStatusBuilder().setCodeValue(status);
              }
              return response.setDynamicMetadata(metadata).build();
            });
  }

  private static List<Field> fields(List<HeaderValueOption> options, boolean appended) {
    var fields = new ArrayList<Field>();
    for (HeaderValueOption option : options) {
      if (option.getAppend().getValue() == appended) {
        fields.add(new Field(option.getHeader().getKey(), option.getHeader().getValue()));
      }
    }
    return fields;
  }

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void decisionsAreRead(
      @ForAll("checks") io.inmesh.proto.envoy.service.auth.v3.CheckResponse response) {
    Decision decision = CheckResponse.decision(response.toByteArray());
    boolean ok = response.getStatus().getCode() == 0;
    boolean error = !ok && response.hasErrorResponse();
    assertThat(decision.kind)
        .isEqualTo(ok ? Decision.Kind.OK : error ? Decision.Kind.ERROR : Decision.Kind.DENIED);
    assertThat(decision.metadata).isEqualTo(plain(response.getDynamicMetadata()));
    if (ok) {
      var said = response.getOkResponse();
      assertThat(decision.set).isEqualTo(fields(said.getHeadersList(), false));
      assertThat(decision.append).isEqualTo(fields(said.getHeadersList(), true));
      assertThat(decision.remove).isEqualTo(said.getHeadersToRemoveList());
      assertThat(decision.queryRemove).isEqualTo(said.getQueryParametersToRemoveList());
      assertThat(decision.querySet).hasSize(said.getQueryParametersToSetCount());
      int changes =
          decision.responseAdd.size()
              + decision.responseSet.size()
              + decision.responseAddIfAbsent.size()
              + decision.responseOverwrite.size();
      assertThat(changes).isEqualTo(said.getResponseHeadersToAddCount());
    } else {
      var said = error ? response.getErrorResponse() : response.getDeniedResponse();
      int status = said.getStatus().getCodeValue();
      assertThat(decision.status).isEqualTo(status > 0 ? status : error ? 0 : 403);
      assertThat(decision.body).isEqualTo(said.getBody());
      assertThat(decision.set).isEqualTo(fields(said.getHeadersList(), false));
    }
  }

  @Provide
  Arbitrary<RateLimitResponse> limits() {
    return combine(
            Arbitraries.of(0, 1, 2),
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().between(0, 9),
            text(),
            text(),
            struct(1))
        .as(
            (code, requests, remaining, name, body, metadata) -> {
              var response = RateLimitResponse.newBuilder().setOverallCodeValue(code);
              var status = response.addStatusesBuilder().setLimitRemaining(remaining);
              status.setDurationUntilReset(Duration.newBuilder().setSeconds(requests));
              if (requests > 0) {
                status
                    .getCurrentLimitBuilder()
                    .setRequestsPerUnit(requests)
                    .setUnit(RateLimitResponse.RateLimit.Unit.MINUTE)
                    .setName(name);
              }
              response.addResponseHeadersToAdd(HeaderValue.newBuilder().setKey(name));
              response.addRequestHeadersToAdd(HeaderValue.newBuilder().setValue(body));
              return response
                  .setRawBody(ByteString.copyFromUtf8(body))
                  .setDynamicMetadata(metadata)
                  .build();
            });
  }

  @Property(tries = 200, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void limitsAreRead(@ForAll("limits") RateLimitResponse response) {
    RateLimitAnswer answer = RateLimitAnswer.read(response.toByteArray());
    var status = response.getStatuses(0);
    var limit = status.getCurrentLimit();
    assertThat(answer).isNotNull();
    assertThat(answer.overLimit()).isEqualTo(response.getOverallCodeValue() == 2);
    assertThat(answer.statuses())
        .containsExactly(
            new RateLimitAnswer.Status(
                status.hasCurrentLimit()
                    ? new RateLimitAnswer.Limit(limit.getRequestsPerUnit(), 60, limit.getName())
                    : null,
                status.getLimitRemaining(),
                status.getDurationUntilReset().getSeconds()));
    assertThat(answer.responseHeaders())
        .containsExactly(new Field(response.getResponseHeadersToAdd(0).getKey(), ""));
    assertThat(answer.requestHeaders())
        .containsExactly(new Field("", response.getRequestHeadersToAdd(0).getValue()));
    assertThat(answer.body()).isEqualTo(response.getRawBody().toByteArray());
    assertThat(answer.metadata()).isEqualTo(plain(response.getDynamicMetadata()));
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void hostileBytesAreAnErrorAtMost(@ForAll byte[] bytes) {
    assertThat(CheckResponse.decision(bytes)).isNotNull();
    RateLimitAnswer.read(bytes);
    WireValue.read(bytes);
  }
}
