package io.inmesh.runtime.filter.cel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds of a caller's names, as {@code FilteredCall.callerNames} lists them. */
public enum CallerNames {
  URI,
  DNS,
  SUBJECT;

  /** The subject comes last; of the others only URIs hold colons. */
  private static CallerNames of(List<String> names, int at) {
    return at == names.size() - 1 ? SUBJECT : names.get(at).indexOf(':') >= 0 ? URI : DNS;
  }

  /** The first name of a kind; null without one. */
  static @Nullable String first(@Nullable List<String> names, CallerNames kind) {
    for (int i = 0; names != null && i < names.size(); i++) {
      if (of(names, i) == kind) {
        return names.get(i);
      }
    }
    return null;
  }

  /** All names of a kind, joined by commas; null without one. */
  public static @Nullable String joined(@Nullable List<String> names, CallerNames kind) {
    String all = null;
    for (int i = 0; names != null && i < names.size(); i++) {
      if (of(names, i) == kind) {
        all = all == null ? names.get(i) : all + "," + names.get(i);
      }
    }
    return all;
  }
}
