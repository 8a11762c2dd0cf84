package io.inmesh.examples.platform;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Arguments as Spring Boot takes them, {@code --name=value}, for processes that are not Spring's:
 *
 * <pre>
 * --inmesh.service=cart                  the name of the service
 * --inmesh.join-directory=DIR            where the control plane wrote its join file
 * --inmesh.server.labels.version=v2      a label of the instance
 * --shop.logs=DIR --shop.instance=NAME   where access log and spans are written, and their name
 * </pre>
 */
public record Arguments(Map<String, String> values) {
  private static final String LABEL = "inmesh.server.labels.";

  public Arguments {
    values = Map.copyOf(values);
  }

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException naming what is no argument
   */
  public static Arguments of(String... words) {
    var values = new HashMap<String, String>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (!word.startsWith("--") || equals < 0) {
        throw new IllegalArgumentException("not of the form --name=value: " + word);
      }
      values.put(word.substring(2, equals), word.substring(equals + 1));
    }
    return new Arguments(values);
  }

  /**
   * One that must be there.
   *
   * @throws IllegalArgumentException naming it if it is not
   */
  public String required(String name) {
    return get(name).orElseThrow(() -> new IllegalArgumentException("missing: --" + name + "="));
  }

  Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  Path joinFile() {
    String file = "default." + required("inmesh.service") + ".join";
    return Path.of(required("inmesh.join-directory")).resolve(file);
  }

  Map<String, String> labels() {
    var labels = new HashMap<String, String>();
    values.forEach(
        (name, value) -> {
          if (name.startsWith(LABEL)) {
            labels.put(name.substring(LABEL.length()), value);
          }
        });
    return labels;
  }
}
