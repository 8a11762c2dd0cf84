package io.inmesh.controlplane.config;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Loads a {@link ConfigDirectory} again when its files change: told by the system, and by looking
 * at the files now and then, since not every file system tells. Close it to stop.
 */
public final class DirectoryWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.inmesh.controlplane");
  private static final int MAX_UNQUIET = 25;

  private final ConfigDirectory config;
  private final WatchService watcher;
  private final Map<Path, WatchKey> watched = new HashMap<>();

  private DirectoryWatch(ConfigDirectory config, WatchService watcher) {
    this.config = config;
    this.watcher = watcher;
  }

  /**
   * Loads the files and begins to watch.
   *
   * @param executor runs one task that blocks until the watch is closed
   * @throws IOException if the system cannot watch files
   */
  public static DirectoryWatch start(ConfigDirectory config, Executor executor) throws IOException {
    var watch = new DirectoryWatch(config, config.directory().getFileSystem().newWatchService());
    List<String> seen = watch.fingerprint();
    config.load();
    executor.execute(() -> watch.run(seen));
    return watch;
  }

  private void run(List<String> first) {
    List<String> seen = first;
    while (true) {
      try {
        await(config.settings().poll().toMillis());
        List<String> now = fingerprint();
        if (!now.equals(seen)) {
          seen = settled(now);
          config.load();
        }
      } catch (ClosedWatchServiceException closed) {
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException | Error defect) {
        // Whatever it was: files that are mended later must be seen.
        seen = List.of();
        LOG.log(Level.ERROR, "the configuration could not be looked at", defect);
      }
    }
  }

  /** Waits until the files are left alone, but not for ever. */
  private List<String> settled(List<String> changed) throws InterruptedException {
    List<String> before = changed;
    for (int i = 0; i < MAX_UNQUIET; i++) {
      await(config.settings().quiet().toMillis());
      List<String> now = fingerprint();
      if (now.equals(before)) {
        return now;
      }
      before = now;
    }
    return before;
  }

  private void await(long millis) throws InterruptedException {
    WatchKey key = watcher.poll(millis, TimeUnit.MILLISECONDS);
    while (key != null) {
      key.pollEvents();
      if (!key.reset()) {
        watched.values().remove(key);
      }
      key = watcher.poll();
    }
  }

  private List<String> fingerprint() {
    try {
      ConfigFiles.Tree tree = ConfigFiles.tree(config.directory());
      register(tree);
      List<String> prints = tree.fingerprint();
      for (Path file : config.looked()) {
        prints.add(Files.exists(file) ? ConfigFiles.fingerprint(file) : file + " is not there");
      }
      return prints;
    } catch (IOException e) {
      return List.of(e.toString());
    }
  }

  private void register(ConfigFiles.Tree tree) throws IOException {
    for (Path directory : tree.directories()) {
      if (!watched.containsKey(directory)) {
        watched.put(
            directory,
            directory.register(
                watcher,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE));
      }
    }
  }

  @Override
  public void close() throws IOException {
    watcher.close();
  }
}
