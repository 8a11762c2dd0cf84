package io.inmesh.config;

/**
 * Where to connect, or what is bound.
 *
 * @param host an IP address in text, or a name where one is allowed; for a Unix socket its path
 * @param port 0 to 65535; -1 marks a Unix socket
 */
public record Address(String host, int port) {
  /** Whether it stands for all addresses of the machine, so that nobody else can connect to it. */
  public boolean isWildcard() {
    byte[] bytes = IpRange.bytes(host);
    if (bytes == null) {
      return false;
    }
    for (byte each : bytes) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return port < 0 ? host : host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
