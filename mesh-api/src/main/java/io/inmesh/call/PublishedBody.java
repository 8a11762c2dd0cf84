package io.inmesh.call;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A publisher as a body: demand is passed on as it is. */
final class PublishedBody implements Body {
  private final Flow.Publisher<ByteBuffer> publisher;
  private long early;
  private boolean cancelled;
  private Flow.@Nullable Subscription subscription;

  PublishedBody(Flow.Publisher<ByteBuffer> publisher) {
    this.publisher = publisher;
  }

  @Override
  public void open(Sink sink) {
    publisher.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription given) {
            subscribed(given);
          }

          @Override
          public void onNext(ByteBuffer chunk) {
            if (!isCancelled()) {
              sink.onData(chunk);
            }
          }

          @Override
          public void onError(Throwable cause) {
            if (!isCancelled()) {
              sink.onFailure(cause);
            }
          }

          @Override
          public void onComplete() {
            if (!isCancelled()) {
              sink.onEnd(Headers.EMPTY);
            }
          }
        });
  }

  /** A publisher may go on for a while after a cancel; the reader has nothing to do with that. */
  private synchronized boolean isCancelled() {
    return cancelled;
  }

  private void subscribed(Flow.Subscription given) {
    long wanted;
    boolean gone;
    synchronized (this) {
      subscription = given;
      wanted = early;
      gone = cancelled;
    }
    if (gone) {
      given.cancel();
    } else if (wanted > 0) {
      given.request(wanted);
    }
  }

  @Override
  public void demand(int chunks) {
    Flow.Subscription known;
    synchronized (this) {
      known = subscription;
      if (known == null) {
        early += chunks;
      }
    }
    if (known != null && chunks > 0) {
      known.request(chunks);
    }
  }

  @Override
  public void cancel() {
    Flow.Subscription known;
    synchronized (this) {
      known = subscription;
      cancelled = true;
    }
    if (known != null) {
      known.cancel();
    }
  }
}
