package io.inmesh.runtime.engine;

import io.inmesh.call.Body;
import io.inmesh.call.CallSink;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.call.Request;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.downstream.Downstream;
import io.inmesh.runtime.route.LocalReply;
import io.inmesh.runtime.route.RouteEntry;
import org.jspecify.annotations.Nullable;

/**
 * A call that others make to this process: the same filters run, and then the application serves
 * it. Owner: its loop.
 */
public final class IncomingCall extends ActiveCall {
  private final Application application;
  private @Nullable HeldBody held;
  private boolean served;

  /** In bytes a second; 0 for no limit. */
  private long pace;

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
      served = true;
      application.serve(this);
    }
  }

  /** The body that the application reads: the request's, or what stands for it. */
  public Body body(Body own) {
    return held == null ? own : held;
  }

  @Override
  public boolean readBody(long bytes, boolean whole, Runnable then) {
    Body own = request().body().orElse(null);
    if (own == null) {
      return true;
    }
    HeldBody reading = held == null ? new HeldBody(own, loop) : held;
    held = reading;
    var waiting = new Waiting(then);
    reading.await(bytes, whole, waiting);
    return waiting.isOver();
  }

  @Override
  public HttpFilter.Verdict awaitBody(long most) {
    if (super.awaitBody(most) == HttpFilter.Verdict.STOP) {
      return HttpFilter.Verdict.STOP;
    }
    boolean there = readBody(most, true, this::resume);
    return there && !isOver() ? HttpFilter.Verdict.CONTINUE : HttpFilter.Verdict.STOP;
  }

  /** A filter waits for the body. */
  private final class Waiting implements HeldBody.Listener {
    private final Runnable then;
    private boolean asleep;
    private boolean over;

    Waiting(Runnable then) {
      this.then = then;
    }

    /** Whether it is there already; otherwise the filter hears of it. */
    boolean isOver() {
      asleep = true;
      return over;
    }

    @Override
    public void onRead() {
      over = true;
      if (asleep && !IncomingCall.this.isOver()) {
        then.run();
      }
    }

    @Override
    public void onTooLarge() {
      bodyTooLarge();
    }
  }

  @Override
  public @Nullable BodyStart bodyStart(int most) {
    return held == null ? null : held.start(most);
  }

  /** Nobody reads what was read for a filter. */
  @Override
  void release() {
    if (held != null && !served) {
      held.cancel();
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

  @Override
  public void pace(long bytesPerSecond) {
    pace = bytesPerSecond;
  }

  /** The body of the application's answer, as fast as it may go. */
  public Body paced(Body answer) {
    return pace == 0 ? answer : new PacedBody(answer, loop, pace);
  }

  /** Incoming calls have one host, the application. */
  @Override
  public void bind(String host, boolean strict, int missingStatus) {}

  /** The application's answer goes at the pace of the connection. */
  @Override
  public void demand(int chunks) {}
}
