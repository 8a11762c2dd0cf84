package io.inmesh.runtime.filter.external;

import io.inmesh.call.Call;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.GlobalRateLimit;
import io.inmesh.config.GlobalRateLimit.Limited;
import io.inmesh.config.GlobalRateLimit.Requests;
import io.inmesh.config.RateLimit;
import io.inmesh.runtime.filter.descriptor.Descriptors;
import io.inmesh.runtime.filter.descriptor.Descriptors.Descriptor;
import io.inmesh.runtime.filter.wire.WireWriter;
import io.inmesh.runtime.format.HeaderEdits;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.Fraction;
import io.inmesh.runtime.match.JoinedHeaders;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.FilteredCall.Answer;
import io.inmesh.runtime.stage.Stage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Asks a rate limit service whether requests are over a limit. Source:
 * envoy.extensions.filters.http.ratelimit.v3.
 */
public final class GlobalRateLimitFilter extends Stage {
  private static final String NAMESPACE = "envoy.filters.http.ratelimit";
  private static final String PATH = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";
  private static final String RATE_LIMITED = "x-envoy-ratelimited";
  private static final int RESOURCE_EXHAUSTED = 8;

  private final GlobalRateLimit settings;
  private final String domain;
  private final UnaryGrpc service;
  private final Descriptors descriptors;
  private final Fraction enabled;
  private final Fraction enforced;
  private final Fraction denied;
  private final HeaderEdits added;

  /** What is remembered of a call: the question, then what its answer adds to the response. */
  private static final class Asking {
    private @Nullable Call question;
    private boolean answered;
    private List<Field> headers = List.of();
  }

  /** What requests count for, and where that stands. */
  public record Counted(List<RateLimit> limits, boolean ofRoutes) {}

  /**
   * A filter.
   *
   * @param domain of the descriptors
   */
  public GlobalRateLimitFilter(
      GlobalRateLimit settings,
      String domain,
      Counted counted,
      ProcessFacts process,
      RuntimeValues runtime) {
    this.settings = settings;
    this.domain = domain;
    this.service = new UnaryGrpc(settings.service(), PATH, settings.timeout(), process);
    this.descriptors =
        new Descriptors(
            counted.limits(),
            counted.ofRoutes() ? settings.stage() : 0,
            counted.ofRoutes(),
            process,
            runtime);
    this.enabled =
        new Fraction(settings.enabled().orElse(all("ratelimit.http_filter_enabled")), runtime);
    this.enforced =
        new Fraction(settings.enforced().orElse(all("ratelimit.http_filter_enforcing")), runtime);
    this.denied =
        new Fraction(
            settings
                .failure()
                .denied()
                .orElse(settings.failure().deny() ? FractionalPercent.ALL : FractionalPercent.NONE),
            runtime);
    this.added = new HeaderEdits(settings.limited().headers(), List.of(), process);
  }

  private static FractionalPercent all(String runtimeKey) {
    return new FractionalPercent(100, 100, runtimeKey);
  }

  @Override
  protected Verdict request(FilteredCall call) {
    if (descriptors.isEmpty() || !enabled.holds(call.loop().random()) || !isAsked(call)) {
      return Verdict.CONTINUE;
    }
    List<Descriptor> found = descriptors.of(call);
    if (found.isEmpty()) {
      return Verdict.CONTINUE;
    }
    var asking = new Asking();
    call.remember(this, asking);
    asking.question = service.call(call, message(found), answer -> answered(call, asking, answer));
    return Verdict.STOP;
  }

  private boolean isAsked(FilteredCall call) {
    if (call.route().isEmpty() || call.clusterConfig() == null) {
      return false;
    }
    boolean internal = "true".equals(call.headers().get("x-envoy-internal"));
    return settings.requests() == Requests.BOTH
        || internal == (settings.requests() == Requests.INTERNAL);
  }

  private WireWriter message(List<Descriptor> found) {
    var request = new WireWriter(256).text(1, domain);
    for (Descriptor descriptor : found) {
      var one = new WireWriter(128);
      for (RateLimit.Entry entry : descriptor.entries()) {
        one.message(1, new WireWriter().text(1, entry.key()).text(2, entry.value()));
      }
      Descriptors.OtherLimit limit = descriptor.limit();
      if (limit != null) {
        one.message(2, new WireWriter().number(1, limit.requests()).number(2, limit.unit()));
      }
      Long hits = descriptor.hits();
      if (hits != null) {
        one.message(3, new WireWriter().number(1, hits));
      }
      request.message(2, one);
    }
    return request;
  }

  private void answered(FilteredCall call, Asking asking, @Nullable Answer answer) {
    asking.answered = true;
    if (call.isOver()) {
      return;
    }
    byte[] message = UnaryGrpc.message(answer);
    RateLimitAnswer said = message == null ? null : RateLimitAnswer.read(message);
    if (said == null) {
      failed(call);
    } else {
      said.metadata().forEach((key, value) -> call.putMetadata(NAMESPACE, key, value));
      decided(call, asking, said);
    }
  }

  private void failed(FilteredCall call) {
    if (denied.holds(call.loop().random())) {
      call.flag(Flag.RLSE);
      call.reply(settings.failure().status(), Headers.EMPTY, "", "rate_limiter_error");
    } else {
      call.resume();
    }
  }

  private void decided(FilteredCall call, Asking asking, RateLimitAnswer said) {
    var headers = new Headers();
    add(said.responseHeaders(), headers);
    Limited limited = settings.limited();
    if (said.overLimit() && limited.marked()) {
      headers.set(RATE_LIMITED, "true");
    }
    if (limited.rateLimitHeaders()) {
      add(said.rateLimitHeaders(), headers);
    }
    if (said.overLimit() && enforced.holds(call.loop().random())) {
      added.response(call, headers);
      call.flag(Flag.RL);
      call.reply(
          limited.status(),
          headers,
          new String(said.body(), StandardCharsets.UTF_8),
          "request_rate_limited",
          limited.resourceExhausted() ? RESOURCE_EXHAUSTED : -1);
      return;
    }
    asking.headers = fields(headers);
    if (!said.requestHeaders().isEmpty()) {
      for (Field field : said.requestHeaders()) {
        JoinedHeaders.addToRequest(call.editHeaders(), Headers.lower(field.name()), field.value());
      }
    }
    call.resume();
  }

  private static List<Field> fields(Headers headers) {
    return IntStream.range(0, headers.size())
        .mapToObj(i -> new Field(headers.name(i), headers.value(i)))
        .toList();
  }

  private static void add(List<Field> fields, Headers to) {
    for (Field field : fields) {
      JoinedHeaders.add(to, Headers.lower(field.name()), field.value());
    }
  }

  @Override
  protected void response(FilteredCall call, int status, Headers headers) {
    if (call.recall(this) instanceof Asking asking) {
      add(asking.headers, headers);
    }
  }

  @Override
  protected void end(FilteredCall call) {
    if (call.recall(this) instanceof Asking asking && !asking.answered && asking.question != null) {
      asking.question.cancel("the call that it was asked for is over");
    }
  }
}
