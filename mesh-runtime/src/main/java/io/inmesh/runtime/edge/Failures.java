package io.inmesh.runtime.edge;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.MeshException;
import io.inmesh.call.Outcome;

/** What an application is told of a call that did not end well. */
final class Failures {
  private Failures() {}

  static MeshException of(Call call, Ended how) {
    Outcome outcome = call.outcome();
    if (how == Ended.CANCELLED) {
      return new MeshException.Cancelled(
          "cancelled: " + outcome.details(), call.attempts() > 0, outcome);
    }
    return new MeshException.Broken(
        "the response broke off: " + outcome.details() + " " + outcome.flags(), outcome);
  }
}
