package io.inmesh.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Plots as SVG text: bars that lie, and lines over time. */
final class Chart {
  private static final int WIDTH = 820;
  private static final int LEFT = 300;
  private static final int ROW = 24;
  private static final int TOP = 44;
  private static final int HEIGHT = 320;
  private static final int MARGIN = 60;
  private static final List<String> COLOURS = List.of("#0b6e99", "#8a8f98", "#c2571a", "#4d8b31");

  private final String title;
  private final StringBuilder body = new StringBuilder();

  private Chart(String title) {
    this.title = title;
  }

  /**
   * A bar.
   *
   * @param text what stands behind it
   * @param colour 0 for the product, 1 for floors, 2 for peers, 3 for the rest
   */
  record Bar(String label, double value, String text, int colour) {}

  /** Values at x = 1, 2, 3, … */
  record Line(String label, List<Double> values, int colour) {
    Line {
      values = List.copyOf(values);
    }
  }

  static String bars(String title, List<Bar> bars) {
    var chart = new Chart(title);
    double most = bars.stream().mapToDouble(Bar::value).max().orElse(1);
    for (int i = 0; i < bars.size(); i++) {
      chart.bar(bars.get(i), TOP + i * ROW, most);
    }
    return chart.svg(TOP + bars.size() * ROW + 12);
  }

  private void bar(Bar bar, int y, double most) {
    double width = Math.max(1, bar.value() / most * (WIDTH - LEFT - 110));
    text(LEFT - 8, y + 15, "end", bar.label());
    body.append(
        format(
            "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\" fill=\"%s\"/>%n",
            LEFT, y + 3, width, COLOURS.get(bar.colour())));
    text(LEFT + width + 6, y + 15, "start", bar.text());
  }

  static String lines(String title, String unit, List<Line> lines) {
    var chart = new Chart(title);
    double most =
        lines.stream()
            .flatMap(line -> line.values().stream())
            .mapToDouble(it -> it)
            .max()
            .orElse(1);
    int steps = lines.stream().mapToInt(line -> line.values().size()).max().orElse(1);
    for (int i = 0; i <= 4; i++) {
      double y = HEIGHT - MARGIN - i * (HEIGHT - MARGIN - TOP) / 4.0;
      chart.body.append(
          format("<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>%n", MARGIN, y, WIDTH - MARGIN));
      chart.text(MARGIN - 6, y + 4, "end", format("%.0f", most * i / 4));
    }
    for (int step = 1; step <= steps; step++) {
      chart.text(x(step, steps), HEIGHT - MARGIN + 16, "middle", String.valueOf(step));
    }
    for (int i = 0; i < lines.size(); i++) {
      chart.line(lines.get(i), i, most, steps);
    }
    chart.text(MARGIN, HEIGHT - 8, "start", unit);
    return chart.svg(HEIGHT);
  }

  private static double x(int step, int steps) {
    return MARGIN + (step - 1.0) / Math.max(1, steps - 1) * (WIDTH - 2 * MARGIN);
  }

  private void line(Line line, int number, double most, int steps) {
    var points = new ArrayList<String>();
    for (int i = 0; i < line.values().size(); i++) {
      double y = HEIGHT - MARGIN - line.values().get(i) / most * (HEIGHT - MARGIN - TOP);
      points.add(format("%.1f,%.1f", x(i + 1, steps), y));
    }
    String colour = COLOURS.get(line.colour());
    body.append(
        format(
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
            String.join(" ", points), colour));
    int at = WIDTH - MARGIN - 160;
    body.append(
        format(
            "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>%n",
            at, TOP + number * 18, colour));
    text(at + 18, TOP + number * 18 + 11, "start", line.label());
  }

  private void text(double x, double y, String anchor, String text) {
    body.append(
        format(
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x, y, anchor, escaped(text)));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  private String svg(int height) {
    return format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"13\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n"
                + "<text x=\"12\" y=\"24\" font-size=\"16\">%s</text>%n",
            WIDTH, height, WIDTH, escaped(title))
        + body
        + "</svg>\n";
  }
}
