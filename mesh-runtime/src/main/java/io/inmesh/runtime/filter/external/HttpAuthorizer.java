package io.inmesh.runtime.filter.external;

import io.inmesh.call.Bodies;
import io.inmesh.call.Body;
import io.inmesh.call.Call;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.ExternalAuthorization.AnswerHeaders;
import io.inmesh.config.ExternalAuthorization.OverHttp;
import io.inmesh.config.StringMatcher;
import io.inmesh.runtime.format.HeaderEdits;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.JoinedHeaders;
import io.inmesh.runtime.match.StringTest;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.FilteredCall.Answer;
import io.inmesh.runtime.stage.FilteredCall.BodyStart;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks by sending a request's head to a service; 200 lets it pass. */
final class HttpAuthorizer implements Authorizer {
  private static final int OK = 200;
  private static final int SERVER_ERROR = 500;
  private static final String REMOVALS = "x-envoy-auth-headers-to-remove";

  private final OverHttp service;
  private final ToldHeaders told;
  private final HeaderEdits added;
  private final StringTest[] upstream;
  private final StringTest[] upstreamAppended;
  private final StringTest @Nullable [] client;
  private final StringTest[] clientOnSuccess;
  private final StringTest[] metadata;

  HttpAuthorizer(OverHttp service, ToldHeaders told, ProcessFacts process) {
    this.service = service;
    this.told = told;
    this.added = new HeaderEdits(service.headersToAdd(), List.of(), process);
    AnswerHeaders answer = service.answer();
    this.upstream = ToldHeaders.tests(answer.upstream());
    this.upstreamAppended = ToldHeaders.tests(answer.upstreamAppended());
    this.client = client(answer.client());
    this.clientOnSuccess = ToldHeaders.tests(answer.clientOnSuccess());
    this.metadata = ToldHeaders.tests(answer.metadata());
  }

  /** Null for all. */
  private static StringTest @Nullable [] client(List<StringMatcher> matchers) {
    if (matchers.isEmpty()) {
      return null;
    }
    var all = new ArrayList<>(matchers);
    for (String name : List.of("content-length", "www-authenticate", "location")) {
      all.add(new StringMatcher.Exact(name, false));
    }
    return ToldHeaders.tests(all);
  }

  @Override
  public Call ask(FilteredCall call, @Nullable BodyStart body, Consumer<Decision> decided) {
    byte[] bytes = body == null ? new byte[0] : body.bytes();
    var headers = new Headers();
    headers.addLower("content-length", Integer.toString(bytes.length));
    Headers all = told.of(call, body);
    for (int i = 0; i < all.size(); i++) {
      String name = all.name(i);
      if (!name.startsWith(":") && !name.equals("content-length")) {
        headers.addLower(name, all.value(i));
      }
    }
    added.response(call, headers);
    headers.set("x-envoy-internal", "true");
    long millis = service.timeout().toMillis();
    if (millis > 0) {
      headers.set("x-envoy-expected-rq-timeout-ms", Long.toString(millis));
    }
    String path = service.pathOverride();
    Optional<Body> sent = bytes.length == 0 ? Optional.empty() : Optional.of(Bodies.of(bytes));
    var request =
        new Request(
            call.method(),
            call.scheme(),
            call.authority(),
            path.isEmpty() ? service.pathPrefix() + call.path() : path,
            headers.freeze(),
            sent,
            service.timeout());
    return call.fetch(service.cluster(), request, answer -> decided.accept(decision(answer)));
  }

  private Decision decision(@Nullable Answer answer) {
    if (answer == null || answer.status() >= SERVER_ERROR) {
      return Decision.error();
    }
    Headers headers = joined(answer.headers());
    return answer.status() == OK ? allowed(headers) : denied(answer, headers);
  }

  /** As Envoy's codec hands them over. */
  private static Headers joined(Headers headers) {
    var joined = new Headers();
    for (int i = 0; i < headers.size(); i++) {
      JoinedHeaders.add(joined, headers.name(i), headers.value(i));
    }
    return joined;
  }

  private Decision allowed(Headers headers) {
    var decision = new Decision(Decision.Kind.OK);
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i);
      var field = new Field(name, headers.value(i));
      if (name.equals(REMOVALS)) {
        remove(headers.value(i), decision.remove);
        continue;
      }
      if (ToldHeaders.anyMatches(upstream, name)) {
        decision.set.add(field);
      }
      if (ToldHeaders.anyMatches(upstreamAppended, name)) {
        decision.add.add(field);
      }
      if (ToldHeaders.anyMatches(clientOnSuccess, name)) {
        decision.responseAdd.add(field);
      }
    }
    metadata(headers, decision);
    return decision;
  }

  private void metadata(Headers headers, Decision decision) {
    for (int i = 0; i < headers.size(); i++) {
      if (ToldHeaders.anyMatches(metadata, headers.name(i))) {
        decision.metadata.put(headers.name(i), headers.value(i));
      }
    }
  }

  private static void remove(String names, List<String> into) {
    for (String name : names.split(",")) {
      if (!name.isBlank()) {
        into.add(name.strip());
      }
    }
  }

  private Decision denied(Answer answer, Headers headers) {
    var decision = new Decision(Decision.Kind.DENIED);
    decision.status = answer.status();
    decision.body = new String(answer.body(), StandardCharsets.UTF_8);
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i);
      if (!name.equals(REMOVALS) && (client == null || ToldHeaders.anyMatches(client, name))) {
        decision.set.add(new Field(name, headers.value(i)));
      }
    }
    metadata(headers, decision);
    return decision;
  }
}
