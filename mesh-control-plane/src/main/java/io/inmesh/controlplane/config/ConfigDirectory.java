package io.inmesh.controlplane.config;

import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.controlplane.config.problem.Problem.Severity;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The configuration in a directory. It is taken whole or not at all: if anything is wrong, the last
 * good state stays and the problems say why. Safe to use from any thread; listeners run on the
 * thread that loads.
 */
public final class ConfigDirectory {
  private static final System.Logger LOG = System.getLogger("io.inmesh.controlplane");

  private final Path directory;
  private final Settings settings;
  private final InstantSource clock;
  private final MeshReader reader;
  private final LastGood lastGood;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile Generation current;
  private volatile List<Problem> problems = List.of();

  /** The authorities that rules of the current state name. */
  private List<ConfigFile> trust = List.of();

  /** All files of authorities that were looked for when the files were read last. */
  private volatile List<Path> looked = List.of();

  private String hash = "";
  private String refused = "";

  /**
   * How it is kept.
   *
   * @param firstNumber of the first generation; a control plane that kept the last number of its
   *     former life goes on after it
   * @param poll how often files are looked at even if the system reports no change
   * @param quiet how long files must be left alone before they are read
   */
  public record Settings(long firstNumber, Duration poll, Duration quiet) {
    /** From 1, 200 ms, 20 ms. */
    public static final Settings DEFAULT =
        new Settings(1, Duration.ofMillis(200), Duration.ofMillis(20));
  }

  /** Is told what came of a change. */
  public interface Listener {
    /** A new state was taken. */
    void taken(Generation generation);

    /** The files were refused; the last good state stays. */
    void refused(List<Problem> problems);
  }

  /**
   * Nothing is loaded yet: the current generation has no resources.
   *
   * @param lastGood what is loaded if the files are refused before any were taken
   */
  public ConfigDirectory(
      Path directory,
      Settings settings,
      MeshReader reader,
      LastGood lastGood,
      InstantSource clock) {
    this.directory = directory;
    this.settings = settings;
    this.clock = clock;
    this.reader = reader;
    this.lastGood = lastGood;
    this.current =
        new Generation(
            settings.firstNumber() - 1,
            settings.firstNumber() - 1 + "-000000",
            clock.instant(),
            MeshModel.EMPTY,
            List.of(),
            List.of(),
            false);
  }

  /** The last good state. */
  public Generation current() {
    return current;
  }

  /** What was wrong, or doubtful, at the last load. */
  public List<Problem> problems() {
    return problems;
  }

  /** Whether any state was taken yet. */
  public boolean hasTaken() {
    return current.number() >= settings.firstNumber();
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
   * Reads the files. If they are refused before any were taken, the last good ones of a former life
   * take their place.
   *
   * @return the new state; empty if the files are as before, or were refused
   */
  public synchronized Optional<Generation> load() {
    List<ConfigFile> files;
    try {
      files = ConfigFiles.read(directory, "");
    } catch (IOException e) {
      refuse("unreadable " + e, List.of(problem("cannot be read: " + e)));
      return recalled();
    }
    String read = ConfigFiles.hash(with(files, again(trust)));
    if (read.equals(hash)) {
      problems = refused.isEmpty() ? problems : List.of();
      refused = "";
      return Optional.empty();
    }
    MeshReader.Result result = read(files);
    looked =
        with(trust, result.trust()).stream().map(one -> Path.of(one.name())).distinct().toList();
    if (result.model().isEmpty()) {
      refuse(read, result.problems());
      return recalled();
    }
    List<Problem> lost = lost(result.trust());
    if (!lost.isEmpty()) {
      refuse(read, lost);
      return recalled();
    }
    refused = "";
    problems = result.problems();
    lastGood.keep(files);
    return Optional.of(take(result, files, false));
  }

  private Optional<Generation> recalled() {
    List<ConfigFile> files = hasTaken() ? null : lastGood.recall().orElse(null);
    if (files == null) {
      return Optional.empty();
    }
    MeshReader.Result result = read(files);
    if (result.model().isEmpty()) {
      LOG.log(
          Level.WARNING,
          "the last good configuration is refused too: {0}",
          result.problems().stream().map(Problem::toString).collect(Collectors.joining("; ")));
      return Optional.empty();
    }
    return Optional.of(take(result, files, true));
  }

  /** A defect of the reader must not end the reading for good. */
  private MeshReader.Result read(List<ConfigFile> files) {
    try {
      return reader.read(files);
    } catch (RuntimeException | StackOverflowError defect) {
      LOG.log(Level.ERROR, "the configuration could not be read", defect);
      return new MeshReader.Result(
          Optional.empty(), List.of(problem("cannot be read: " + defect)), List.of());
    }
  }

  private static List<ConfigFile> with(List<ConfigFile> files, List<ConfigFile> others) {
    return Stream.concat(files.stream(), others.stream()).toList();
  }

  private static List<ConfigFile> again(List<ConfigFile> files) {
    return files.stream().map(one -> new ConfigFile(one.name(), text(one))).toList();
  }

  private static String text(ConfigFile file) {
    try {
      Path path = Path.of(file.name());
      return Files.exists(path) ? ConfigFiles.text(path) : "";
    } catch (IOException unreadable) {
      return "unreadable " + unreadable;
    }
  }

  /** Authorities that were there and are gone: without them, calls would fail. */
  private List<Problem> lost(List<ConfigFile> now) {
    return trust.stream()
        .filter(before -> !before.text().isEmpty())
        .filter(before -> now.contains(new ConfigFile(before.name(), "")))
        .map(before -> problem("the authorities " + before.name() + " were there and are gone"))
        .toList();
  }

  /** Files beside those of the directory that must be watched. */
  List<Path> looked() {
    return looked;
  }

  private Problem problem(String message) {
    return new Problem(directory.toString(), 0, 0, "", "", message, Severity.ERROR);
  }

  private Generation take(MeshReader.Result result, List<ConfigFile> files, boolean kept) {
    String read = ConfigFiles.hash(with(files, result.trust()));
    MeshModel model = result.model().orElseThrow();
    long number = current.number() + 1;
    var generation =
        new Generation(
            number,
            number + "-" + ConfigFiles.shown(read),
            clock.instant(),
            model,
            Changes.between(current.model(), model),
            result.problems(),
            kept);
    hash = read;
    trust = result.trust();
    current = generation;
    if (!generation.warnings().isEmpty()) {
      LOG.log(
          Level.WARNING,
          "revision {0} was taken with {1} warnings; the first: {2}",
          generation.revision(),
          generation.warnings().size(),
          generation.warnings().get(0));
    }
    tell(listener -> listener.taken(generation));
    return generation;
  }

  /** The same files are refused only once. */
  private void refuse(String what, List<Problem> why) {
    problems = why;
    if (!what.equals(refused)) {
      refused = what;
      tell(listener -> listener.refused(why));
    }
  }

  private void tell(Consumer<Listener> what) {
    for (Listener listener : listeners) {
      try {
        what.accept(listener);
      } catch (RuntimeException broken) {
        LOG.log(Level.ERROR, "a listener of the configuration failed", broken);
      }
    }
  }
}
