package io.inmesh.benchmarks.load;

import com.google.gson.Gson;
import io.inmesh.benchmarks.client.Client;
import io.inmesh.benchmarks.client.Clients;
import io.inmesh.benchmarks.client.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A JVM with one client. Arguments: the client's name and words {@code key=value}. Reads commands
 * by line and answers each with one line of JSON: {@code window CONCURRENCY WARM-SECONDS SECONDS},
 * {@code memory}, {@code first} (the first exchange that succeeds, counted from before the client
 * was opened), {@code heap} (live objects above those from before it was opened, with the word
 * {@code baseline}), {@code quit}.
 */
public final class Worker {
  private static final int FIRST_CALL_SECONDS = 30;

  private final Gson json = new Gson();
  private final Client client;
  private final ClosedLoop load;
  private final PrintStream out;
  private final long before;
  private final long opened;

  private Worker(String name, Target target, PrintStream out) throws Exception {
    this.before = target.words().containsKey("baseline") ? Memory.now().heap() : 0;
    this.opened = System.nanoTime();
    this.client = Clients.open(name, target);
    this.load = new ClosedLoop(client, pids(target.word("pids", "")));
    this.out = out;
  }

  /** {@code role:pid+pid,role:pid}. */
  private static Map<String, List<Long>> pids(String text) {
    var all = new HashMap<String, List<Long>>();
    for (String one : text.isEmpty() ? new String[0] : text.split(",")) {
      String[] parts = one.split(":");
      all.put(parts[0], Arrays.stream(parts[1].split("\\+")).map(Long::valueOf).toList());
    }
    return all;
  }

  /** Serves commands until the input ends. What libraries print goes to the error output. */
  public static void main(String[] arguments) throws Exception {
    PrintStream out = System.out;
    System.setOut(System.err);
    Map<String, String> words =
        Arrays.stream(arguments)
            .skip(1)
            .map(it -> it.split("=", 2))
            .collect(Collectors.toMap(it -> it[0], it -> it[1]));
    var worker = new Worker(arguments[0], new Target(words), out);
    worker.answer(Map.of("ready", true));
    worker.serve();
    System.exit(0);
  }

  private void serve() throws Exception {
    try (client;
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ");
        switch (words[0]) {
          case "window" ->
              answer(
                  load.window(
                      Integer.parseInt(words[1]),
                      Double.parseDouble(words[2]),
                      Double.parseDouble(words[3])));
          case "memory" -> answer(Memory.now());
          case "first" -> answer(first());
          case "heap" -> answer(Map.of("heap", Memory.now().heap() - before));
          case "quit" -> {
            return;
          }
          default -> throw new IOException("not a command: " + line);
        }
      }
    }
  }

  private Map<String, Object> first() throws Exception {
    long end = opened + TimeUnit.SECONDS.toNanos(FIRST_CALL_SECONDS);
    while (System.nanoTime() < end) {
      if (Exchanges.one(client)) {
        return Map.of("firstCallSeconds", (System.nanoTime() - opened) / 1e9);
      }
    }
    return Map.of("firstCallSeconds", -1);
  }

  private void answer(Object value) {
    out.println(json.toJson(value));
    out.flush();
  }
}
