package io.inmesh.runtime.engine;

import io.inmesh.call.CallSink;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.route.LocalReply;
import io.inmesh.runtime.route.RouteEntry;

/**
 * A call that others make to this process: the same filters run, and then the application serves
 * it. Owner: its loop.
 */
public final class IncomingCall extends ActiveCall {
  private final Application application;

  /** Serves what the filters have let through. */
  @FunctionalInterface
  public interface Application {
    /** On the call's loop, once. */
    void serve(IncomingCall call);
  }

  /** A call over a connection. */
  public IncomingCall(
      HttpChain chain,
      Clusters clusters,
      String revision,
      Surroundings surroundings,
      EventLoop loop,
      Request request,
      CallSink sink,
      Downstream downstream,
      Application application) {
    super(chain, clusters, revision, surroundings, loop, request, sink, downstream);
    this.application = application;
  }

  /** On the loop, once. */
  public void enter() {
    count();
  }

  @Override
  void afterFilters() {
    RouteEntry<RouteParts> entry = entry();
    if (entry == null) {
      flag(Flag.NR);
      answer(new LocalReply(404, Headers.EMPTY, "", "route_not_found"));
      return;
    }
    LocalReply reply = entry.directReply(this);
    if (reply != null) {
      answer(reply);
    } else {
      application.serve(this);
    }
  }

  /** The application's answer; its headers can be written to. No effect after an end. */
  public void answered(int status, Headers headers) {
    if (!hasEnded() && !hasHeadSent()) {
      details("via_upstream");
      head(status, headers);
    }
  }

  /** The answer is whole, or never will be. Idempotent. */
  public void finish(CallSink.Ended how) {
    end(how);
  }

  /** Telemetry only listens. */
  @Override
  void tell(CallSink.Ended how) {
    surroundings.log().onEnd(this, how);
  }

  /** The body goes straight to the application. */
  @Override
  public void readAhead() {}

  /** Incoming calls have one host, the application. */
  @Override
  public void bind(String host, boolean strict, int missingStatus) {}

  /** The application's answer goes at the pace of the connection. */
  @Override
  public void demand(int chunks) {}
}
