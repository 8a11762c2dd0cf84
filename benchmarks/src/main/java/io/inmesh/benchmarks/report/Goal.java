package io.inmesh.benchmarks.report;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A line of the acceptance table.
 *
 * @param measured what was seen, in words
 * @param verdict met, missed by how much, or not measured
 */
record Goal(String what, String goal, String measured, String verdict) {
  /** A value that must not be above a limit. */
  static Goal atMost(String what, double limit, String unit, OptionalDouble measured) {
    return of(what, "≤ " + number(limit) + unit, unit, measured, limit, true);
  }

  /** A value that must not be below a limit. */
  static Goal atLeast(String what, double limit, String unit, OptionalDouble measured) {
    return of(what, "≥ " + number(limit) + unit, unit, measured, limit, false);
  }

  private static Goal of(
      String what, String goal, String unit, OptionalDouble measured, double limit, boolean most) {
    if (measured.isEmpty()) {
      return new Goal(what, goal, "–", "not measured");
    }
    double value = measured.getAsDouble();
    boolean met = most ? value <= limit : value >= limit;
    double by = Math.abs(value / limit - 1) * 100;
    return new Goal(
        what,
        goal,
        number(value) + unit,
        met ? "met" : String.format(Locale.ROOT, "**missed** by %.0f %%", by));
  }

  static String number(double value) {
    double size = Math.abs(value);
    String pattern =
        size >= 100 || value == Math.rint(value) ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, pattern, value);
  }

  String row() {
    return "| " + what + " | " + goal + " | " + measured + " | " + verdict + " |\n";
  }
}
