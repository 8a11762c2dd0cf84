package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Cidr;
import io.inmesh.config.Regex;
import io.inmesh.config.StringMatcher;

/** Wildcards and addresses of policies, as Istio has them. */
final class Patterns {
  private Patterns() {}

  /** Equal, or with a {@code *} at its end or its beginning; {@code *} is anything but nothing. */
  static StringMatcher text(String value, boolean ignoreCase) {
    if (value.equals("*")) {
      return new StringMatcher.Pattern(new Regex(".+"));
    }
    if (value.startsWith("*")) {
      return new StringMatcher.Suffix(value.substring(1), ignoreCase);
    }
    return value.endsWith("*")
        ? new StringMatcher.Prefix(value.substring(0, value.length() - 1), ignoreCase)
        : new StringMatcher.Exact(value, ignoreCase);
  }

  /** An address stands for itself. */
  static Cidr range(String value) {
    int slash = value.indexOf('/');
    String address = slash < 0 ? value : value.substring(0, slash);
    int all = address.indexOf(':') < 0 ? 32 : 128;
    return new Cidr(address, slash < 0 ? all : Integer.parseInt(value.substring(slash + 1)));
  }
}
