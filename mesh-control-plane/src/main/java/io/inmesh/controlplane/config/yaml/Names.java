package io.inmesh.controlplane.config.yaml;

import java.util.Collection;
import java.util.Locale;

/** Guesses which name was meant. */
public final class Names {
  private Names() {}

  /**
   * {@code "; did you mean x?"} for the name that is most like {@code written}, or nothing if none
   * is like it.
   */
  public static String didYouMean(String written, Collection<String> known) {
    String best = "";
    int least = Math.max(1, Math.min(3, written.length() / 3)) + 1;
    String plain = plain(written);
    for (String name : known) {
      int distance = plain.equals(plain(name)) ? 0 : distance(plain, plain(name));
      if (distance < least) {
        least = distance;
        best = name;
      }
    }
    return best.isEmpty() ? "" : "; did you mean " + best + "?";
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
