package io.inmesh.runtime.format;

import io.inmesh.config.Node;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What formats may print of the process. Compared by identity.
 *
 * @param environment a variable of the environment; "" if it is not set
 * @param clock wall-clock time, for formats that print a time
 * @param localAddress this host's address, as Envoy would report it to others
 */
public record ProcessFacts(
    Node node,
    String hostname,
    UnaryOperator<String> environment,
    Supplier<Instant> clock,
    String localAddress) {

  /**
   * The first IPv4 address of this host that is not a loopback one, which Envoy takes for its own.
   */
  public static String ownAddress() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
          .map(InetAddress::getHostAddress)
          .findFirst()
          .orElse(LOOPBACK);
    } catch (SocketException unknown) {
      return LOOPBACK;
    }
  }

  private static final String LOOPBACK = "127.0.0.1";
}
