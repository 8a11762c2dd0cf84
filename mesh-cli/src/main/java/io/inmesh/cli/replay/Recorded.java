package io.inmesh.cli.replay;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A recorded request, as the HTTP/1.1 codec in front of the mesh would hand it over. */
final class Recorded {
  /** Names whose repeated fields a codec joins; those that the recordings repeat. */
  private static final Set<String> JOINED =
      Set.of(
          "authorization",
          "user-agent",
          "content-type",
          "x-forwarded-for",
          "x-forwarded-proto",
          "x-request-id");

  private static final Set<String> WITH_LENGTH = Set.of("POST", "PUT", "PATCH");

  private Recorded() {}

  static Request request(Map<?, ?> recorded) {
    String method = String.valueOf(recorded.get("method"));
    int length = recorded.get("body_len") instanceof Number number ? number.intValue() : 0;
    var headers = new Headers();
    if (recorded.get("headers") instanceof List<?> fields) {
      for (Object field : fields) {
        List<?> pair = (List<?>) field;
        add(
            headers,
            Headers.lower(String.valueOf(pair.get(0))),
            String.valueOf(pair.get(1)).strip());
      }
    }
    if (length > 0 || WITH_LENGTH.contains(method)) {
      headers.add("content-length", Integer.toString(length));
    }
    return new Request(
        method,
        "http",
        String.valueOf(recorded.get("host")),
        String.valueOf(recorded.get("path")),
        headers.freeze(),
        length > 0 ? Optional.of(filler(length)) : Optional.empty(),
        Duration.ZERO);
  }

  private static void add(Headers headers, String name, String value) {
    String first = JOINED.contains(name) ? headers.get(name) : null;
    if (first == null) {
      headers.addLower(name, value);
    } else if (!value.isEmpty()) {
      headers.set(name, first.isEmpty() ? value : first + "," + value);
    }
  }

  /** So many bytes of nothing in particular. */
  private static Body filler(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 'x');
    return new Sent(bytes, Headers.EMPTY);
  }
}
