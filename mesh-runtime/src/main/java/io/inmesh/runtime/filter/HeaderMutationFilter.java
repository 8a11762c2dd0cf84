package io.inmesh.runtime.filter;

import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.config.Extension;
import io.inmesh.config.HeaderMutation;
import io.inmesh.config.HeaderMutation.Step;
import io.inmesh.config.HeaderMutation.Steps;
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

  /** One step: either edits, or a removal of all names that match. */
  private interface Change {
    void request(FilteredCall call);

    void response(FilteredCall call, Headers headers);
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

  private record RemoveMatching(StringTest names) implements Change {
    @Override
    public void request(FilteredCall call) {
      remove(call.editHeaders());
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

  private HeaderMutationFilter(Change[] request, Change[] response) {
    this.request = request;
    this.response = response;
  }

  /** The filter's own steps come first, then those of routes. */
  static HttpFilter of(HeaderMutation settings, List<Extension> ofRoutes, Place place) {
    var levels = new ArrayList<HeaderMutation.PerRoute>();
    for (Extension level : ofRoutes) {
      if (level instanceof HeaderMutation.PerRoute route) {
        levels.add(route);
      }
    }
    if (settings.mostSpecificWins()) {
      Collections.reverse(levels);
    }
    var request = new ArrayList<Change>();
    var response = new ArrayList<Change>();
    add(settings.steps(), place.process(), request, response);
    levels.forEach(level -> add(level.steps(), place.process(), request, response));
    return request.isEmpty() && response.isEmpty()
        ? Idle.FILTER
        : new HeaderMutationFilter(request.toArray(Change[]::new), response.toArray(Change[]::new));
  }

  private static void add(
      Steps steps, ProcessFacts process, List<Change> request, List<Change> response) {
    steps.request().forEach(step -> request.add(compile(step, process)));
    steps.response().forEach(step -> response.add(compile(step, process)));
  }

  private static Change compile(Step step, ProcessFacts process) {
    if (step instanceof HeaderMutation.Remove remove) {
      return new Edit(new HeaderEdits(List.of(), List.of(remove.name()), process));
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
    return Verdict.CONTINUE;
  }

  @Override
  protected void response(FilteredCall call, int status, Headers headers) {
    for (Change change : response) {
      change.response(call, headers);
    }
  }
}
