package io.inmesh.runtime.engine;

import io.inmesh.call.CallSink;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.call.HttpFilter.Verdict;
import io.inmesh.config.Cluster;
import io.inmesh.explain.Explanation;
import io.inmesh.explain.Explanation.Described;
import io.inmesh.explain.Explanation.Field;
import io.inmesh.explain.Explanation.FilterStep;
import io.inmesh.explain.Explanation.Forwarding;
import io.inmesh.explain.Explanation.ListenerStep;
import io.inmesh.explain.Explanation.RouteSelection;
import io.inmesh.explain.Explanation.RouteStep;
import io.inmesh.explain.Explanation.Says;
import io.inmesh.explain.Explanation.Split;
import io.inmesh.explain.Explanation.VirtualHostStep;
import io.inmesh.runtime.cluster.ClusterHost;
import io.inmesh.runtime.cluster.HostSet;
import io.inmesh.runtime.route.RouteEntry;
import io.inmesh.runtime.route.RouteTrace;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sink of a call that is explained instead of made. Such a call decides like every other, tells
 * its recorder of it, and goes no further than its first host. Owner: the call's loop.
 */
public final class Recorder implements CallSink, RouteTrace {
  private final Runnable done;
  private final List<RouteSelection> selections = new ArrayList<>();
  private final List<FilterStep> filters = new ArrayList<>();
  private @Nullable OutgoingCall call;
  private @Nullable Forwarding forwarding;
  private String cause = "on entry";
  private String picked = "";
  private int status;
  private boolean over;

  /** A filter is being asked: what it says is to be noted before the end. */
  private boolean asking;

  /** What is about to be told of the route that is being chosen. */
  private String host = "";

  private List<VirtualHostStep> virtualHosts = List.of();
  private List<RouteStep> routes = List.of();
  private @Nullable Split split;

  /**
   * A recorder for one call.
   *
   * @param done runs when all is known
   */
  public Recorder(Runnable done) {
    this.done = done;
  }

  /** The chain that took the call. Once it is done. */
  public HttpChain chain() {
    return known().chain;
  }

  /** The clusters that it looked in. Once it is done. */
  public Clusters clusters() {
    return known().clusters;
  }

  private OutgoingCall known() {
    OutgoingCall recorded = call;
    if (recorded == null) {
      throw new IllegalStateException("nothing has been recorded yet");
    }
    return recorded;
  }

  void begins(OutgoingCall recorded) {
    call = recorded;
  }

  @Override
  public void host(String compared, List<VirtualHostStep> fitting) {
    host = compared;
    virtualHosts = fitting;
    routes = List.of();
    split = null;
  }

  @Override
  public void routes(List<RouteStep> tried) {
    routes = tried;
  }

  @Override
  public void split(Split drawn) {
    split = drawn;
  }

  void routeChosen() {
    selections.add(
        new RouteSelection(cause, host, virtualHosts, routes, Optional.ofNullable(split)));
  }

  /** Asks a filter, if asking changes nothing. */
  Verdict ask(HttpFilter filter, OutgoingCall of, int ordinal) {
    if (filter == RouteParts.OFF || !filter.isPure()) {
      boolean off = filter == RouteParts.OFF;
      String why = off ? "" : "asking it would change something";
      filters.add(new FilterStep("", ordinal, off ? Says.OFF : Says.NOT_ASKED, why));
      return Verdict.CONTINUE;
    }
    cause = "a filter asked for it: " + ordinal;
    asking = true;
    Verdict verdict = filter.onRequest(of);
    asking = false;
    Says says = verdict == Verdict.CONTINUE ? Says.CONTINUE : Says.ANSWER;
    filters.add(new FilterStep("", ordinal, says, of.details()));
    if (over) {
      done.run();
    } else if (verdict == Verdict.STOP) {
      // It would go on later; nobody waits for that here.
      end();
    }
    return verdict;
  }

  /** A host is about to be picked. */
  void choosing(Attempt attempt, HostSet hosts) {
    forwarding = Sending.describe(attempt, hosts, Optional.empty());
  }

  /** It was picked: the call ends here. */
  void chosen(Attempt attempt, ClusterHost chosen) {
    picked = chosen.endpoint().address().toString();
    Forwarding before = forwarding;
    if (before != null) {
      forwarding = Sending.describe(attempt, null, before.hosts().map(it -> with(it, picked, "")));
    }
    end();
  }

  private static Explanation.HostChoice with(Explanation.HostChoice of, String picked, String why) {
    return new Explanation.HostChoice(
        of.policy(),
        of.subset(),
        of.priorities(),
        of.candidates(),
        of.admission(),
        of.circuitBreaker(),
        picked,
        why);
  }

  private void end() {
    if (!over) {
      over = true;
      if (!asking) {
        done.run();
      }
    }
  }

  @Override
  public void onHead(int code, Headers headers) {
    status = code;
  }

  @Override
  public void onData(ByteBuffer chunk) {}

  @Override
  public void onTrailers(Headers trailers) {}

  @Override
  public void onEnd(Ended how) {
    end();
  }

  /**
   * All that was recorded.
   *
   * @param filterNames of the chain's filters, in order
   */
  public Explanation explanation(String revision, ListenerStep listener, List<String> filterNames) {
    var named = new ArrayList<FilterStep>();
    for (FilterStep step : filters) {
      int at = step.ordinal();
      String name = at < filterNames.size() ? filterNames.get(at) : "";
      named.add(new FilterStep(name, at, step.says(), step.details()));
    }
    OutgoingCall of = known();
    Forwarding sending = forwarding;
    if (sending == null && of.cluster != null) {
      sending = Sending.describe(of, of.cluster.config().name(), Optional.empty());
    }
    return new Explanation(
        described(of, revision),
        listener,
        selections,
        named,
        Optional.ofNullable(sending),
        result(of));
  }

  private static Described described(OutgoingCall call, String revision) {
    var fields = new ArrayList<Field>();
    Headers headers = call.request().headers();
    for (int i = 0; i < headers.size(); i++) {
      fields.add(new Field(headers.name(i), headers.value(i)));
    }
    return new Described(
        call.request().method(),
        call.request().scheme(),
        call.request().authority(),
        call.request().path(),
        fields,
        revision,
        Long.toUnsignedString(call.streamRandom()));
  }

  private Explanation.Result result(OutgoingCall call) {
    RouteEntry<RouteParts> entry = call.entry();
    Cluster cluster = call.clusterConfig();
    List<String> flags = new ArrayList<>();
    for (Flag flag : Flag.values()) {
      if (call.has(flag)) {
        flags.add(flag.name());
      }
    }
    return new Explanation.Result(
        status,
        String.join(",", flags),
        call.details(),
        entry == null ? "" : entry.route().name(),
        entry == null ? "" : entry.source(),
        cluster == null ? "" : cluster.name(),
        picked);
  }
}
