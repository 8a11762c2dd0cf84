package io.inmesh.benchmarks.client;

import java.io.IOException;

/** A client under measurement: an {@link Asynchronous} or a {@link Blocking} one. */
public interface Client extends AutoCloseable {
  @Override
  default void close() throws IOException {}

  /** Is told of the end of an exchange. */
  interface Done {
    /** Once, on any thread, after the whole answer has come; whether it was the expected one. */
    void done(boolean expected);
  }

  /** Starts exchanges and goes on. */
  interface Asynchronous extends Client {
    /** Starts one exchange. */
    void call(Done done);
  }

  /** Waits for the end of each exchange. */
  interface Blocking extends Client {
    /** Makes one exchange; whether the answer was the expected one. */
    boolean call() throws Exception;
  }

  /** Makes a client that is ready to be called. */
  interface Factory {
    Client open(Target target) throws Exception;
  }
}
