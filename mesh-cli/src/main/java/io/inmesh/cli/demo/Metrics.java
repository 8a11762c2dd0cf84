package io.inmesh.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a process says of itself at {@code /metrics}: the series that are asked for. */
final class Metrics {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** One series and its value. */
  record Series(String name, Map<String, String> labels, double value) {
    /** A label's value; empty if there is none. */
    String label(String key) {
      return labels.getOrDefault(key, "");
    }
  }

  /**
   * Reads a process's metrics.
   *
   * @param names of the series that are wanted
   */
  List<Series> read(int port, Set<String> names) throws IOException, InterruptedException {
    URI page = URI.create("http://127.0.0.1:" + port + "/metrics");
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(page).timeout(PATIENCE).build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(page + " answers " + answer.statusCode());
    }
    return parse(answer.body(), names);
  }

  /** Reads the text format of Prometheus. */
  static List<Series> parse(String text, Set<String> names) {
    var all = new ArrayList<Series>();
    for (String line : text.split("\n")) {
      int end = nameEnd(line);
      if (end > 0 && names.contains(line.substring(0, end))) {
        all.add(series(line, end));
      }
    }
    return all;
  }

  private static int nameEnd(String line) {
    int end = 0;
    while (end < line.length() && line.charAt(end) != '{' && line.charAt(end) != ' ') {
      end++;
    }
    return line.startsWith("#") ? 0 : end;
  }

  private static Series series(String line, int nameEnd) {
    var labels = new HashMap<String, String>();
    int at = nameEnd;
    if (line.charAt(at) == '{') {
      at++;
      while (line.charAt(at) != '}') {
        int equals = line.indexOf('=', at);
        var value = new StringBuilder();
        int i = equals + 2;
        for (; line.charAt(i) != '"'; i++) {
          i += line.charAt(i) == '\\' ? 1 : 0;
          value.append(line.charAt(i));
        }
        labels.put(line.substring(at, equals), value.toString());
        at = line.charAt(i + 1) == ',' ? i + 2 : i + 1;
      }
      at++;
    }
    String number = line.substring(at).strip();
    return new Series(line.substring(0, nameEnd), labels, value(number));
  }

  private static double value(String text) {
    return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }
}
