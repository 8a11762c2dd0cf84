package io.inmesh.xds.codec;

import io.inmesh.config.Address;
import io.inmesh.proto.envoy.config.core.v3.SocketAddress;

/** Addresses. */
final class Addresses {
  private static final int PIPE = -1;

  private Addresses() {}

  /** An address whose host must be an IP address, unless names are allowed. */
  static Address address(
      Decoding in, io.inmesh.proto.envoy.config.core.v3.Address message, boolean names) {
    switch (message.getAddressCase()) {
      case SOCKET_ADDRESS:
        in.enter("socket_address", -1);
        Address address = socket(in, message.getSocketAddress(), names);
        in.leave();
        return address;
      case PIPE:
        return new Address(in.required("pipe.path", message.getPipe().getPath()), PIPE);
      case ENVOY_INTERNAL_ADDRESS:
        throw in.refuse("envoy_internal_address", "is not supported");
      default:
        throw in.refuse("no address is given");
    }
  }

  private static Address socket(Decoding in, SocketAddress message, boolean names) {
    String host = in.required("address", message.getAddress());
    if (!names && !isIp(host)) {
      throw in.refuse("address", host + " is not an IP address");
    }
    if (message.hasNamedPort()) {
      throw in.refuse("named_port", "is not supported");
    }
    if (!message.hasPortValue()) {
      throw in.refuse("no port is given");
    }
    return new Address(host, in.number("port_value", message.getPortValue(), 0, 65535));
  }

  static io.inmesh.proto.envoy.config.core.v3.Address address(Address address) {
    var message = io.inmesh.proto.envoy.config.core.v3.Address.newBuilder();
    if (address.port() == PIPE) {
      message.getPipeBuilder().setPath(address.host());
    } else {
      message.setSocketAddress(
          SocketAddress.newBuilder().setAddress(address.host()).setPortValue(address.port()));
    }
    return message.build();
  }

  /** Whether a text is an IPv4 address in four decimal parts, or an IPv6 address. */
  static boolean isIp(String text) {
    return text.indexOf(':') >= 0 ? isV6(text) : isV4(text);
  }

  private static boolean isV4(String text) {
    int parts = 0;
    int from = 0;
    while (from <= text.length()) {
      int dot = text.indexOf('.', from);
      int end = dot < 0 ? text.length() : dot;
      if (!isByte(text, from, end)) {
        return false;
      }
      parts++;
      from = end + 1;
    }
    return parts == 4;
  }

  private static boolean isByte(String text, int from, int end) {
    if (end - from < 1 || end - from > 3 || (end - from > 1 && text.charAt(from) == '0')) {
      return false;
    }
    int value = 0;
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
      value = value * 10 + c - '0';
    }
    return value <= 255;
  }

  private static boolean isV6(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return false;
    }
    if (gap < 0) {
      return groups(text, true) == 8;
    }
    int before = groups(text.substring(0, gap), false);
    int after = groups(text.substring(gap + 2), true);
    return before >= 0 && after >= 0 && before + after < 8;
  }

  /** How many 16-bit groups; -1 if it is not a list of groups. Only the last may be IPv4. */
  private static int groups(String text, boolean last) {
    if (text.isEmpty()) {
      return 0;
    }
    String[] parts = text.split(":", -1);
    int count = 0;
    for (int i = 0; i < parts.length; i++) {
      if (last && i == parts.length - 1 && parts[i].indexOf('.') > 0 && isV4(parts[i])) {
        count += 2;
      } else if (parts[i].matches("[0-9a-fA-F]{1,4}")) {
        count++;
      } else {
        return -1;
      }
    }
    return count;
  }
}
