package io.inmesh.cli.command;

import io.inmesh.call.AccessLogSettings;
import io.inmesh.call.LogSink;
import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.runtime.observe.micrometer.MicrometerMeters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What commands that are members of a mesh have in common: metrics and an access log. */
final class Observing {
  @Option(
      names = "--access-log",
      paramLabel = "FILE",
      description = "Append one line of JSON per call or request to this file (default: none).")
  private @Nullable Path accessLog;

  @Option(
      names = "--access-log-errors",
      description = "Only what has a status of 400 or more, or a response flag.")
  private boolean errorsOnly;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  PrometheusMeterRegistry registry() {
    return registry;
  }

  Telemetry telemetry() throws IOException {
    Telemetry metrics = Telemetry.NONE.withMeters(new MicrometerMeters(registry));
    if (accessLog == null) {
      return metrics;
    }
    AccessLogSettings which = errorsOnly ? AccessLogSettings.ERRORS : AccessLogSettings.ALL;
    return metrics.withAccessLog(which, new Lines(accessLog));
  }

  /** Appends to a file. */
  private static final class Lines implements LogSink {
    private final Writer file;

    Lines(Path path) throws IOException {
      file =
          Files.newBufferedWriter(
              path, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void write(String line) throws IOException {
      file.write(line);
      file.write('\n');
    }

    @Override
    public void flush() throws IOException {
      file.flush();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
