package io.inmesh.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Another JVM with this one's class path, running the command inmesh. Its output is kept by line.
 */
final class JavaProcess implements AutoCloseable {
  private static final int KEPT_LINES = 20_000;

  private final String name;
  private final Process process;
  private final List<String> lines = new ArrayList<>();

  private JavaProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    Thread reader = new Thread(this::read, "output-of-" + name);
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a process.
   *
   * @param jvm options of the JVM, for instance {@code -Xmx64m}
   * @param arguments of the command
   */
  static JavaProcess start(String name, Path directory, List<String> jvm, List<String> arguments) {
    var program = new Program(System.getProperty("java.class.path"), "io.inmesh.cli.Main");
    return start(name, directory, program, jvm, arguments);
  }

  /** What a JVM runs. */
  record Program(String classPath, String main) {}

  /** Starts another program than the command inmesh. */
  static JavaProcess start(
      String name, Path directory, Program program, List<String> jvm, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(List.of("-cp", program.classPath(), program.main()));
    command.addAll(arguments);
    try {
      var builder =
          new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
      builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"));
      return new JavaProcess(name, builder.start());
    } catch (IOException failed) {
      throw new UncheckedIOException(
          name + " could not be started: " + failed.getMessage(), failed);
    }
  }

  private void read() {
    try (var in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (lines) {
          if (lines.size() == KEPT_LINES) {
            lines.subList(0, KEPT_LINES / 2).clear();
          }
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException ended) {
      return;
    } finally {
      synchronized (lines) {
        lines.notifyAll();
      }
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * The first line, from the start, that fits; waits for it. See {@link #line(int, Predicate,
   * Duration)}.
   */
  Optional<String> line(Predicate<String> wanted, Duration most) throws InterruptedException {
    return line(0, wanted, most);
  }

  /** How many lines there are; what comes later is found from here. */
  int lines() {
    synchronized (lines) {
      return lines.size();
    }
  }

  /**
   * The first line, from a place on, that fits; waits for it. Empty if the process ends, or the
   * time is over, before.
   */
  Optional<String> line(int from, Predicate<String> wanted, Duration most)
      throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    synchronized (lines) {
      int next = Math.min(from, lines.size());
      while (true) {
        for (; next < lines.size(); next++) {
          if (wanted.test(lines.get(next))) {
            return Optional.of(lines.get(next));
          }
        }
        long left = end - System.nanoTime();
        if (left <= 0) {
          return Optional.empty();
        }
        boolean ended = !process.isAlive();
        TimeUnit.NANOSECONDS.timedWait(lines, Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
        if (ended && next >= lines.size()) {
          return Optional.empty();
        }
      }
    }
  }

  /** A line like {@code ready key=value key=value}: its values. */
  Map<String, String> ready(Duration most) throws InterruptedException {
    String line =
        line(it -> it.startsWith("ready "), most)
            .orElseThrow(
                () -> new IllegalStateException(name + " did not become ready:\n" + tail(30)));
    var values = new java.util.HashMap<String, String>();
    for (String word : line.substring("ready ".length()).split(" ")) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        values.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return values;
  }

  /** The whole output so far. */
  List<String> output() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /** The last lines, for messages. */
  String tail(int count) {
    List<String> all = output();
    return String.join("\n", all.subList(Math.max(0, all.size() - count), all.size()));
  }

  /** Asks it to end, without waiting. */
  void end() {
    process.destroy();
  }

  /** As {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** The same, without waiting. */
  void destroy() {
    process.destroyForcibly();
  }

  /** Waits for the end. Empty if it has not come in time. */
  Optional<Integer> exit(Duration most) throws InterruptedException {
    return process.waitFor(most.toNanos(), TimeUnit.NANOSECONDS)
        ? Optional.of(process.exitValue())
        : Optional.empty();
  }

  /** Asks it to end, and ends it if it does not. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
