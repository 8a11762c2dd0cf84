package io.inmesh.runtime.route;

import io.inmesh.runtime.match.Numbers;

/** Host and port of an authority. */
final class Authorities {
  private Authorities() {}

  /** Where the colon before the port is, or -1. */
  static int portStart(String authority) {
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']') ? colon : -1;
  }

  /** Without its port, if it has one that is a number, and {@code only} (0 for any) is it. */
  static String withoutPort(String authority, int only) {
    int colon = portStart(authority);
    Long port = colon < 0 ? null : Numbers.unsigned(authority.substring(colon + 1));
    boolean strip =
        port != null && port >= 0 && port <= 0xffff_ffffL && (only == 0 || port == only);
    return strip ? authority.substring(0, colon) : authority;
  }

  /** Without a dot at the end of its host. */
  static String withoutTrailingDot(String authority) {
    int dot = authority.lastIndexOf('.');
    boolean last = dot >= 0 && dot == authority.length() - 1;
    boolean beforePort = dot >= 0 && !last && authority.charAt(dot + 1) == ':';
    return last || beforePort
        ? authority.substring(0, dot) + authority.substring(dot + 1)
        : authority;
  }
}
