package io.inmesh.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What Linux tells of processes and of the machine. */
public final class Processes {
  private static final Path PROC = Path.of("/proc");

  private Processes() {}

  /** CPU nanoseconds by thread. */
  public static Map<String, Long> cpuByThread(long pid) {
    var known = new HashMap<String, Long>();
    try (Stream<Path> threads = Files.list(PROC.resolve(pid + "/task"))) {
      for (Path thread : threads.toList()) {
        try {
          String text = Files.readString(thread.resolve("schedstat"));
          known.put(thread.toString(), Long.parseLong(text.substring(0, text.indexOf(' '))));
        } catch (IOException unreadable) {
          // A thread that is gone counts no more; one that ends between opening and reading fails
          // with "No such process".
          if (Files.exists(thread)) {
            throw unreadable;
          }
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return known;
  }

  /** CPU nanoseconds between two readings; a thread that ended in between is left out. */
  public static long cpuBetween(Map<String, Long> before, Map<String, Long> after) {
    return after.entrySet().stream()
        .mapToLong(it -> it.getValue() - before.getOrDefault(it.getKey(), 0L))
        .sum();
  }

  /** Resident memory. */
  public static long rssKb(long pid) {
    try {
      for (String line : Files.readAllLines(PROC.resolve(pid + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
      return 0;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Ticks of 10 ms, since the machine started. */
  public record Machine(long busy, long steal, long nice) {
    private static final int NICE = 2;
    private static final int IDLE = 4;
    private static final int WAITING = 5;
    private static final int STEAL = 8;

    /** Of now. */
    public static Machine now() {
      try {
        List<String> words =
            List.of(Files.readAllLines(PROC.resolve("stat")).get(0).trim().split("\\s+"));
        long busy = 0;
        for (int i = 1; i <= STEAL; i++) {
          busy += i == IDLE || i == WAITING ? 0 : Long.parseLong(words.get(i));
        }
        return new Machine(busy, Long.parseLong(words.get(STEAL)), Long.parseLong(words.get(NICE)));
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }
  }
}
