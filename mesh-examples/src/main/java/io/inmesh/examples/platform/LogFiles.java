package io.inmesh.examples.platform;

import io.inmesh.call.AccessLogSettings;
import io.inmesh.call.LogSink;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The two files that a process of the shop writes: {@code NAME.access.jsonl}, {@code
 * NAME.spans.jsonl}.
 */
record LogFiles(Path directory, String name) {
  /** Every call. A busy shop would log a share of its calls, and all that fail. */
  static final AccessLogSettings SHARE = AccessLogSettings.ALL;

  static LogFiles of(String directory, String name) throws IOException {
    return new LogFiles(Files.createDirectories(Path.of(directory)), name);
  }

  LogSink accessLog() throws IOException {
    PrintWriter file = file(".access.jsonl");
    return new LogSink() {
      @Override
      public void write(String line) {
        file.println(line);
      }

      @Override
      public void flush() {
        file.flush();
      }
    };
  }

  SpanLines spans() throws IOException {
    return new SpanLines(file(".spans.jsonl"), name);
  }

  private PrintWriter file(String kind) throws IOException {
    Path path = directory.resolve(name + kind);
    return new PrintWriter(
        Files.newBufferedWriter(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }
}
