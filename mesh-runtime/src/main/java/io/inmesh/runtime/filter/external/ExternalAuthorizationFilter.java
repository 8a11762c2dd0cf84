package io.inmesh.runtime.filter.external;

import io.inmesh.call.Call;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.config.Extension;
import io.inmesh.config.ExternalAuthorization;
import io.inmesh.config.ExternalAuthorization.BodyLimit;
import io.inmesh.config.ExternalAuthorization.Check;
import io.inmesh.config.ExternalAuthorization.Failure;
import io.inmesh.config.ExternalAuthorization.OverGrpc;
import io.inmesh.config.ExternalAuthorization.OverHttp;
import io.inmesh.config.ExternalAuthorization.Service;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.Fraction;
import io.inmesh.runtime.match.JoinedHeaders;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.match.ValueTest;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.FilteredCall.BodyStart;
import io.inmesh.runtime.stage.Stage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks an authorization service whether requests may pass. Source:
 * envoy.extensions.filters.http.ext_authz.v3.
 */
public final class ExternalAuthorizationFilter extends Stage {
  private static final String NAMESPACE = "envoy.filters.http.ext_authz";
  private static final int SERVER_ERROR = 500;

  private final ExternalAuthorization settings;
  private final Authorizer authorizer;
  private final @Nullable BodyLimit body;
  private final Mutator mutator;
  private final Fraction enabled;
  private final ValueTest.@Nullable OfMetadata enabledMetadata;
  private final boolean deniesAtDisable;

  /** What is remembered of a call: the question, then what its answer does to the response. */
  private static final class Asking {
    private @Nullable Call question;
    private boolean answered;
    private @Nullable Decision decision;
  }

  private ExternalAuthorizationFilter(
      ExternalAuthorization settings, Check check, ProcessFacts process, RuntimeValues runtime) {
    this.settings = settings;
    this.body = check.withoutBody() ? null : check.body().or(settings::body).orElse(null);
    this.authorizer = authorizer(settings, check, settings.body().orElse(body), process);
    this.mutator = new Mutator(settings.mutations());
    this.enabled = new Fraction(settings.enabled(), runtime);
    this.enabledMetadata = settings.enabledMetadata().map(ValueTest.OfMetadata::new).orElse(null);
    this.deniesAtDisable =
        settings
            .denyAtDisable()
            .map(flag -> runtime.flag(flag.runtimeKey(), flag.on()))
            .orElse(false);
  }

  private static Authorizer authorizer(
      ExternalAuthorization settings, Check check, @Nullable BodyLimit body, ProcessFacts process) {
    Service service = check.service().orElse(settings.service());
    // What is told depends on the filter's own service, also where a route names another one.
    var told = new ToldHeaders(settings.view(), settings.service() instanceof OverHttp);
    if (service instanceof OverHttp http) {
      return new HttpAuthorizer(http, told, process);
    }
    var request = new CheckRequest(settings.view(), told, body, check.extensions(), process);
    return new GrpcAuthorizer((OverGrpc) service, request, process);
  }

  /**
   * The filter of some settings.
   *
   * @param ofRoutes what routes say, the nearest first, which must not switch it off
   */
  public static ExternalAuthorizationFilter of(
      ExternalAuthorization settings,
      List<Extension> ofRoutes,
      ProcessFacts process,
      RuntimeValues runtime) {
    return new ExternalAuthorizationFilter(settings, check(ofRoutes), process, runtime);
  }

  /** The nearest says it all, but that what is told of farther levels is told too. */
  private static Check check(List<Extension> ofRoutes) {
    Map<String, String> extensions = new HashMap<>();
    var nearest = new Check(Map.of(), false, Optional.empty(), Optional.empty());
    for (int i = ofRoutes.size() - 1; i >= 0; i--) {
      if (ofRoutes.get(i) instanceof ExternalAuthorization.PerRoute route) {
        nearest = route.check().orElse(nearest);
        extensions.putAll(nearest.extensions());
      }
    }
    return new Check(extensions, nearest.withoutBody(), nearest.body(), nearest.service());
  }

  @Override
  protected Verdict request(FilteredCall call) {
    if (call.route().isEmpty()) {
      return Verdict.CONTINUE;
    }
    if (!isEnabled(call)) {
      if (!deniesAtDisable) {
        return Verdict.CONTINUE;
      }
      error(call, Decision.error());
      return Verdict.STOP;
    }
    BodyLimit told = body;
    if (told != null && !call.readBody(told.bytes(), !told.partial(), () -> ask(call))) {
      return Verdict.STOP;
    }
    ask(call);
    return Verdict.STOP;
  }

