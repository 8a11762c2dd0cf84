package io.inmesh.controlplane.audit;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Appends a line of JSON for each change of configuration, each certificate that was signed or
 * refused, and each registration that was refused: when, what, who, details. The file is turned
 * over when it is large, and one older is kept. Any thread; lines are written on an executor, of
 * which only so many wait: what is more is counted, and told of in the next line.
 */
public final class AuditLog implements ConfigDirectory.Listener {
  private static final System.Logger LOG = System.getLogger("io.inmesh.audit");
  private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();
  private static final int KEPT = 512;
  private static final int MOST_WAITING = 4_096;
  private static final long MOST_BYTES = 64L << 20;

  private final Path file;
  private final InstantSource clock;
  private final Executor writer;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final Deque<Map<String, Object>> last = new ArrayDeque<>();

  /**
   * A log in a directory.
   *
   * @param directory of the control plane's state; the file is {@code audit.jsonl}
   * @param writer runs one task at a time
   */
  public AuditLog(Path directory, InstantSource clock, Executor writer) {
    this.file = directory.resolve("audit.jsonl");
    this.clock = clock;
    this.writer = writer;
  }

  /**
   * Writes down.
   *
   * @param event what, for instance {@code certificate.refused}
   * @param who caused it; empty if that is not known
   */
  public void record(String event, String who, Map<String, Object> details) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", clock.instant().toString());
    line.put("event", event);
    line.put("who", who);
    line.putAll(details);
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      lost.incrementAndGet();
      return;
    }
    int missing = lost.getAndSet(0);
    if (missing > 0) {
      line.put("lost_before", missing);
    }
    synchronized (last) {
      last.addLast(line);
      if (last.size() > KEPT) {
        last.removeFirst();
      }
    }
    writer.execute(() -> append(JSON.toJson(line) + "\n"));
  }

  private void append(String line) {
    waiting.decrementAndGet();
    try {
      if (Files.exists(file) && Files.size(file) > MOST_BYTES) {
        Files.move(file, file.resolveSibling("audit.1.jsonl"), StandardCopyOption.REPLACE_EXISTING);
      }
      try (FileChannel out =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(line);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
    } catch (IOException failed) {
      LOG.log(Level.WARNING, "{0} cannot be written: {1}", file, failed.getMessage());
    }
  }

  /** The last ones, the oldest first. */
  public List<Map<String, Object>> last() {
    synchronized (last) {
      return List.copyOf(last);
    }
  }

  @Override
  public void taken(Generation generation) {
    record(
        "config.taken",
        "",
        Map.of(
            "revision", generation.revision(),
            "changes", generation.changes(),
            "kept", generation.kept()));
  }

  @Override
  public void refused(List<Problem> problems) {
    record(
        "config.refused",
        "",
        Map.of("problems", problems.stream().map(Problem::toString).toList()));
  }
}
