package io.inmesh.runtime.filter.external;

import io.inmesh.runtime.filter.wire.WireReader;
import io.inmesh.runtime.filter.wire.WireValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads envoy.service.auth.v3.CheckResponse. Field numbers are those of that message, of
 * OkHttpResponse, DeniedHttpResponse and HeaderValueOption.
 */
final class CheckResponse {
  private static final int FORBIDDEN = 403;

  private int code;
  private @Nullable Ok ok;
  private @Nullable Denied denied;
  private @Nullable Denied error;
  private Map<String, Object> metadata = Map.of();

  /** The actions of append_action, in the order of their numbers. */
  private enum Action {
    ADD,
    ADD_IF_ABSENT,
    SET,
    OVERWRITE,
    STRANGE
  }

  /**
   * A header.
   *
   * @param append the older way to say it; null if it is not used
   */
  private record Option(Field field, @Nullable Boolean append, Action action) {}

  private static final class Ok {
    final List<Option> headers = new ArrayList<>();
    final List<Option> responseHeaders = new ArrayList<>();
    final List<String> remove = new ArrayList<>();
    final List<Field> querySet = new ArrayList<>();
    final List<String> queryRemove = new ArrayList<>();
    @Nullable Map<String, Object> metadata;
  }

  private static final class Denied {
    int status;
    final List<Option> headers = new ArrayList<>();
    String body = "";
  }

  private CheckResponse() {}

  /** What a response says; an error if these are not its bytes. */
  static Decision decision(byte[] bytes) {
    var response = new CheckResponse();
    try {
      response.read(WireReader.of(bytes));
    } catch (IllegalArgumentException malformed) {
      return Decision.error();
    }
    return response.decision();
  }

  private void read(WireReader in) {
    while (in.next()) {
      switch (in.field()) {
        case 1 -> code = code(in.message(), code);
        case 2 -> denied = denied(in.message());
        case 3 -> ok = ok(in.message());
        case 4 -> metadata = WireValue.struct(in.message());
        case 5 -> error = denied(in.message());
        default -> in.skip();
      }
    }
  }

  /** The code of a google.rpc.Status or a HttpStatus. */
  private static int code(WireReader in, int otherwise) {
    int code = otherwise;
    while (in.next()) {
      if (in.field() == 1) {
        code = (int) in.number();
      } else {
        in.skip();
      }
    }
    return code;
  }

  private static Denied denied(WireReader in) {
    var denied = new Denied();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> denied.status = code(in.message(), denied.status);
        case 2 -> denied.headers.add(option(in.message()));
        case 3 -> denied.body = in.text();
        default -> in.skip();
      }
    }
    return denied;
  }

  private static Ok ok(WireReader in) {
    var ok = new Ok();
    while (in.next()) {
      switch (in.field()) {
        case 2 -> ok.headers.add(option(in.message()));
        case 3 -> ok.metadata = WireValue.struct(in.message());
        case 5 -> ok.remove.add(in.text());
        case 6 -> ok.responseHeaders.add(option(in.message()));
        case 7 -> ok.querySet.add(field(in.message()));
        case 8 -> ok.queryRemove.add(in.text());
        default -> in.skip();
      }
    }
    return ok;
  }

  /** A message whose first two fields are a name and its value. */
  static Field field(WireReader in) {
    String name = "";
    String value = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.text();
        case 2 -> value = in.text();
        default -> in.skip();
      }
    }
    return new Field(name, value);
  }

  private static Option option(WireReader in) {
    var field = new Field("", "");
    Boolean append = null;
    var action = Action.ADD;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> field = field(in.message());
        case 2 -> append = code(in.message(), 0) != 0;
        case 3 -> {
          long number = in.number();
          action =
              number >= 0 && number < Action.STRANGE.ordinal()
                  ? Action.values()[(int) number]
                  : Action.STRANGE;
        }
        default -> in.skip();
      }
    }
    return new Option(field, append, action);
  }

  private Decision decision() {
    Decision decision;
    if (code == 0) {
      decision = new Decision(Decision.Kind.OK);
      if (ok != null) {
        allow(ok, decision);
      }
    } else if (error != null) {
      decision = refusal(Decision.Kind.ERROR, error, 0);
    } else {
      decision = refusal(Decision.Kind.DENIED, denied == null ? new Denied() : denied, FORBIDDEN);
    }
    decision.metadata.putAll(ok != null && ok.metadata != null ? ok.metadata : metadata);
    return decision;
  }

  private static Decision refusal(Decision.Kind kind, Denied said, int otherwise) {
    var decision = new Decision(kind);
    decision.status = said.status > 0 ? said.status : otherwise;
    decision.body = said.body;
    request(said.headers, decision);
    return decision;
  }

  /** As in Envoy 1.40 (measured), only the older way to say it counts for requests. */
  private static void request(List<Option> headers, Decision decision) {
    for (Option option : headers) {
      boolean appended = Boolean.TRUE.equals(option.append);
      (appended ? decision.append : decision.set).add(option.field);
    }
  }

  private static void allow(Ok ok, Decision decision) {
    request(ok.headers, decision);
    for (Option option : ok.responseHeaders) {
      Action action = option.action;
      if (option.append != null) {
        action = option.append ? Action.ADD : Action.SET;
      }
      switch (action) {
        case ADD -> decision.responseAdd.add(option.field);
        case ADD_IF_ABSENT -> decision.responseAddIfAbsent.add(option.field);
        case SET -> decision.responseSet.add(option.field);
        case OVERWRITE -> decision.responseOverwrite.add(option.field);
        case STRANGE -> decision.strange = true;
      }
    }
    decision.remove.addAll(ok.remove);
    decision.querySet.addAll(ok.querySet);
    decision.queryRemove.addAll(ok.queryRemove);
  }
}
