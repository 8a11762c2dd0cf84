package io.inmesh.xds.snapshot;

import io.inmesh.config.Resource;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.state.StateDirectory;
import io.inmesh.xds.ads.ResourceMemory;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The accepted resources in one file of the state directory. Changes are gathered for a second and
 * written together, on a loop of its own, which may block. What cannot be read is passed over with
 * a warning; what cannot be written is tried again with the next change. Owner of the contents: the
 * writer's loop.
 */
public final class ResourceSnapshot implements ResourceMemory, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.inmesh.snapshot");
  private static final String FILE = "config.snapshot";
  private static final Duration GATHER = Duration.ofSeconds(1);
  private static final Duration LAST_WRITE = Duration.ofSeconds(5);

  private final StateDirectory directory;
  private final SnapshotFormat format;
  private final EventLoop writer;
  private final int maxBytes;

  /** The longest unchanged first. */
  private final Map<Resource.Key, Kept> kept = new LinkedHashMap<>();

  private long bytes;
  private String revision = "";
  private boolean dirty;
  private final Timer gathering =
      new Timer() {
        @Override
        protected void onTimer() {
          write();
        }
      };

  /**
   * A snapshot; nothing is read before {@link #recall}.
   *
   * @param scope whose config this is, for instance service and plane; another scope's file is
   *     passed over
   * @param writer runs nothing but this and what may be blocked by it
   * @param maxBytes of the file, 64 MiB is a good bound; beyond it what did not change for longest
   *     is left out
   */
  public ResourceSnapshot(StateDirectory directory, String scope, EventLoop writer, int maxBytes) {
    this.directory = directory;
    this.format = new SnapshotFormat(scope);
    this.writer = writer;
    this.maxBytes = maxBytes;
  }

  @Override
  public Recalled recall() {
    try {
      byte[] file = directory.read(FILE, maxBytes).orElse(null);
      if (file == null) {
        return Recalled.NOTHING;
      }
      Recalled recalled = format.read(file);
      writer.execute(() -> take(recalled));
      return recalled;
    } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException unusable) {
      LOG.log(
          Level.WARNING,
          "the config of an earlier run cannot be used and is passed over: {0}: {1}",
          directory.path().resolve(FILE),
          unusable.getMessage());
      return Recalled.NOTHING;
    }
  }

  private void take(Recalled recalled) {
    revision = recalled.revision();
    for (Kept each : recalled.resources()) {
      if (kept.putIfAbsent(each.key(), each) == null) {
        bytes += SnapshotFormat.size(each);
      }
    }
  }

  @Override
  public void keep(Kept resource, String ofRevision) {
    writer.execute(
        () -> {
          revision = ofRevision;
          drop(resource.key());
          kept.put(resource.key(), resource);
          bytes += SnapshotFormat.size(resource);
          changed();
        });
  }

  @Override
  public void forget(Resource.Key key) {
    writer.execute(
        () -> {
          if (drop(key)) {
            changed();
          }
        });
  }

  private boolean drop(Resource.Key key) {
    Kept before = kept.remove(key);
    if (before == null) {
      return false;
    }
    bytes -= SnapshotFormat.size(before);
    return true;
  }

  private void changed() {
    dirty = true;
    if (!gathering.isArmed()) {
      writer.arm(gathering, writer.nanoTime() + GATHER.toNanos());
    }
  }

  private void write() {
    if (!dirty) {
      return;
    }
    dirty = false;
    shrink();
    try {
      directory.write(FILE, format.write(new Recalled(revision, List.copyOf(kept.values()))));
    } catch (UncheckedIOException failed) {
      dirty = true;
      LOG.log(Level.WARNING, "the config could not be kept: {0}", failed.getMessage());
    }
  }

  private void shrink() {
    int left = 0;
    Iterator<Kept> oldest = kept.values().iterator();
    while (bytes > maxBytes - SnapshotFormat.OVERHEAD && oldest.hasNext()) {
      bytes -= SnapshotFormat.size(oldest.next());
      oldest.remove();
      left++;
    }
    if (left > 0) {
      LOG.log(
          Level.WARNING,
          "{0} resources do not fit in the {1} bytes of the snapshot and are not kept",
          left,
          Integer.toString(maxBytes));
    }
  }

  /** Writes what is still to be written, and waits for that. */
  @Override
  public void close() {
    if (writer.inLoop()) {
      gathering.disarm();
      write();
      return;
    }
    var written = new CompletableFuture<Void>();
    writer.execute(
        () -> {
          gathering.disarm();
          write();
          written.complete(null);
        });
    try {
      written.get(LAST_WRITE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      LOG.log(Level.WARNING, "the config of the last second was not kept");
    }
  }
}
