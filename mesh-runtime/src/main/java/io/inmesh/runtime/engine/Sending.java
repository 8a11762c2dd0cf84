package io.inmesh.runtime.engine;

import io.inmesh.call.Headers;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.HashPolicy;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.explain.Explanation;
import io.inmesh.explain.Explanation.Forwarding;
import io.inmesh.explain.Explanation.HostChoice;
import io.inmesh.runtime.cluster.HostReport;
import io.inmesh.runtime.cluster.HostSet;
import io.inmesh.runtime.route.MirrorEntry;
import io.inmesh.runtime.route.RetryRules;
import io.inmesh.runtime.route.RouteEntry;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a recorded call would send, and where, in words. */
final class Sending {
  private Sending() {}

  /** With the choice of a host that is known, or that is to be made among {@code hosts}. */
  static Forwarding describe(Attempt attempt, @Nullable HostSet hosts, Optional<HostChoice> known) {
    OutgoingCall call = attempt.call();
    Optional<HostChoice> choice = hosts == null ? known : Optional.of(choice(attempt, hosts));
    return describe(call, attempt.cluster().config().name(), choice);
  }

  static Forwarding describe(OutgoingCall call, String cluster, Optional<HostChoice> choice) {
    return new Forwarding(
        cluster,
        call.virtualCluster(),
        new Explanation.Limits(
            millis(call.responseNanos),
            millis(call.perTryNanos),
            millis(call.perTryIdleNanos),
            millis(call.maxStreamNanos),
            call.idleNanos < 0 ? -1 : millis(call.idleNanos),
            call.timeoutStatus),
        Optional.ofNullable(call.retry).map(Sending::retry),
        call.hashed ? Optional.of(hash(call)) : Optional.empty(),
        mirrors(call),
        rewritten(call),
        call.fallback == null ? "" : Standby.describe(call.fallback),
        choice);
  }

  private static HostChoice choice(Attempt attempt, HostSet hosts) {
    return HostReport.of(
        attempt.cluster(), hosts, attempt.priority(), attempt, attempt.call().clusters::find);
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private static Explanation.Retry retry(RetryRules rules) {
    HostSelection hosts = rules.hosts();
    var others = new ArrayList<String>();
    if (hosts.avoidPrevious()) {
      others.add("not those tried before");
    }
    if (hosts.omitCanary()) {
      others.add("no canaries");
    }
    if (!hosts.omitMetadata().byNamespace().isEmpty()) {
      others.add("not those with metadata " + hosts.omitMetadata().byNamespace());
    }
    return new Explanation.Retry(
        rules.conditions(), rules.retries(), rules.statusCodes(), String.join(", ", others));
  }

  private static Explanation.Hash hash(OutgoingCall call) {
    Forward forward = call.routed().forward();
    List<HashPolicy> policies = forward == null ? List.of() : forward.hashPolicies();
    return new Explanation.Hash(
        Long.toHexString(call.hash), policies.stream().map(it -> it.input().toString()).toList());
  }

  private static List<Explanation.Mirror> mirrors(OutgoingCall call) {
    RouteEntry<RouteParts> entry = call.entry();
    var all = new ArrayList<Explanation.Mirror>();
    for (MirrorEntry mirror : entry == null ? List.<MirrorEntry>of() : entry.mirrors()) {
      String to = mirror.cluster(call);
      boolean exists = call.clusters.find(to) != null;
      all.add(new Explanation.Mirror(to, mirror.wanted(call), exists));
    }
    return all;
  }

  /** What differs from the request as the application wrote it. */
  private static List<String> rewritten(OutgoingCall call) {
    var changes = new ArrayList<String>();
    change(":scheme", call.request().scheme(), call.scheme(), changes);
    change(":authority", call.request().authority(), call.authority(), changes);
    change(":path", call.request().path(), call.path(), changes);
    Headers before = call.request().headers();
    Headers after = call.headers();
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < before.size(); i++) {
      names.add(before.name(i));
    }
    for (int i = 0; i < after.size(); i++) {
      names.add(after.name(i));
    }
    for (String name : names) {
      change(name, text(before.all(name)), text(after.all(name)), changes);
    }
    return changes;
  }

  private static String text(List<String> values) {
    return values.isEmpty() ? "-" : String.join(" | ", values);
  }

  private static void change(String name, String before, String after, List<String> changes) {
    if (!before.equals(after)) {
      changes.add(name + ": " + before + " -> " + after);
    }
  }
}
