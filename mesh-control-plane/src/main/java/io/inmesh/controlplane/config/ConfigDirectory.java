package io.inmesh.controlplane.config;

import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.controlplane.config.problem.Problem.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The configuration in a directory. It is taken whole or not at all: if anything is wrong, the last
 * good state stays and the problems say why. Safe to use from any thread; listeners run on the
 * thread that loads.
 */
public final class ConfigDirectory {
  private final Path directory;
  private final Settings settings;
  private final InstantSource clock;
  private final MeshReader reader;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Deque<Generation> history = new ArrayDeque<>();
  private volatile Generation current;
  private volatile List<Problem> problems = List.of();
  private String hash = "";
  private String refused = "";

  /**
   * How it is kept.
   *
   * @param firstNumber of the first generation; a control plane that kept the last number of its
   *     former life goes on after it
   * @param history how many generations are remembered
   * @param poll how often files are looked at even if the system reports no change
   * @param quiet how long files must be left alone before they are read
   */
  public record Settings(long firstNumber, int history, Duration poll, Duration quiet) {
    /** From 1, 50 generations, 200 ms, 20 ms. */
    public static final Settings DEFAULT =
        new Settings(1, 50, Duration.ofMillis(200), Duration.ofMillis(20));
  }

  /** Is told what came of a change. */
  public interface Listener {
    /** A new state was taken. */
    void taken(Generation generation);

    /** The files were refused; the last good state stays. */
    void refused(List<Problem> problems);
  }

  /** Nothing is loaded yet: the current generation has no resources. */
  public ConfigDirectory(Path directory, Settings settings, InstantSource clock) {
    this.directory = directory;
    this.settings = settings;
    this.clock = clock;
    this.reader = new MeshReader();
    this.current =
        new Generation(
            settings.firstNumber() - 1,
            settings.firstNumber() - 1 + "-000000",
            clock.instant(),
            MeshModel.EMPTY,
            List.of());
  }

  /** The last good state. */
  public Generation current() {
    return current;
  }

  /** What was wrong, or doubtful, at the last load. */
  public List<Problem> problems() {
    return problems;
  }

  /** The states that were taken, the newest first. */
  public List<Generation> history() {
    synchronized (history) {
      return List.copyOf(history);
    }
  }

  /** Adds a listener. */
  public void onChange(Listener listener) {
    listeners.add(listener);
  }

  Path directory() {
    return directory;
  }

  Settings settings() {
    return settings;
  }

  /**
   * Reads the files.
   *
   * @return the new state; empty if the files are as before, or were refused
   */
  public synchronized Optional<Generation> load() {
    List<ConfigFile> files;
    try {
      files = ConfigFiles.read(directory, "");
    } catch (IOException e) {
      var problem =
          new Problem(directory.toString(), 0, 0, "", "", "cannot be read: " + e, Severity.ERROR);
      refuse("unreadable " + e, List.of(problem));
      return Optional.empty();
    }
    String read = ConfigFiles.hash(files);
    if (read.equals(hash)) {
      problems = refused.isEmpty() ? problems : List.of();
      refused = "";
      return Optional.empty();
    }
    MeshReader.Result result = reader.read(files);
    if (result.model().isEmpty()) {
      refuse(read, result.problems());
      return Optional.empty();
    }
    problems = result.problems();
    refused = "";
    hash = read;
    return Optional.of(take(result.model().get(), read));
  }

  private Generation take(MeshModel model, String read) {
    long number = current.number() + 1;
    var generation =
        new Generation(
            number,
            number + "-" + read,
            clock.instant(),
            model,
            Changes.between(current.model(), model));
    current = generation;
    synchronized (history) {
      history.addFirst(generation);
      while (history.size() > settings.history()) {
        history.removeLast();
      }
    }
    listeners.forEach(listener -> listener.taken(generation));
    return generation;
  }

  /** The same files are refused only once. */
  private void refuse(String what, List<Problem> why) {
    problems = why;
    if (!what.equals(refused)) {
      refused = what;
      listeners.forEach(listener -> listener.refused(why));
    }
  }
}
