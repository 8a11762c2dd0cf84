package io.inmesh.runtime.format;

import io.inmesh.config.Format.Command;
import io.inmesh.runtime.format.FormatText.Piece;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.function.Supplier;

/** The commands that print a time, in the words of {@code strftime}. */
final class FormatTimes {
  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);

  private FormatTimes() {}

  static Piece of(Command command, Supplier<Instant> clock) {
    ZoneId zone = command.name().endsWith("_LOCAL") ? ZoneId.systemDefault() : ZoneOffset.UTC;
    boolean start = command.name().startsWith("START");
    DateTimeFormatter form = command.argument().isEmpty() ? ISO : compile(command.argument());
    return call -> {
      Instant now = clock.get();
      Instant at = start ? now.minusNanos(call.nowNanos() - call.startNanos()) : now;
      return form.format(ZonedDateTime.ofInstant(at, zone));
    };
  }

  private static DateTimeFormatter compile(String pattern) {
    var builder = new DateTimeFormatterBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '%' && i + 1 < pattern.length()) {
        i += conversion(pattern, i + 1, builder);
      } else {
        builder.appendLiteral(c);
      }
    }
    return builder.toFormatter(Locale.ROOT);
  }

  /** Appends one conversion and answers how many chars it took. */
  private static int conversion(String pattern, int at, DateTimeFormatterBuilder builder) {
    char c = pattern.charAt(at);
    if (c >= '1' && c <= '9' && at + 1 < pattern.length() && pattern.charAt(at + 1) == 'f') {
      builder.appendFraction(ChronoField.NANO_OF_SECOND, c - '0', c - '0', false);
      return 2;
    }
    switch (c) {
      case 's':
        builder.appendValue(ChronoField.INSTANT_SECONDS);
        break;
      case 'f':
        builder.appendFraction(ChronoField.NANO_OF_SECOND, 9, 9, false);
        break;
      case 'Y':
        builder.appendPattern("yyyy");
        break;
      case 'm':
        builder.appendPattern("MM");
        break;
      case 'd':
        builder.appendPattern("dd");
        break;
      case 'H':
        builder.appendPattern("HH");
        break;
      case 'M':
        builder.appendPattern("mm");
        break;
      case 'S':
        builder.appendPattern("ss");
        break;
      case 'F':
        builder.appendPattern("yyyy-MM-dd");
        break;
      case 'T':
        builder.appendPattern("HH:mm:ss");
        break;
      case 'z':
        builder.appendPattern("xx");
        break;
      case 'Z':
        builder.appendPattern("zzz");
        break;
      case 'b':
        builder.appendPattern("MMM");
        break;
      case 'a':
        builder.appendPattern("EEE");
        break;
      default:
        builder.appendLiteral(c);
    }
    return 1;
  }
}
