package io.inmesh.transport;

import io.inmesh.loop.EventLoop;

/** Connections to one host under one transport socket and protocol. */
public interface ConnectionPool {
  /**
   * Asks for a stream. On {@code loop}, which the stream is used on. Answers with {@link
   * Stream.Handler#onOpen} or {@link Stream.Handler#onClose}, maybe before it returns.
   *
   * @return takes the question back before it is answered; idempotent, harmless afterwards
   */
  Cancel open(EventLoop loop, Stream.Handler handler);

  /** No new streams; the open ones end by themselves, then the connections close. Idempotent. */
  void drain();

  /** Withdraws a waiting {@link #open}. */
  @FunctionalInterface
  interface Cancel {
    /** Nothing to withdraw: the question was answered at once. */
    Cancel NOTHING = () -> {};

    void cancel();
  }
}
