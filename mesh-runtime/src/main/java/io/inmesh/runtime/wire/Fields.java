package io.inmesh.runtime.wire;

/** Which fields belong to a connection and not to a message (RFC 9110, 7.6.1). */
public final class Fields {
  private Fields() {}

  /** Whether a field tells how the message is framed. */
  static boolean isFraming(String name) {
    return name.equals("content-length") || name.equals("transfer-encoding");
  }

  /** Whether a field is about the connection, or a pseudo-field's double. Never sent on. */
  public static boolean isHop(String name) {
    return switch (name) {
      case "connection", "keep-alive", "proxy-connection", "upgrade", "host" -> true;
      default -> false;
    };
  }

  /** Whether it may be a host with a port. */
  public static boolean isAuthority(CharSequence text) {
    return Tokens.isAuthority(text);
  }

  /** A name or value without what could end a message (RFC 9110, 5.5). */
  static String safe(String text) {
    if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0 || text.indexOf(0) >= 0) {
      return text.replace('\n', ' ').replace('\r', ' ').replace('\0', ' ');
    }
    return text;
  }
}
