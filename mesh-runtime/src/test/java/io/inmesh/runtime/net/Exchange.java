package io.inmesh.runtime.net;

import io.inmesh.call.Headers;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.ConnectionPool.Cancel;
import io.inmesh.transport.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One exchange in a test: what was sent, and all that came back. */
class Exchange implements Stream.Handler, Stream.RequestHead {
  final CompletableFuture<Stream> opened = new CompletableFuture<>();
  final CompletableFuture<Integer> head = new CompletableFuture<>();
  final CompletableFuture<Stream.Closed> closed = new CompletableFuture<>();
  final ByteArrayOutputStream received = new ByteArrayOutputStream();
  volatile Headers headers = Headers.EMPTY;
  volatile Headers trailers = Headers.EMPTY;
  volatile String reason = "";
  final AtomicLong receivedBytes = new AtomicLong();
  final AtomicLong sentBytes = new AtomicLong();
  final AtomicInteger callbacksAfterClose = new AtomicInteger();

  private final String method;
  private final String path;
  private Headers requestHeaders = Headers.EMPTY;
  private Headers requestTrailers = Headers.EMPTY;
  private int demand = Integer.MAX_VALUE;
  private long contentLength = -1;
  private long bodyLeft = -1;
  private int chunkSize = 16 * 1024;
  private boolean keep = true;
  private boolean holdEnd;
  NettyLoop loop;
  volatile Cancel cancel = Cancel.NOTHING;
  private volatile Stream stream;

  Exchange(String method, String path) {
    this.method = method;
    this.path = path;
  }

  static Exchange get(String path) {
    return new Exchange("GET", path);
  }

  Exchange headers(String... pairs) {
    requestHeaders = Headers.of(pairs);
    return this;
  }

  /** The request has a body of so many bytes. */
  Exchange body(long bytes, long announced) {
    bodyLeft = bytes;
    contentLength = announced;
    return this;
  }

  Exchange chunks(int size) {
    chunkSize = size;
    return this;
  }

  Exchange holdEnd() {
    holdEnd = true;
    return this;
  }

  Exchange trailers(String... pairs) {
    requestTrailers = Headers.of(pairs);
    return this;
  }

  Exchange demand(int first) {
    demand = first;
    return this;
  }

  /** Bytes are counted, not kept. */
  Exchange count() {
    keep = false;
    return this;
  }

  Exchange on(ConnectionPool pool, NettyLoop where) {
    loop = where;
    where.execute(() -> cancel = pool.open(where, this));
    return this;
  }

  /** Lets something happen, and asks in the same turn of the loop: it sees no sockets meanwhile. */
  Exchange after(CountDownLatch cause, CountDownLatch event, ConnectionPool pool, NettyLoop where) {
    loop = where;
    where.execute(
        () -> {
          cause.countDown();
          Pair.waitFor(event);
          cancel = pool.open(where, this);
        });
    return this;
  }

  void more(int chunks) {
    loop.execute(() -> stream.demand(chunks));
  }

  void reset() {
    loop.execute(() -> stream.reset());
  }

  void end() {
    loop.execute(() -> stream.end(requestTrailers));
  }

  @Override
  public void onOpen(Stream value) {
    stream = value;
    value.head(this, requestHeaders, contentLength, bodyLeft < 0);
    if (demand > 0) {
      value.demand(demand);
    }
    opened.complete(value);
  }

  @Override
  public void onWritable(int chunks) {
    for (int i = 0; i < chunks && bodyLeft > 0; i++) {
      int size = (int) Math.min(chunkSize, bodyLeft);
      bodyLeft -= size;
      sentBytes.addAndGet(size);
      stream.data(ByteBuffer.wrap(new byte[size]));
    }
    if (bodyLeft == 0 && !holdEnd) {
      bodyLeft = -1;
      stream.end(requestTrailers);
    }
  }

  @Override
  public void onHead(int status, Headers fields) {
    late();
    headers = fields;
    head.complete(status);
  }

  @Override
  public void onData(ByteBuffer chunk) {
    late();
    if (!head.isDone()) {
      callbacksAfterClose.addAndGet(100);
    }
    receivedBytes.addAndGet(chunk.remaining());
    if (keep) {
      while (chunk.hasRemaining()) {
        received.write(chunk.get());
      }
    }
  }

  @Override
  public void onTrailers(Headers fields) {
    late();
    trailers = fields;
  }

  @Override
  public void onClose(Stream.Closed how, String why) {
    late();
    reason = why;
    if (!head.isDone()) {
      head.completeExceptionally(new IllegalStateException(how + ": " + why));
    }
    closed.complete(how);
  }

  private void late() {
    if (closed.isDone()) {
      callbacksAfterClose.incrementAndGet();
    }
  }

  int status() {
    return await(head);
  }

  Stream.Closed outcome() {
    return await(closed);
  }

  String text() {
    return received.toString(StandardCharsets.UTF_8);
  }

  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public String authority() {
    return "svc.example";
  }

  @Override
  public String path() {
    return path;
  }
}
