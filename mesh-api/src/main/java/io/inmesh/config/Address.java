package io.inmesh.config;

/**
 * Where to connect, or what is bound.
 *
 * @param host an IP address in text, or a name where one is allowed; for a Unix socket its path
 * @param port 0 to 65535; -1 marks a Unix socket
 */
public record Address(String host, int port) {
  @Override
  public String toString() {
    return port < 0 ? host : host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
