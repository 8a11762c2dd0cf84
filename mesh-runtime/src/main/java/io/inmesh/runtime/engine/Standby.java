package io.inmesh.runtime.engine;

import io.inmesh.call.Headers;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.Failures.Kind;
import io.inmesh.config.Fallback;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.route.LocalReply;
import io.inmesh.runtime.stats.ClusterStats.Count;
import io.inmesh.transport.Stream.Closed;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fallback of a route or cluster: what a caller gets in the place of a failure, once all tries
 * are made. The response flags go on telling of the failure. Stateless, as the router.
 */
final class Standby {
  private Standby() {}

  /** The route's, else the cluster's; null for none. */
  static @Nullable Fallback of(Forward forward, ClusterRuntime cluster) {
    return forward.fallback().or(() -> cluster.config().resilience().fallback()).orElse(null);
  }

  /** For people. */
  static String describe(Fallback fallback) {
    String to =
        fallback.target() instanceof Fallback.ToCluster other
            ? "cluster " + other.cluster()
            : "answer " + ((Fallback.Answer) fallback.target()).status();
    return to
        + " on "
        + Stream.concat(
                fallback.on().kinds().stream().sorted().map(Kind::token),
                fallback.on().statuses().stream().sorted().map(String::valueOf))
            .collect(Collectors.joining(","));
  }

  static Kind kind(Closed how) {
    return switch (how) {
      case CONNECT_FAILURE, CONNECT_TIMEOUT -> Kind.CONNECT_FAILURE;
      case OVERFLOW -> Kind.OVERFLOW;
      default -> Kind.RESET;
    };
  }

  /** Whether the fallback takes the call, which would fail otherwise. */
  static boolean takes(Attempt failed, Kind kind) {
    Fallback fallback = failed.call().fallback;
    return fallback != null && fallback.on().has(kind) && steppedIn(failed, fallback, kind);
  }

  /** Whether the fallback takes a call that was answered so. */
  static boolean takesStatus(Attempt failed, int status, Headers headers) {
    OutgoingCall call = failed.call();
    Fallback fallback = call.fallback;
    if (fallback == null) {
      return false;
    }
    int meant = call.isGrpc() ? Grpc.httpStatus(status, headers) : status;
    return fallback.on().hasStatus(meant) && steppedIn(failed, fallback, Kind.SERVER_ERROR);
  }

  private static boolean steppedIn(Attempt failed, Fallback fallback, Kind kind) {
    OutgoingCall call = failed.call();
    if (call.isExplained() || call.hasHeadSent() || call.fallbackCause() != null) {
      return false;
    }
    if (fallback.target() instanceof Fallback.Answer answer) {
      stepsIn(failed, kind);
      Headers headers = new Headers();
      answer.headers().forEach(headers::add);
      call.answer(
          new LocalReply(
              answer.status(), headers, answer.body(), "fallback{" + kind.details() + "}"));
      return true;
    }
    ClusterRuntime other = call.clusters.find(((Fallback.ToCluster) fallback.target()).cluster());
    if (other == null || !Router.isRepeatable(call) || isLate(call)) {
      return false;
    }
    stepsIn(failed, kind);
    call.retryEnded();
    failed.drop();
    call.retry = null;
    call.cluster = other;
    Router.begin(new Attempt(call, other, failed));
    return true;
  }

  private static boolean isLate(OutgoingCall call) {
    return Math.min(call.deadline, call.streamDeadline) <= call.loop.nanoTime();
  }

  private static void stepsIn(Attempt failed, Kind kind) {
    failed.call().fallBack(kind);
    failed.count(Count.FALLBACK);
  }
}
