package io.inmesh.xds.codec;

import io.inmesh.config.Locality;
import io.inmesh.config.Regex;
import org.jspecify.annotations.Nullable;

/**
 * Values that repeat, each kept once as far as a table of fixed size goes: a newer value takes the
 * place of an older one with the same slot. Not for use by several threads.
 */
final class Interned {
  private static final int SLOTS = 1 << 12;

  private final @Nullable String[] strings = new @Nullable String[SLOTS];
  private final @Nullable Locality[] localities = new @Nullable Locality[SLOTS >> 4];
  private final @Nullable Regex[] regexes = new @Nullable Regex[SLOTS >> 4];

  String string(String value) {
    return kept(strings, value);
  }

  Locality locality(Locality value) {
    return kept(localities, value);
  }

  /** A pattern that was found valid before, or null. */
  @Nullable Regex regex(String pattern) {
    Regex found = regexes[slot(pattern.hashCode(), regexes.length)];
    return found != null && found.pattern().equals(pattern) ? found : null;
  }

  Regex valid(Regex regex) {
    regexes[slot(regex.pattern().hashCode(), regexes.length)] = regex;
    return regex;
  }

  private static <T> T kept(@Nullable T[] table, T value) {
    int slot = slot(value.hashCode(), table.length);
    T found = table[slot];
    if (found != null && found.equals(value)) {
      return found;
    }
    table[slot] = value;
    return value;
  }

  private static int slot(int hash, int length) {
    return (hash ^ (hash >>> 16)) & (length - 1);
  }
}
