package io.inmesh.identity;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a process needs to join a mesh: who it is, where the control plane is, whom to believe, and
 * the token that proves it. The file holds lines {@code name: value} and then the roots in PEM; it
 * is as secret as the token in it, and stands on disk with mode 0600.
 *
 * @param plane {@code host:port} of the control plane's TLS port; of several, with commas between,
 *     the first that can be reached serves
 * @param roots PEM of the authorities by which the control plane's certificate is judged
 */
public record JoinFile(
    String service,
    String namespace,
    String trustDomain,
    String plane,
    String token,
    String roots) {
  private static final String PEM = "-----BEGIN ";

  /**
   * Reads the text of a join file.
   *
   * @throws IllegalArgumentException naming the line that is wrong or the field that is missing;
   *     the message never holds the token
   */
  public static JoinFile parse(String text) {
    int pem = text.indexOf(PEM);
    if (pem < 0) {
      throw new IllegalArgumentException("not a join file: it holds no PEM of roots");
    }
    Map<String, String> fields = new LinkedHashMap<>();
    int number = 0;
    for (String line : text.substring(0, pem).split("\n")) {
      number++;
      int colon = line.indexOf(": ");
      if (!line.isBlank() && !line.startsWith("#")) {
        if (colon < 0) {
          throw new IllegalArgumentException(
              "not a join file: line " + number + " is not \"name: value\"");
        }
        fields.put(line.substring(0, colon).strip(), line.substring(colon + 2).strip());
      }
    }
    return new JoinFile(
        field(fields, "service"),
        field(fields, "namespace"),
        field(fields, "trust-domain"),
        field(fields, "plane"),
        field(fields, "token"),
        text.substring(pem));
  }

  private static String field(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException("not a join file: it has no " + name);
    }
    return value;
  }

  /** The text of the file. */
  public String toText() {
    return "service: "
        + service
        + "\nnamespace: "
        + namespace
        + "\ntrust-domain: "
        + trustDomain
        + "\nplane: "
        + plane
        + "\ntoken: "
        + token
        + "\n"
        + roots;
  }

  /** Each {@code host:port} of {@link #plane}, in order of preference. */
  public List<String> planes() {
    return Arrays.stream(plane.split(",", -1))
        .map(String::strip)
        .filter(each -> !each.isEmpty())
        .toList();
  }

  /** The same with other control planes. */
  public JoinFile withPlanes(List<String> planes) {
    return new JoinFile(service, namespace, trustDomain, String.join(",", planes), token, roots);
  }

  /** The identity that the token proves. */
  public SpiffeId identity() {
    return SpiffeId.ofServiceAccount(trustDomain, namespace, service);
  }

  @Override
  public String toString() {
    return "JoinFile[" + identity() + " at " + plane + "]";
  }
}
