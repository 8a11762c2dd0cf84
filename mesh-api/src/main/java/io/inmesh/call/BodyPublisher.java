package io.inmesh.call;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/** A body as a publisher for one subscriber. Chunks are copied: the subscriber may keep them. */
final class BodyPublisher implements Flow.Publisher<ByteBuffer> {
  private final Body body;
  private final AtomicBoolean taken = new AtomicBoolean();

  BodyPublisher(Body body) {
    this.body = body;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    if (taken.compareAndSet(false, true)) {
      new Pump(subscriber).start();
    } else {
      subscriber.onSubscribe(new Nothing());
      subscriber.onError(new IllegalStateException("a body is read once"));
    }
  }

  private static final class Nothing implements Flow.Subscription {
    @Override
    public void request(long count) {}

    @Override
    public void cancel() {}
  }

  private final class Pump implements Body.Sink, Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private volatile boolean done;
    private long early;
    private boolean opened;

    Pump(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    void start() {
      subscriber.onSubscribe(this);
      if (done) {
        return;
      }
      body.open(this);
      long wanted;
      synchronized (this) {
        opened = true;
        wanted = early;
      }
      if (wanted > 0) {
        body.demand((int) Math.min(wanted, Integer.MAX_VALUE));
      }
    }

    /** Whether the demand has to wait for the body to be opened. */
    private synchronized boolean waits(long count) {
      if (!opened) {
        early += count;
      }
      return !opened;
    }

    @Override
    public void request(long count) {
      if (count > 0 && waits(count)) {
        return;
      }
      if (count > 0) {
        body.demand((int) Math.min(count, Integer.MAX_VALUE));
      } else if (!done) {
        cancel();
        subscriber.onError(new IllegalArgumentException("a request for " + count + " items"));
      }
    }

    @Override
    public void cancel() {
      done = true;
      body.cancel();
    }

    @Override
    public void onData(ByteBuffer chunk) {
      if (!done) {
        subscriber.onNext(ByteBuffer.allocate(chunk.remaining()).put(chunk).flip());
      }
    }

    @Override
    public void onEnd(Headers trailers) {
      if (!done) {
        done = true;
        subscriber.onComplete();
      }
    }

    @Override
    public void onFailure(Throwable cause) {
      if (!done) {
        done = true;
        subscriber.onError(cause);
      }
    }
  }
}
