package io.inmesh.runtime.admin;

import io.inmesh.explain.Explanation;
import io.inmesh.explain.Explanation.Admission;
import io.inmesh.explain.Explanation.Candidate;
import io.inmesh.explain.Explanation.FilterStep;
import io.inmesh.explain.Explanation.Forwarding;
import io.inmesh.explain.Explanation.HostChoice;
import io.inmesh.explain.Explanation.Limits;
import io.inmesh.explain.Explanation.Mirror;
import io.inmesh.explain.Explanation.PriorityStep;
import io.inmesh.explain.Explanation.Result;
import io.inmesh.explain.Explanation.RouteSelection;
import io.inmesh.explain.Explanation.RouteStep;
import io.inmesh.explain.Explanation.Share;
import io.inmesh.explain.Explanation.Split;
import io.inmesh.explain.Explanation.VirtualHostStep;
import java.util.List;
import java.util.Locale;

/** An explanation in lines for people: what is looked at on the left, what came of it behind it. */
public final class ExplanationText {
  private final StringBuilder out = new StringBuilder();

  private ExplanationText() {}

  /** The lines, each with its end. */
  public static String of(Explanation told) {
    var text = new ExplanationText();
    text.request(told);
    told.selections().forEach(text::selection);
    told.filters().forEach(text::filter);
    told.forwarding().ifPresent(text::forwarding);
    text.result(told.result());
    return text.out.toString();
  }

  private void line(String name, String... words) {
    out.append(String.format("%-13s", name));
    for (String word : words) {
      if (!word.isEmpty()) {
        out.append(' ').append(word);
      }
    }
    out.append('\n');
  }

  private static String at(String source) {
    return source.isEmpty() ? "" : "[" + source + "]";
  }

  private static String named(String name, int ordinal) {
    return name.isEmpty() ? "#" + ordinal : name + " (#" + ordinal + ")";
  }

  private void request(Explanation told) {
    Explanation.Described of = told.request();
    line("request", of.method(), of.scheme() + "://" + of.authority() + of.path());
    of.headers().forEach(field -> line("", field.name() + ": " + field.value()));
    line("draw", of.draw());
    line("config", of.revision().isEmpty() ? "of no revision" : "revision " + of.revision());
    Explanation.ListenerStep listener = told.listener();
    line(
        "listener",
        listener.name().isEmpty() ? "none" : listener.name(),
        listener.rule().isEmpty() ? "" : "(" + listener.rule() + ")",
        listener.routes().isEmpty() ? "" : "routes " + listener.routes());
  }

  private void selection(RouteSelection selection) {
    line("route choice", selection.cause());
    if (selection.virtualHosts().isEmpty()) {
      line("  host", selection.host(), "no virtual host has a domain for it");
    }
    boolean first = true;
    for (VirtualHostStep step : selection.virtualHosts()) {
      String how = first ? "takes" : "would take, but fits less,";
      line(
          "  host",
          named(step.name(), step.ordinal()),
          how + " " + selection.host() + " by " + step.domain(),
          at(step.source()));
      first = false;
    }
    selection.routes().forEach(this::route);
    if (!selection.virtualHosts().isEmpty()
        && selection.routes().stream().noneMatch(RouteStep::taken)) {
      line("  route", "none matches");
    }
    selection.split().ifPresent(this::split);
  }

  private void route(RouteStep step) {
    line(
        "  route",
        step.ordinal() < 0 ? "redirect to TLS" : named(step.name(), step.ordinal()),
        step.taken() ? "TAKEN" : "no: " + step.failed(),
        at(step.source()));
  }

  private void split(Split split) {
    line(
        "  split",
        "by " + split.by() + " " + split.draw() + ": " + split.ticket() + " of " + split.total());
    for (Share share : split.shares()) {
      line("", share.cluster(), "weight " + share.weight(), share.drawn() ? "DRAWN" : "");
    }
  }

