package io.inmesh.runtime.filter.cel;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;

/** A part of a point in time, or of a span. */
final class TimePart {
  private final String name;
  private final ZoneId zone;

  /** In a zone, by its name or as an offset. */
  TimePart(String name, String zone) {
    this.name = name;
    this.zone = zone(zone);
  }

  private static ZoneId zone(String name) {
    try {
      boolean offset = !name.isEmpty() && Character.isDigit(name.charAt(0));
      return ZoneId.of(offset ? "+" + name : name);
    } catch (DateTimeException unknown) {
      throw new IllegalArgumentException("no time zone " + name, unknown);
    }
  }

  Object of(Object value) {
    if (value instanceof Duration span) {
      return of(span);
    }
    return value instanceof Instant time ? of(time.atZone(zone)) : Term.FAILED;
  }

  private Object of(Duration span) {
    return switch (name) {
      case "getHours" -> span.toHours();
      case "getMinutes" -> span.toMinutes();
      case "getSeconds" -> span.toSeconds();
      case "getMilliseconds" -> (long) span.toMillisPart();
      default -> Term.FAILED;
    };
  }

  private Object of(ZonedDateTime time) {
    int part =
        switch (name) {
          case "getFullYear" -> time.getYear();
          case "getMonth" -> time.getMonthValue() - 1;
          case "getDate" -> time.getDayOfMonth();
          case "getDayOfMonth" -> time.getDayOfMonth() - 1;
          case "getDayOfYear" -> time.getDayOfYear() - 1;
          case "getDayOfWeek" -> time.getDayOfWeek().getValue() % 7;
          case "getHours" -> time.getHour();
          case "getMinutes" -> time.getMinute();
          case "getSeconds" -> time.getSecond();
          default -> time.get(ChronoField.MILLI_OF_SECOND);
        };
    return (long) part;
  }
}
