package io.inmesh.runtime.filter.external;

import com.google.re2j.Pattern;
import io.inmesh.call.Headers;
import io.inmesh.config.ExternalAuthorization.Mutations;
import io.inmesh.config.HeaderMutationRules;
import io.inmesh.config.Regex;
import io.inmesh.runtime.match.JoinedHeaders;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.stage.FilteredCall;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Changes requests and responses as an authorization service says, as far as it may. */
final class Mutator {
  private static final Set<String> ROUTING = Set.of("host", ":authority", ":method", ":scheme");

  private final boolean validates;
  private final @Nullable HeaderMutationRules rules;
  private final @Nullable Pattern allow;
  private final @Nullable Pattern disallow;

  /** What becomes of one change. */
  private enum Outcome {
    DONE,
    LEFT_OUT,
    INVALID
  }

  private enum Change {
    SET,
    ADD,
    APPEND,
    REMOVE
  }

  Mutator(Mutations mutations) {
    this.validates = mutations.validate();
    this.rules = mutations.rules().orElse(null);
    this.allow = rules == null ? null : pattern(rules.allow().orElse(null));
    this.disallow = rules == null ? null : pattern(rules.disallow().orElse(null));
  }

  private static @Nullable Pattern pattern(@Nullable Regex regex) {
    return regex == null ? null : Pattern.compile(regex.pattern());
  }

  /** Changes the request; false if the decision is not valid. */
  boolean request(FilteredCall call, Decision decision) {
    return all(call, decision.set, Change.SET)
        && all(call, decision.add, Change.ADD)
        && all(call, decision.append, Change.APPEND)
        && removals(call, decision.remove);
  }

  private boolean all(FilteredCall call, List<Field> fields, Change change) {
    for (Field field : fields) {
      if (validates && !field.isHeader()) {
        return false;
      }
      String name = Headers.lower(field.name());
      Outcome outcome = judged(change, name, field.value());
      if (outcome == Outcome.INVALID) {
        return false;
      }
      if (outcome == Outcome.DONE) {
        write(call, change, name, field.value());
      }
    }
    return true;
  }

  private boolean removals(FilteredCall call, List<String> names) {
    for (String name : names) {
      String lower = Headers.lower(name);
      if ((validates && !new Field(name, "").isHeader())
          || (rules == null && RequestFields.isPseudo(lower))) {
        continue;
      }
      Outcome outcome = judged(Change.REMOVE, lower, "");
      if (outcome == Outcome.INVALID) {
        return false;
      }
      if (outcome == Outcome.DONE) {
        call.editHeaders().remove(lower);
      }
    }
    return true;
  }

  private Outcome judged(Change change, String name, String value) {
    if (rules == null || (isAllowed(rules, change, name) && isSound(change, name, value))) {
      return Outcome.DONE;
    }
    return rules.isError() ? Outcome.INVALID : Outcome.LEFT_OUT;
  }

  private boolean isAllowed(HeaderMutationRules of, Change change, String name) {
    if (change == Change.REMOVE && RequestFields.isPseudo(name)) {
      return false;
    }
    if (disallow != null && disallow.matches(name)) {
      return false;
    }
    if (allow != null && allow.matches(name)) {
      return true;
    }
    return !of.disallowAll()
        && (of.allowRouting() || !ROUTING.contains(name))
        && !(name.startsWith(":") && (change == Change.APPEND || of.disallowSystem()))
        && (of.allowEnvoy() || !name.startsWith("x-envoy"));
  }

  /** What would make the request none. */
  private static boolean isSound(Change change, String name, String value) {
    return change == Change.REMOVE || !ROUTING.contains(name) || !value.isEmpty();
  }

  private static void write(FilteredCall call, Change change, String name, String value) {
    if (RequestFields.isPseudo(name)) {
      pseudo(call, change, name, value);
      return;
    }
    Headers headers = call.editHeaders();
    switch (change) {
      case SET -> put(headers, name, value);
      case ADD -> JoinedHeaders.addToRequest(headers, name, value);
      default -> {
        String first = headers.get(name);
        if (first != null) {
          headers.set(name, joined(first, value));
        }
      }
    }
  }

  /** In Envoy a header that is replaced goes to the end. */
  private static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.addLower(name, value);
  }

  private static String joined(String first, String more) {
    return first.isEmpty() ? more : more.isEmpty() ? first : first + "," + more;
  }

  private static void pseudo(FilteredCall call, Change change, String name, String value) {
    String before = RequestFields.pseudo(call, name);
    if (before == null) {
      return;
    }
    String after = change == Change.SET ? value : joined(before, value);
    switch (name) {
      case ":path" -> call.path(after);
      case ":method" -> call.method(after);
      case ":scheme" -> call.scheme(after);
      default -> call.authority(after);
    }
  }

  /** Whether what is to be done to the response is valid. */
  boolean isValidForResponse(Decision decision) {
    return !validates
        || (areHeaders(decision.responseAdd)
            && areHeaders(decision.responseSet)
            && areHeaders(decision.responseAddIfAbsent)
            && areHeaders(decision.responseOverwrite));
  }

  /** Whether the headers of an answer to the caller are valid. */
  boolean isValidAnswer(Decision decision) {
    return !validates || (areHeaders(decision.set) && areHeaders(decision.append));
  }

  private static boolean areHeaders(List<Field> fields) {
    return fields.stream().allMatch(Field::isHeader);
  }

  /** Changes the query; false if the decision is not valid. */
  boolean query(FilteredCall call, Decision decision) {
    if (decision.querySet.isEmpty() && decision.queryRemove.isEmpty()) {
      return true;
    }
    var query = new QueryParameters(call.path());
    for (Field parameter : decision.querySet) {
      if (validates && !parameter.isQueryParameter()) {
        return false;
      }
      query.set(parameter.name(), parameter.value());
    }
    decision.queryRemove.forEach(query::remove);
    call.path(query.path());
    return true;
  }

  /** Changes a response. */
  static void response(Headers headers, Decision decision) {
    for (Field field : decision.responseAdd) {
      JoinedHeaders.add(headers, Headers.lower(field.name()), field.value());
    }
    for (Field field : decision.responseSet) {
      put(headers, Headers.lower(field.name()), field.value());
    }
    for (Field field : decision.responseAddIfAbsent) {
      String name = Headers.lower(field.name());
      if (!headers.contains(name)) {
        headers.addLower(name, field.value());
      }
    }
    for (Field field : decision.responseOverwrite) {
      String name = Headers.lower(field.name());
      if (headers.contains(name)) {
        put(headers, name, field.value());
      }
    }
  }
}
