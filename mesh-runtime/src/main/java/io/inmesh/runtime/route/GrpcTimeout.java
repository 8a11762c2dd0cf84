package io.inmesh.runtime.route;

import io.inmesh.call.Headers;
import java.util.concurrent.TimeUnit;

/** The header {@code grpc-timeout}. Source: the gRPC protocol over HTTP/2. */
final class GrpcTimeout {
  private static final String NAME = "grpc-timeout";
  private static final int MOST_DIGITS = 8;
  private static final long LARGEST = 99_999_999;

  private GrpcTimeout() {}

  /** Milliseconds, rounded up; -1 if there is no such header or it cannot be read. */
  static long millis(Headers headers) {
    String text = headers.get(NAME);
    if (text == null) {
      return -1;
    }
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    if (digits == 0 || digits > MOST_DIGITS || digits + 1 != text.length()) {
      return -1;
    }
    long number = Long.parseLong(text, 0, digits, 10);
    switch (text.charAt(digits)) {
      case 'H':
        return TimeUnit.HOURS.toMillis(number);
      case 'M':
        return TimeUnit.MINUTES.toMillis(number);
      case 'S':
        return TimeUnit.SECONDS.toMillis(number);
      case 'm':
        return number;
      case 'u':
        return (number + 999) / 1000;
      case 'n':
        return (number + 999_999) / 1_000_000;
      default:
        return -1;
    }
  }

  static void remove(Headers headers) {
    headers.remove(NAME);
  }

  /** Writes milliseconds in the smallest unit that fits. */
  static void write(Headers headers, long millis) {
    long number = millis;
    char unit = 'm';
    if (number > LARGEST) {
      number /= 1000;
      unit = 'S';
    }
    if (number > LARGEST) {
      number /= 60;
      unit = 'M';
    }
    if (number > LARGEST) {
      number /= 60;
      unit = 'H';
    }
    headers.set(NAME, Long.toString(number) + unit);
  }
}
