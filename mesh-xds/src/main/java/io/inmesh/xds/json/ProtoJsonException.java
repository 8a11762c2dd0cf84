package io.inmesh.xds.json;

import java.util.List;

/** A JSON-like value that is not of the form of its message. */
public final class ProtoJsonException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // A list of strings and numbers.
  private final List<Object> path;

  ProtoJsonException(List<Object> path, String reason) {
    super((path.isEmpty() ? "" : field(path) + ": ") + reason);
    this.path = List.copyOf(path);
  }

  /** Keys (String) and indexes (Integer) that lead to what is wrong, as the input spells them. */
  public List<Object> path() {
    return path;
  }

  /** The same in one text, for instance {@code virtual_hosts[2].name}. */
  public String field() {
    return field(path);
  }

  private static String field(List<Object> path) {
    var text = new StringBuilder();
    for (Object step : path) {
      if (step instanceof Integer index) {
        text.append('[').append(index).append(']');
      } else {
        text.append(text.length() == 0 ? "" : ".").append(step);
      }
    }
    return text.toString();
  }
}
