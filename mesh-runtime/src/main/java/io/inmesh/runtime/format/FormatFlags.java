package io.inmesh.runtime.format;

import io.inmesh.call.Flag;
import java.util.List;

/**
 * Response flags as the access log prints them, with commas, in the order in which they were set: a
 * refused retry is noted before the failure that it would have mended.
 */
public final class FormatFlags {
  private FormatFlags() {}

  /** {@code -} if there are none. */
  public static String text(CallFacts call) {
    List<Flag> flags = call.flags();
    if (flags.isEmpty()) {
      return "-";
    }
    String first = flags.get(0).name();
    if (flags.size() == 1) {
      return first;
    }
    var out = new StringBuilder(first);
    for (int i = 1; i < flags.size(); i++) {
      out.append(',').append(flags.get(i).name());
    }
    return out.toString();
  }
}
