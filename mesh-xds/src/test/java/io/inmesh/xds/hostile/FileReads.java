package io.inmesh.xds.hostile;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Watches which files the thread that began it reads, as the flight recorder sees them. */
public final class FileReads implements AutoCloseable {
  private static final String EVENT = "jdk.FileRead";

  private static final List<String> CLASS_PATH =
      List.of(System.getProperty("java.class.path").split(File.pathSeparator));

  private final Recording recording = new Recording();
  private final long thread = Thread.currentThread().getId();

  public FileReads() {
    recording.enable(EVENT).withThreshold(Duration.ZERO).withoutStackTrace();
    recording.start();
  }

  /** The names so far, without what is on the class path and devices: randomness is one. */
  public List<String> stop() {
    recording.stop();
    try {
      Path file = Files.createTempFile("reads", ".jfr");
      try {
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
            .filter(this::isOurs)
            .map(event -> String.valueOf(event.getString("path")))
            .filter(path -> !path.startsWith("/dev/"))
            .filter(path -> CLASS_PATH.stream().noneMatch(path::startsWith))
            .toList();
      } finally {
        Files.delete(file);
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private boolean isOurs(RecordedEvent event) {
    return event.getEventType().getName().equals(EVENT)
        && event.getThread() != null
        && event.getThread().getJavaThreadId() == thread;
  }

  @Override
  public void close() {
    recording.close();
  }
}
