package io.inmesh.runtime.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.BlockingMesh;
import io.inmesh.BlockingMesh.BlockingResponse;
import io.inmesh.call.Body;
import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Headers;
import io.inmesh.call.MeshException;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.call.StreamingResponse;
import io.inmesh.loop.EventLoop;
import io.inmesh.testkit.VirtualLoop;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EdgesTest {
  private static final int LIMIT = 10;
  private static final Request REQUEST = Request.of("GET", URI.create("http://orders/"));

  private final VirtualLoop loop = new VirtualLoop();
  private final List<FakeCall> calls = new ArrayList<>();
  private final ExecutorService waiters = Executors.newCachedThreadPool();
  private Consumer<FakeCall> atOnce = call -> {};

  private final Edges edges = new Edges(this::start, () -> loop, () -> false, Runnable::run, LIMIT);

  private FakeCall start(
      EventLoop on, Request request, io.inmesh.call.CallSink sink, @Nullable Object context) {
    var call = new FakeCall(request, sink);
    calls.add(call);
    atOnce.accept(call);
    return call;
  }

  @AfterEach
  void end() {
    waiters.shutdownNow();
  }

  private FakeCall only() {
    loop.runTasks();
    assertThat(calls).hasSize(1);
    return calls.get(0);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(FakeCall call, String... chunks) {
    call.sink.onHead(200, Headers.of("x-a", "1"));
    for (String chunk : chunks) {
      ByteBuffer lent = bytes(chunk);
      call.sink.onData(lent);
      lent.clear();
      lent.put(new byte[lent.capacity()]);
    }
    call.sink.onTrailers(Headers.of("t", "2"));
    call.sink.onEnd(Ended.COMPLETE);
  }

  @Test
  void collectsAWholeResponse() throws Exception {
    CompletableFuture<Response> future = edges.send(REQUEST).toCompletableFuture();
    FakeCall call = only();
    assertThat(call.demand).isEqualTo(Integer.MAX_VALUE);
    assertThat(future).isNotDone();
    answer(call, "ab", "cde");
    Response response = future.get();
    assertThat(response.text()).isEqualTo("abcde");
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.trailers()).isEqualTo(Headers.of("t", "2"));
    assertThat(response.outcome().cluster()).isEqualTo("cluster");
  }

  @Test
  void aCallThatEndsBeforeItIsInHandIsCollectedToo() {
    atOnce = call -> answer(call, "reply");
    CompletableFuture<Response> future = edges.send(REQUEST).toCompletableFuture();
    only();
    assertThat(future).isCompletedWithValueMatching(response -> response.text().equals("reply"));
  }

  @Test
  void anAnnouncedLengthIsNotBelieved() {
    CompletableFuture<Response> future = edges.send(REQUEST).toCompletableFuture();
    FakeCall call = only();
    call.sink.onHead(200, Headers.of("content-length", "3"));
    call.sink.onData(bytes("abcdef"));
    call.sink.onEnd(Ended.COMPLETE);
    assertThat(future).isCompletedWithValueMatching(response -> response.text().equals("abcdef"));
  }

  @Test
  void aResponseAboveTheLimitIsCancelledAndSaysSo() {
    CompletableFuture<Response> future = edges.send(REQUEST).toCompletableFuture();
    FakeCall call = only();
    call.sink.onHead(200, Headers.EMPTY);
    call.sink.onData(bytes("0123456789"));
    assertThat(call.cancelled).isEmpty();
    call.sink.onData(bytes("x"));
    assertThat(call.cancelled).contains("10 bytes");
    assertThat(future)
        .failsWithin(1, TimeUnit.SECONDS)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(MeshException.TooLarge.class);
  }

  @Test
  void aBrokenResponseFails() {
    CompletableFuture<Response> future = edges.send(REQUEST).toCompletableFuture();
    FakeCall call = only();
    call.sink.onHead(200, Headers.EMPTY);
    call.sink.onEnd(Ended.RESET);
    assertThat(future)
        .failsWithin(1, TimeUnit.SECONDS)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(MeshException.Broken.class);
  }

  @Test
  void cancellingTheFutureCancelsTheCall() {
    CompletableFuture<Response> future = edges.send(REQUEST).toCompletableFuture();
    FakeCall call = only();
    future.cancel(true);
    assertThat(call.cancelled).isEqualTo("cancelled by the caller");
  }

  @Test
  void cancellingBeforeTheLoopRanStartsNoCall() {
    List<Runnable> queued = new ArrayList<>();
    EventLoop elsewhere = new Elsewhere(queued::add);
    var other = new Edges(this::start, () -> elsewhere, () -> false, Runnable::run, LIMIT);
    other.send(REQUEST).toCompletableFuture().cancel(true);
    queued.forEach(Runnable::run);
    assertThat(calls).isEmpty();
  }

  @Test
  void streamsAtThePaceOfTheReader() {
    CompletableFuture<StreamingResponse> head = edges.exchange(REQUEST).toCompletableFuture();
    FakeCall call = only();
    assertThat(call.demand).isZero();
    call.sink.onHead(200, Headers.EMPTY);
    Body body = head.join().body();
    var reader = new Reader();
    body.open(reader);
    assertThat(call.demand).isZero();
    body.demand(2);
    assertThat(call.demand).isEqualTo(2);
    call.sink.onData(bytes("ab"));
    call.sink.onTrailers(Headers.of("t", "2"));
    call.sink.onEnd(Ended.COMPLETE);
    assertThat(reader.text.toString()).isEqualTo("ab");
    assertThat(reader.end).isEqualTo("{t: 2}");
  }

  @Test
  void aLocalReplysBodyWaitsForTheReader() {
    atOnce = call -> answer(call, "no", "pe");
    CompletableFuture<StreamingResponse> head = edges.exchange(REQUEST).toCompletableFuture();
    only();
    var reader = new Reader();
    head.join().body().open(reader);
    assertThat(reader.text.toString()).isEmpty();
    head.join().body().demand(1);
    assertThat(reader.text.toString()).isEqualTo("nope");
    assertThat(reader.end).isEqualTo("{t: 2}");
  }

  @Test
  void aBodyIsReadOnce() {
    CompletableFuture<StreamingResponse> head = edges.exchange(REQUEST).toCompletableFuture();
    only().sink.onHead(200, Headers.EMPTY);
    head.join().body().open(new Reader());
    var second = new Reader();
    head.join().body().open(second);
    assertThat(second.end).contains("read once");
  }

  @Test
  void cancellingABodyCancelsTheCallAndTellsNobody() {
    CompletableFuture<StreamingResponse> head = edges.exchange(REQUEST).toCompletableFuture();
    FakeCall call = only();
    call.sink.onHead(200, Headers.EMPTY);
    var reader = new Reader();
    head.join().body().open(reader);
    head.join().body().cancel();
    assertThat(call.cancelled).isNotEmpty();
    assertThat(reader.end).isEmpty();
  }

  @Test
  void aThreadOfTheMeshMayNotBlock() {
    BlockingMesh blocking =
        new Edges(this::start, () -> loop, () -> true, Runnable::run, LIMIT).blocking();
    assertThatThrownBy(() -> blocking.send(REQUEST)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> blocking.exchange(REQUEST)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void blocksUntilTheResponseIsThere() throws Exception {
    BlockingQueue<Runnable> queued = new LinkedBlockingQueue<>();
    BlockingMesh blocking =
        new Edges(this::start, () -> new Elsewhere(queued::add), () -> false, Runnable::run, LIMIT)
            .blocking();
    Future<Response> waiting = waiters.submit(() -> blocking.send(REQUEST));
    queued.poll(10, TimeUnit.SECONDS).run();
    answer(calls.get(0), "abc");
    assertThat(waiting.get(10, TimeUnit.SECONDS).text()).isEqualTo("abc");
  }

  @Test
  void anInterruptCancelsTheCallAndTheThreadGoesOnOnlyWhenItHasEnded() throws Exception {
    BlockingQueue<Runnable> queued = new LinkedBlockingQueue<>();
    BlockingMesh blocking =
        new Edges(this::start, () -> new Elsewhere(queued::add), () -> false, Runnable::run, LIMIT)
            .blocking();
    var failure = new CompletableFuture<Throwable>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                blocking.send(REQUEST);
              } catch (InterruptedException | RuntimeException seen) {
                failure.complete(seen);
              }
            });
    waiter.start();
    queued.poll(10, TimeUnit.SECONDS).run();
    waiter.interrupt();
    queued.poll(10, TimeUnit.SECONDS).run();
    assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    assertThat(calls.get(0).cancelled).isEqualTo("interrupted");
  }

  @Test
  void pullsABodyThroughAStreamWithoutAskingForMoreThanAFewChunks() throws Exception {
    BlockingQueue<Runnable> queued = new LinkedBlockingQueue<>();
    BlockingMesh blocking =
        new Edges(this::start, () -> new Elsewhere(queued::add), () -> false, Runnable::run, LIMIT)
            .blocking();
    Future<BlockingResponse> waiting = waiters.submit(() -> blocking.exchange(REQUEST));
    queued.poll(10, TimeUnit.SECONDS).run();
    FakeCall call = calls.get(0);
    call.sink.onHead(200, Headers.EMPTY);
    BlockingResponse response = waiting.get(10, TimeUnit.SECONDS);
    runAll(queued);
    assertThat(call.demand).isBetween(1, 8);
    int first = call.demand;
    call.sink.onData(bytes("abc"));
    assertThat(response.body().readNBytes(2)).asString().isEqualTo("ab");
    runAll(queued);
    assertThat(call.demand).isEqualTo(first + 1);
    call.sink.onTrailers(Headers.of("t", "2"));
    call.sink.onEnd(Ended.COMPLETE);
    assertThat(response.body().readAllBytes()).asString().isEqualTo("c");
    assertThat(response.trailers()).isEqualTo(Headers.of("t", "2"));
    response.close();
    runAll(queued);
    assertThat(call.cancelled).isEmpty();
  }

  @Test
  void aStreamThatBreaksThrows() throws Exception {
    BlockingQueue<Runnable> queued = new LinkedBlockingQueue<>();
    BlockingMesh blocking =
        new Edges(this::start, () -> new Elsewhere(queued::add), () -> false, Runnable::run, LIMIT)
            .blocking();
    Future<BlockingResponse> waiting = waiters.submit(() -> blocking.exchange(REQUEST));
    queued.poll(10, TimeUnit.SECONDS).run();
    calls.get(0).sink.onHead(200, Headers.EMPTY);
    BlockingResponse response = waiting.get(10, TimeUnit.SECONDS);
    runAll(queued);
    calls.get(0).sink.onEnd(Ended.RESET);
    assertThatThrownBy(() -> response.body().read())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("broke off");
    response.close();
  }

  private static void runAll(BlockingQueue<Runnable> queued) {
    for (Runnable task = queued.poll(); task != null; task = queued.poll()) {
      task.run();
    }
  }

  /** A loop whose tasks the test runs when it likes, on its own thread. */
  private record Elsewhere(Consumer<Runnable> queue) implements EventLoop {
    @Override
    public boolean inLoop() {
      return false;
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public long random() {
      return 0;
    }

    @Override
    public void arm(io.inmesh.loop.Timer timer, long atNanos) {}

    @Override
    public void execute(Runnable task) {
      queue.accept(task);
    }
  }

  private static final class Reader implements Body.Sink {
    final StringBuilder text = new StringBuilder();
    String end = "";

    @Override
    public void onData(ByteBuffer chunk) {
      text.append(StandardCharsets.UTF_8.decode(chunk));
    }

    @Override
    public void onEnd(Headers trailers) {
      end = trailers.toString();
    }

    @Override
    public void onFailure(Throwable cause) {
      end = cause.getMessage();
    }
  }
}
