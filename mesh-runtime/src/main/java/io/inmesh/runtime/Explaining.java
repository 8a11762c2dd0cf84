package io.inmesh.runtime;

import io.inmesh.call.Request;
import io.inmesh.explain.Explanation;
import io.inmesh.explain.Explanation.ListenerStep;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.assemble.Dataplane;
import io.inmesh.runtime.assemble.Dialer;
import io.inmesh.runtime.engine.Recorder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Explains requests: lets calls that have a recorder enter where all calls do. */
final class Explaining {
  private final Entrance entrance;
  private final Dialer dialer;
  private final Supplier<? extends EventLoop> loops;
  private final Executor executor;

  Explaining(
      Entrance entrance, Dialer dialer, Supplier<? extends EventLoop> loops, Executor executor) {
    this.entrance = entrance;
    this.dialer = dialer;
    this.loops = loops;
    this.executor = executor;
  }

  CompletionStage<Explanation> explain(Request request, OptionalLong draw) {
    var answer = new CompletableFuture<Explanation>();
    EventLoop loop = loops.get();
    loop.execute(
        () -> {
          try {
            begin(loop, request, draw, answer);
          } catch (RuntimeException broken) {
            executor.execute(() -> answer.completeExceptionally(broken));
          }
        });
    return answer;
  }

  private void begin(
      EventLoop loop, Request request, OptionalLong draw, CompletableFuture<Explanation> answer) {
    var bare =
        new Request(
            request.method(),
            request.scheme(),
            request.authority(),
            request.path(),
            request.headers(),
            Optional.empty(),
            request.timeout());
    var ended = new End(bare, answer);
    var recorder = new Recorder(ended);
    ended.of = recorder;
    entrance.call(new Draws(loop, draw.orElseGet(loop::random)), bare, recorder, null);
  }

  /** Completes the answer; the recorder tells when. */
  private final class End implements Runnable {
    private final Request request;
    private final CompletableFuture<Explanation> answer;
    private Recorder of = new Recorder(() -> {});

    End(Request request, CompletableFuture<Explanation> answer) {
      this.request = request;
      this.answer = answer;
    }

    @Override
    public void run() {
      Explanation whole = explanation();
      executor.execute(() -> answer.complete(whole));
    }

    private Explanation explanation() {
      String rule = dialer.rule(request);
      if (of.clusters() instanceof Dataplane config) {
        Dataplane.Source source = config.source(of.chain());
        if (source != null) {
          var listener = new ListenerStep(source.listener(), rule, source.routes());
          return of.explanation(config.revision(), listener, source.filters());
        }
      }
      var none = new ListenerStep("", rule + "; none takes it, it is not in the mesh", "");
      return of.explanation("", none, List.of());
    }
  }

  /** A loop whose draws begin with a given one and follow from it. */
  private static final class Draws implements EventLoop {
    private final EventLoop loop;
    private final SplittableRandom further;
    private final long first;
    private boolean begun;

    Draws(EventLoop loop, long first) {
      this.loop = loop;
      this.first = first;
      this.further = new SplittableRandom(first);
    }

    @Override
    public boolean inLoop() {
      return loop.inLoop();
    }

    @Override
    public long nanoTime() {
      return loop.nanoTime();
    }

    @Override
    public long random() {
      if (!begun) {
        begun = true;
        return first;
      }
      return further.nextLong();
    }

    @Override
    public void arm(Timer timer, long atNanos) {
      loop.arm(timer, atNanos);
    }

    @Override
    public void execute(Runnable task) {
      loop.execute(task);
    }
  }
}