  private boolean isEnabled(FilteredCall call) {
    return enabled.holds(call.loop().random())
        && (enabledMetadata == null || enabledMetadata.matches(call));
  }

  private void ask(FilteredCall call) {
    BodyStart start = body == null ? null : call.bodyStart(body.bytes());
    var asking = new Asking();
    call.remember(this, asking);
    long began = call.nowNanos();
    Call question =
        authorizer.ask(
            call,
            start,
            decision -> {
              asking.answered = true;
              if (!call.isOver()) {
                decided(call, decision, asking, call.nowNanos() - began);
              }
            });
    asking.question = question;
  }

  private void decided(FilteredCall call, Decision decision, Asking asking, long nanos) {
    if (decision.strange && settings.mutations().validate()) {
      invalid(call);
      return;
    }
    metadata(call, decision, nanos);
    switch (decision.kind) {
      case OK -> allow(call, decision, asking);
      case DENIED -> deny(call, decision);
      case ERROR -> error(call, decision);
    }
  }

  private void metadata(FilteredCall call, Decision decision, long nanos) {
    if (!decision.metadata.isEmpty() && settings.mutations().metadata()) {
      if (decision.kind == Decision.Kind.OK) {
        double millis = (double) TimeUnit.NANOSECONDS.toMillis(nanos);
        call.putMetadata(NAMESPACE, "ext_authz_duration", millis);
      }
      decision.metadata.forEach((key, value) -> call.putMetadata(NAMESPACE, key, value));
    }
  }

  private void allow(FilteredCall call, Decision decision, Asking asking) {
    boolean changed = mutator.request(call, decision);
    boolean valid = changed && mutator.isValidForResponse(decision);
    if (valid && decision.changesResponse()) {
      asking.decision = decision;
    }
    if (!valid || !mutator.query(call, decision)) {
      invalid(call);
      return;
    }
    if (settings.mutations().clearRoute() && decision.changesRequest()) {
      call.clearRoute();
    }
    call.resume();
  }

  private void deny(FilteredCall call, Decision decision) {
    if (!mutator.isValidAnswer(decision)) {
      invalid(call);
      return;
    }
    // As in Envoy (measured), a denial leaves out what is to be appended.
    decision.append.clear();
    refuse(call, decision.status, decision, "ext_authz_denied");
  }

  private void error(FilteredCall call, Decision decision) {
    Failure failure = settings.failure();
    boolean asked = call.recall(this) != null;
    if (failure.allow() && asked) {
      if (failure.mark()) {
        call.editHeaders().add("x-envoy-auth-failure-mode-allowed", "true");
      }
      call.resume();
      return;
    }
    Decision said = mutator.isValidAnswer(decision) ? decision : Decision.error();
    int status = said.status > 0 ? said.status : failure.status();
    refuse(call, status, said, "ext_authz_error");
  }

  private void refuse(FilteredCall call, int status, Decision decision, String details) {
    if (settings.shadow()) {
      call.resume();
      return;
    }
    var headers = new Headers();
    add(decision.set, headers);
    add(decision.append, headers);
    // The status is no header.
    headers.remove(":status");
    call.flag(Flag.UAEX);
    call.reply(status, headers, cut(decision.body), details);
  }

  private static void add(List<Field> fields, Headers to) {
    for (Field field : fields) {
      JoinedHeaders.add(to, Headers.lower(field.name()), field.value());
    }
  }

  private String cut(String text) {
    int most = settings.mutations().mostBodyBytes();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return most == 0 || bytes.length <= most
        ? text
        : new String(Arrays.copyOf(bytes, most), StandardCharsets.UTF_8);
  }

  private void invalid(FilteredCall call) {
    refuse(call, SERVER_ERROR, Decision.error(), "ext_authz_invalid");
  }

  @Override
  protected void response(FilteredCall call, int status, Headers headers) {
    if (call.recall(this) instanceof Asking asking && asking.decision != null) {
      Mutator.response(headers, asking.decision);
    }
  }

  @Override
  protected void end(FilteredCall call) {
    if (call.recall(this) instanceof Asking asking && !asking.answered && asking.question != null) {
      asking.question.cancel("the call that it was asked for is over");
    }
  }
}
