package io.inmesh.runtime;

import io.inmesh.call.CallSink;
import io.inmesh.call.Request;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.assemble.ConfigWriter;
import io.inmesh.runtime.assemble.Dataplane;
import io.inmesh.runtime.assemble.Destination;
import io.inmesh.runtime.assemble.Dialer;
import io.inmesh.runtime.assemble.Passthrough;
import io.inmesh.runtime.edge.CallStarter;
import io.inmesh.runtime.engine.HttpChain;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.runtime.engine.Surroundings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where calls enter: reads the config once, finds the destination's chain, waits for the plane
 * where it has not said anything yet, and sends what is not in the mesh its own way.
 */
final class Entrance implements CallStarter {
  private final ConfigWriter config;
  private final Dialer dialer;
  private final Surroundings surroundings;
  private final Passthrough passthrough;
  private final EventLoop configLoop;
  private final Settings settings;

  /**
   * How strangers are treated.
   *
   * @param patience for the plane's first answer about a destination
   * @param initialFetch for the plane's first answer about anything, and for what a known
   *     destination depends on
   */
  record Settings(OutboundPolicy policy, Duration patience, Duration initialFetch) {}

  Entrance(
      ConfigWriter config,
      Dialer dialer,
      Surroundings surroundings,
      Passthrough passthrough,
      EventLoop configLoop,
      Settings settings) {
    this.config = config;
    this.dialer = dialer;
    this.surroundings = surroundings;
    this.passthrough = passthrough;
    this.configLoop = configLoop;
    this.settings = settings;
  }

  @Override
  public OutgoingCall call(
      EventLoop loop, Request request, CallSink sink, @Nullable Object context) {
    Dataplane now = config.dataplane();
    HttpChain chain = dialer.dial(now, request);
    var call =
        new OutgoingCall(
            chain == null ? passthrough.nowhere() : chain,
            chain == null ? passthrough : now,
            now.revision(),
            surroundings,
            loop,
            request,
            sink);
    call.enter(context);
    if (chain != null) {
      call.proceed();
    } else if (isStranger(request.authority())) {
      proceed(call);
    } else {
      new AwaitedCall(this, call, loop).begin();
    }
    return call;
  }

  @Override
  public @Nullable Object context() {
    return surroundings.tracing().context();
  }

  /**
   * Whether calls of a request's kind go by config; what is not known yet is asked for, for as long
   * as a call would wait. Completes on the loop.
   */
  CompletionStage<Boolean> isMeshed(EventLoop loop, Request request) {
    if (dialer.dial(config.dataplane(), request) != null) {
      return CompletableFuture.completedFuture(true);
    }
    if (isStranger(request.authority())) {
      return CompletableFuture.completedFuture(false);
    }
    var answer = new CompletableFuture<Boolean>();
    loop.execute(() -> new AwaitedAnswer(loop, request, answer).begin());
    return answer;
  }

  /** Somebody who asks without calling. */
  private final class AwaitedAnswer extends AwaitedDestination {
    private final Request request;
    private final CompletableFuture<Boolean> answer;

    AwaitedAnswer(EventLoop loop, Request request, CompletableFuture<Boolean> answer) {
      super(Entrance.this, loop, request.authority(), Long.MAX_VALUE);
      this.request = request;
      this.answer = answer;
    }

    @Override
    void decided() {
      answer.complete(dialer.dial(config.dataplane(), request) != null);
    }

    @Override
    void expired() {
      decided();
    }

    @Override
    boolean isPointless() {
      return answer.isDone();
    }
  }

  /** Whether the plane has said that it does not know a destination. */
  private boolean isStranger(String authority) {
    if (dialer.allListeners()) {
      return config.isSettled();
    }
    Destination destination = config.destination(authority);
    return destination != null && destination.state() == Destination.State.ABSENT;
  }

  void ask(String authority, Runnable answered) {
    configLoop.execute(() -> config.ask(authority, answered));
  }

  long patienceNanos() {
    return settings.patience().toNanos();
  }

  /** Whether more than the usual patience is due. */
  boolean isWorthWaiting(String authority, long waited) {
    Destination destination = config.destination(authority);
    boolean coming =
        (destination != null && destination.state() == Destination.State.INCOMPLETE)
            || (dialer.allListeners() && !config.isSettled());
    return (coming || !config.hasAnswered()) && waited < settings.initialFetch().toNanos();
  }

  /** With what is known now. */
  void proceed(OutgoingCall call) {
    Dataplane now = config.dataplane();
    @Nullable HttpChain chain = dialer.dial(now, call.request());
    if (chain != null) {
      call.proceed(chain, now, now.revision());
    } else if (settings.policy() == OutboundPolicy.ALLOW_ANY) {
      if (!call.isExplained()) {
        surroundings.counters().wentUnmeshed();
      }
      call.proceed(passthrough.chain(call.request().scheme()), passthrough, now.revision());
    } else {
      call.proceed();
    }
  }
}
