package io.inmesh.cli.replay;

import static io.inmesh.cli.replay.ReplayMesh.map;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.inmesh.proto.envoy.config.core.v3.HeaderValue;
import io.inmesh.proto.envoy.config.core.v3.HeaderValueOption;
import io.inmesh.proto.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.inmesh.proto.envoy.config.core.v3.QueryParameter;
import io.inmesh.proto.envoy.service.auth.v3.CheckResponse;
import io.inmesh.proto.envoy.service.auth.v3.OkHttpResponse;
import io.inmesh.proto.envoy.service.ratelimit.v3.RateLimitResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the recorded service answers to the one question of a case.
 *
 * @param said the script, as recorded
 */
record ExternalScript(Map<?, ?> said) {
  /** What it does: allow, deny, error, timeout, reset, bad, ok, over, unknown. */
  String type() {
    return String.valueOf(said.get("type"));
  }

  int number(String name) {
    return number(said, name);
  }

  private static int number(Map<?, ?> of, String name) {
    return of.get(name) instanceof Number number ? number.intValue() : 0;
  }

  String text(String name) {
    return text(said, name);
  }

  private static String text(Map<?, ?> of, String name) {
    return of.get(name) == null ? "" : String.valueOf(of.get(name));
  }

  /** Pairs of names and values. */
  List<List<String>> pairs(String name) {
    return pairs(said, name);
  }

  private static List<List<String>> pairs(Map<?, ?> of, String name) {
    var pairs = new ArrayList<List<String>>();
    for (Object pair : list(of.get(name))) {
      List<?> both = (List<?>) pair;
      pairs.add(List.of(String.valueOf(both.get(0)), String.valueOf(both.get(1))));
    }
    return pairs;
  }

  private static List<?> list(@Nullable Object json) {
    return json instanceof List<?> list ? list : List.of();
  }

  CheckResponse checkResponse() {
    var response = CheckResponse.newBuilder();
    if (type().equals("allow")) {
      response.getStatusBuilder();
      if (said.get("ok") instanceof Map<?, ?> ok) {
        allow(ok, response.getOkResponseBuilder());
      }
      return response.build();
    }
    int code = number("code");
    response.getStatusBuilder().setCode(code == 0 ? 7 : code);
    if (said.get("denied") instanceof Map<?, ?> denied) {
      var to = response.getDeniedResponseBuilder().setBody(text(denied, "body"));
      if (number(denied, "status") > 0) {
        to.getStatusBuilder().setCodeValue(number(denied, "status"));
      }
      list(denied.get("headers")).forEach(header -> to.addHeaders(option(map(header))));
    }
    return response.build();
  }

  private static void allow(Map<?, ?> ok, OkHttpResponse.Builder to) {
    list(ok.get("headers")).forEach(header -> to.addHeaders(option(map(header))));
    list(ok.get("headers_to_remove")).forEach(name -> to.addHeadersToRemove(name.toString()));
    list(ok.get("response_headers_to_add"))
        .forEach(header -> to.addResponseHeadersToAdd(option(map(header))));
    for (List<String> pair : pairs(ok, "query_parameters_to_set")) {
      to.addQueryParametersToSet(
          QueryParameter.newBuilder().setKey(pair.get(0)).setValue(pair.get(1)));
    }
    list(ok.get("query_parameters_to_remove"))
        .forEach(name -> to.addQueryParametersToRemove(name.toString()));
  }

  private static HeaderValueOption option(Map<?, ?> said) {
    Map<?, ?> header = map(said.get("header"));
    var option = HeaderValueOption.newBuilder();
    option.setHeader(value(List.of(text(header, "key"), text(header, "value"))));
    if (said.get("append") instanceof Boolean append) {
      option.setAppend(BoolValue.of(append));
    }
    String action = text(said, "append_action");
    if (!action.isEmpty()) {
      option.setAppendActionValue(
          switch (action) {
            case "ADD_IF_ABSENT" -> HeaderAppendAction.ADD_IF_ABSENT_VALUE;
            case "OVERWRITE_IF_EXISTS_OR_ADD" ->
                HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD_VALUE;
            case "OVERWRITE_IF_EXISTS" -> HeaderAppendAction.OVERWRITE_IF_EXISTS_VALUE;
            default -> HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD_VALUE;
          });
    }
    return option.build();
  }

  private static HeaderValue value(List<String> pair) {
    return HeaderValue.newBuilder().setKey(pair.get(0)).setValue(pair.get(1)).build();
  }

  RateLimitResponse rateLimitResponse() {
    var response = RateLimitResponse.newBuilder();
    response.setOverallCodeValue(
        switch (type()) {
          case "ok" -> RateLimitResponse.Code.OK_VALUE;
          case "over" -> RateLimitResponse.Code.OVER_LIMIT_VALUE;
          default -> RateLimitResponse.Code.UNKNOWN_VALUE;
        });
    for (Object status : list(said.get("statuses"))) {
      Map<?, ?> of = map(status);
      var to =
          response
              .addStatusesBuilder()
              .setCodeValue(number(of, "code"))
              .setLimitRemaining(number(of, "remaining"))
              .setDurationUntilReset(Duration.newBuilder().setSeconds(number(of, "reset_s")));
      to.getCurrentLimitBuilder()
          .setRequestsPerUnit(number(of, "rpu"))
          .setUnitValue(number(of, "unit"))
          .setName(text(of, "name"));
    }
    pairs("response_headers").forEach(pair -> response.addResponseHeadersToAdd(value(pair)));
    pairs("request_headers").forEach(pair -> response.addRequestHeadersToAdd(value(pair)));
    return response.setRawBody(ByteString.copyFromUtf8(text("raw_body"))).build();
  }
}
