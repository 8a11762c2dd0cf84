package io.inmesh.call;

import java.io.IOException;

/**
 * Takes the lines of the access log. Called by one thread at a time, never by a loop: it may block.
 * While it does, lines wait in a bounded queue; those that find it full are dropped and counted.
 */
@FunctionalInterface
public interface LogSink extends AutoCloseable {
  /** One line, without its end. What it throws is logged, and the line is lost. */
  void write(String line) throws IOException;

  /** No line follows for now. */
  default void flush() throws IOException {}

  /** No line follows any more. */
  @Override
  default void close() throws IOException {}
}
