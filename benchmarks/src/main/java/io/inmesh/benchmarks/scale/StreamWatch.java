package io.inmesh.benchmarks.scale;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Counts what goes over ADS streams, and remembers when something last did. */
final class StreamWatch implements ServerInterceptor {
  private final Object lock = new Object();
  private long requests;
  private long responses;
  private long lastNanos;

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var watched =
        new SimpleForwardingServerCall<Q, R>(call) {
          @Override
          public void sendMessage(R message) {
            responded();
            super.sendMessage(message);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      @Override
      public void onMessage(Q message) {
        requested();
        super.onMessage(message);
      }
    };
  }

  private void requested() {
    synchronized (lock) {
      requests++;
      lastNanos = System.nanoTime();
      lock.notifyAll();
    }
  }

  private void responded() {
    synchronized (lock) {
      responses++;
      lastNanos = System.nanoTime();
    }
  }

  long requests() {
    synchronized (lock) {
      return requests;
    }
  }

  long responses() {
    synchronized (lock) {
      return responses;
    }
  }

  /**
   * Waits until a client has confirmed something and nothing has moved for a while; answers when
   * the last thing moved.
   */
  long quietSince(long requestsBefore, long quietMillis, long mostMillis)
      throws InterruptedException {
    long end = System.nanoTime() + mostMillis * 1_000_000;
    synchronized (lock) {
      while (System.nanoTime() < end) {
        long quiet = (System.nanoTime() - lastNanos) / 1_000_000;
        if (requests > requestsBefore && quiet >= quietMillis) {
          return lastNanos;
        }
        lock.wait(Math.max(1, requests > requestsBefore ? quietMillis - quiet : quietMillis));
      }
      return -1;
    }
  }
}
