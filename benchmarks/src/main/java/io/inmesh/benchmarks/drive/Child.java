package io.inmesh.benchmarks.drive;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process that we started: it is told lines and answers lines. */
final class Child implements AutoCloseable {
  private static final String END = "\u0004";

  private final String name;
  private final Process process;
  private final Path errors;
  private final PrintStream in;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private Child(String name, Process process, Path errors) {
    this.name = name;
    this.process = process;
    this.errors = errors;
    this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    var reader = new Thread(this::read, "output-of-" + name);
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a program; what it prints as errors goes to a file.
   *
   * @param logs the directory of that file
   */
  static Child start(String name, Path logs, List<String> command) {
    Path errors = logs.resolve(name.replaceAll("[^A-Za-z0-9]+", "-") + ".log");
    var builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"));
    try {
      return new Child(name, builder.start(), errors);
    } catch (IOException failed) {
      throw new UncheckedIOException(name + " could not be started", failed);
    }
  }

  /** Starts a JVM with a class path and a main class. */
  static Child java(String name, Path logs, Jvm jvm, String main, List<String> arguments) {
    var command = new ArrayList<>(jvm.command());
    command.add(main);
    command.addAll(arguments);
    return start(name, logs, command);
  }

  /**
   * How JVMs are started.
   *
   * @param java the program
   */
  record Jvm(Path java, String classPath, List<String> options) {
    Jvm {
      options = List.copyOf(options);
    }

    /** This JVM, its class path, and options. */
    static Jvm own(String... options) {
      return new Jvm(
          Path.of(System.getProperty("java.home"), "bin", "java"),
          System.getProperty("java.class.path"),
          List.of(options));
    }

    List<String> command() {
      var all = new ArrayList<String>();
      all.add(java.toString());
      all.addAll(options);
      all.addAll(List.of("-cp", classPath));
      return all;
    }
  }

  private void read() {
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
      }
    } catch (IOException ended) {
      // The same as its end.
    }
    lines.add(END);
  }

  long pid() {
    return process.pid();
  }

  /** The next line that begins so; lines before it are dropped. */
  String line(String beginning, int seconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null || line.equals(END)) {
        String why = line == null ? "said nothing for " + seconds + " s" : "ended";
        throw new IllegalStateException(name + " " + why + "; see " + errors);
      }
      if (line.startsWith(beginning)) {
        return line;
      }
    }
  }

  /** A line {@code ready key=value key=value}: its values. */
  Map<String, String> ready(int seconds) throws InterruptedException {
    var values = new HashMap<String, String>();
    for (String word : line("ready", seconds).split(" ")) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        values.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return values;
  }

  /** Says a line. */
  void say(String command) {
    in.println(command);
  }

  /** Says a line, and answers with the JSON that comes back. */
  String ask(String command, int seconds) throws InterruptedException {
    say(command);
    return line("{", seconds);
  }

  /** Waits for the end of a program that ends by itself. */
  void await(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException(name + " failed; see " + errors);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