  private void filter(FilterStep step) {
    String says = step.says().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    line("filter", named(step.name(), step.ordinal()), says, step.details());
  }

  private void forwarding(Forwarding to) {
    line(
        "cluster",
        to.cluster(),
        to.virtualCluster().isEmpty() ? "" : "virtual cluster " + to.virtualCluster());
    line("timeouts", limits(to.limits()));
    line(
        "retry",
        to.retry()
            .map(
                it ->
                    it.retries()
                        + " times on "
                        + String.join(",", it.on())
                        + codes(it.statusCodes())
                        + (it.hosts().isEmpty() ? "" : "; " + it.hosts()))
            .orElse("never"));
    to.hash().ifPresent(it -> line("hash", it.value(), "of " + String.join(", ", it.inputs())));
    for (Mirror mirror : to.mirrors()) {
      String known = mirror.known() ? "" : ", but there is no such cluster";
      line("mirror", mirror.cluster(), (mirror.wanted() ? "yes" : "not this one") + known);
    }
    if (!to.fallback().isEmpty()) {
      line("fallback", to.fallback());
    }
    to.rewritten().forEach(change -> line("changed", change));
    to.hosts().ifPresent(this::hosts);
  }

  private static String codes(List<Integer> codes) {
    return codes.isEmpty() ? "" : " " + codes;
  }

  private static String limits(Limits of) {
    return "response "
        + limit(of.response())
        + ", per try "
        + limit(of.perTry())
        + ", per try idle "
        + limit(of.perTryIdle())
        + ", stream "
        + limit(of.maxStream())
        + ", idle "
        + (of.idle() < 0 ? "as the listener" : limit(of.idle()));
  }

  private static String limit(long millis) {
    return millis == 0 ? "none" : millis + " ms";
  }

  private void hosts(HostChoice choice) {
    line("balancing", choice.policy(), choice.subset());
    for (PriorityStep step : choice.priorities()) {
      line(
          "  priority",
          step.level() + ":",
          step.hosts() + " hosts,",
          step.healthyLoad() + " % healthy,",
          step.degradedLoad() + " % degraded",
          step.panic() ? "PANIC: health does not count" : "");
    }
    for (Candidate host : choice.candidates()) {
      line(
          "  host",
          host.address(),
          host.health(),
          "priority " + host.priority(),
          host.locality(),
          "weight " + host.weight(),
          "in flight " + host.inFlight(),
          host.excluded().isEmpty() ? "" : "LEFT OUT: " + host.excluded(),
          host.address().equals(choice.picked()) ? "PICKED" : "");
    }
    Admission of = choice.admission();
    line(
        "  breaker",
        "requests " + share(of.requests(), of.maxRequests()) + ",",
        "pending " + share(of.pending(), of.maxPending()) + ",",
        "connections " + share(of.connections(), of.maxConnections()),
        of.refused() ? "WOULD REFUSE" : "");
    choice
        .circuitBreaker()
        .ifPresent(
            it ->
                line(
                    "  circuit",
                    it.state(),
                    "since " + it.inState().toMillis() + " ms,",
                    it.failed() + " failed and " + it.slow() + " slow of " + it.calls() + ",",
                    it.refused() + " refused",
                    it.state().equals("OPEN") ? "WOULD REFUSE" : ""));
  }

  private static String share(int now, int most) {
    return now + "/" + (most == Integer.MAX_VALUE ? "any" : most);
  }

  private void result(Result result) {
    if (result.status() != 0) {
      line("RESULT", "answered here: " + result.status(), result.flags(), result.details());
    } else if (result.host().isEmpty()) {
      line("RESULT", "not decided: a filter would go on later");
    } else {
      line(
          "RESULT",
          "sent to " + result.host() + " of " + result.cluster(),
          result.route().isEmpty() ? "" : "by route " + result.route(),
          at(result.source()));
    }
  }
}
