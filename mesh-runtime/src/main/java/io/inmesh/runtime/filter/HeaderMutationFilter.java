package io.inmesh.runtime.filter;

import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.config.Extension;
import io.inmesh.config.HeaderMutation;
import io.inmesh.config.HeaderMutation.Step;
import io.inmesh.config.HeaderMutation.Steps;
import io.inmesh.config.StringMatcher;
import io.inmesh.runtime.format.HeaderEdits;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.StringTest;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.Stage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Changes headers, step by step. Source: envoy.extensions.filters.http.header_mutation.v3. */
final class HeaderMutationFilter extends Stage {
  private final Change[] request;
  private final Change[] response;
  private final Change[] trailers;

  /** One step. */
  private interface Change {
    default void request(FilteredCall call) {}

    default void response(FilteredCall call, Headers headers) {}
  }

  private record Edit(HeaderEdits edits) implements Change {
    @Override
    public void request(FilteredCall call) {
      edits.request(call);
    }

    @Override
    public void response(FilteredCall call, Headers headers) {
      edits.response(call, headers);
    }
  }

  private record Query(QueryEdits edits) implements Change {
    @Override
    public void request(FilteredCall call) {
      edits.apply(call);
    }
  }

  private record RemoveMatching(StringTest names) implements Change {
    @Override
    public void request(FilteredCall call) {
      remove(call.editHeaders());
      for (String needed : NEEDED) {
        if (names.matches(needed)) {
          withoutNeeded(call, needed);
        }
      }
    }

    @Override
    public void response(FilteredCall call, Headers headers) {
      remove(headers);
    }

    private void remove(Headers headers) {
      for (int i = headers.size() - 1; i >= 0; i--) {
        if (i < headers.size() && names.matches(headers.name(i))) {
          headers.remove(headers.name(i));
        }
      }
    }
  }

  /** A request without one of these cannot go on, in this order. */
  private static final List<String> NEEDED = List.of(":method", ":path");

  private static void withoutNeeded(FilteredCall call, String name) {
    call.flag(Flag.DPE);
    call.reply(
        503,
        Headers.EMPTY,
        "missing required header: " + name,
        "filter_removed_required_request_headers{missing_required_header:_" + name + "}");
  }

  private HeaderMutationFilter(List<Change> request, List<Change> response, List<Change> trailers) {
    this.request = request.toArray(Change[]::new);
    this.response = response.toArray(Change[]::new);
    this.trailers = trailers.toArray(Change[]::new);
  }

  /** The filter's own steps come first, then those of routes. */
  static HttpFilter of(HeaderMutation settings, List<Extension> ofRoutes, Place place) {
    var routes = new ArrayList<Steps>();
    for (Extension level : ofRoutes) {
      if (level instanceof HeaderMutation.PerRoute route) {
        routes.add(route.steps());
      }
    }
    if (settings.mostSpecificWins()) {
      Collections.reverse(routes);
    }
    var levels = new ArrayList<Steps>();
    levels.add(settings.steps());
    levels.addAll(routes);
    var request = new ArrayList<Change>();
    var response = new ArrayList<Change>();
    var trailers = new ArrayList<Change>();
    for (Steps level : levels) {
      level.request().forEach(step -> request.add(compile(step, place.process())));
      if (!level.query().isEmpty()) {
        request.add(new Query(new QueryEdits(level.query(), place.process())));
      }
      level.response().forEach(step -> response.add(compile(step, place.process())));
      level.responseTrailers().forEach(step -> trailers.add(compile(step, place.process())));
    }
    return request.isEmpty() && response.isEmpty() && trailers.isEmpty()
        ? Idle.FILTER
        : new HeaderMutationFilter(request, response, trailers);
  }

  private static Change compile(Step step, ProcessFacts process) {
    if (step instanceof HeaderMutation.Remove remove) {
      return remove.name().startsWith(":")
          ? new RemoveMatching(StringTest.of(new StringMatcher.Exact(remove.name(), false)))
          : new Edit(new HeaderEdits(List.of(), List.of(remove.name()), process));
    }
    if (step instanceof HeaderMutation.RemoveMatching matching) {
      return new RemoveMatching(StringTest.of(matching.names()));
    }
    var put = (HeaderMutation.Put) step;
    return new Edit(new HeaderEdits(List.of(put.header()), List.of(), process));
  }

  @Override
  public boolean isPure() {
    return true;
  }

  @Override
  protected Verdict request(FilteredCall call) {
    for (Change change : request) {
      change.request(call);
    }
    return call.isOver() ? Verdict.STOP : Verdict.CONTINUE;
  }

  @Override
  protected void response(FilteredCall call, int status, Headers headers) {
    for (Change change : response) {
      change.response(call, headers);
    }
  }

  @Override
  public void trailers(FilteredCall call, Headers headers) {
    for (Change change : trailers) {
      change.response(call, headers);
    }
  }
}
