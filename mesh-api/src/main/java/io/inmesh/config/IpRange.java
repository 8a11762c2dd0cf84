package io.inmesh.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link Cidr} made ready for comparing; and IP addresses as bytes, without any look-up. */
public final class IpRange {
  private final byte[] address;
  private final int length;

  /**
   * Reads a range.
   *
   * @throws IllegalArgumentException if its address is none; a length that is too large means all
   *     bits
   */
  public IpRange(Cidr cidr) {
    byte[] bytes = bytes(cidr.address());
    if (bytes == null) {
      throw new IllegalArgumentException("not an IP address: \"" + cidr.address() + "\"");
    }
    this.address = bytes;
    this.length = Math.min(cidr.length(), bytes.length * 8);
  }

  /** Whether an IP address in text lies within; false for other text and the other family. */
  public boolean contains(String ip) {
    byte[] bytes = bytes(ip);
    return bytes != null && contains(bytes);
  }

  /** Whether an IP address lies within. */
  public boolean contains(byte[] bytes) {
    if (bytes.length != address.length) {
      return false;
    }
    for (int bit = 0; bit < length; bit += 8) {
      int mask = length - bit >= 8 ? 0xff : (0xff << (8 - (length - bit))) & 0xff;
      if (((bytes[bit / 8] ^ address[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /** The bytes of an IP address in text, without brackets and zone; null if it is none. */
  public static byte @Nullable [] bytes(String ip) {
    return ip.indexOf(':') >= 0 ? six(ip) : four(ip, 0, ip.length());
  }

  private static byte @Nullable [] four(String ip, int from, int to) {
    byte[] bytes = new byte[4];
    int at = from;
    for (int i = 0; i < 4; i++) {
      int digits = 0;
      int value = 0;
      while (at < to && digits < 4 && ip.charAt(at) >= '0' && ip.charAt(at) <= '9') {
        value = value * 10 + ip.charAt(at++) - '0';
        digits++;
      }
      boolean leadingZero = digits > 1 && ip.charAt(at - digits) == '0';
      boolean separated = i == 3 ? at == to : at < to && ip.charAt(at++) == '.';
      if (digits == 0 || digits > 3 || value > 255 || leadingZero || !separated) {
        return null;
      }
      bytes[i] = (byte) value;
    }
    return bytes;
  }

  private static byte @Nullable [] six(String ip) {
    int gap = ip.indexOf("::");
    List<Integer> head = gap < 0 ? groups(ip) : groups(ip.substring(0, gap));
    List<Integer> tail = gap < 0 ? List.of() : groups(ip.substring(gap + 2));
    if (head == null || tail == null) {
      return null;
    }
    int known = head.size() + tail.size();
    if (gap < 0 ? known != 8 : known > 7) {
      return null;
    }
    byte[] bytes = new byte[16];
    for (int i = 0; i < head.size(); i++) {
      put(bytes, i, head.get(i));
    }
    for (int i = 0; i < tail.size(); i++) {
      put(bytes, 8 - tail.size() + i, tail.get(i));
    }
    return bytes;
  }

  private static void put(byte[] bytes, int group, int value) {
    bytes[group * 2] = (byte) (value >> 8);
    bytes[group * 2 + 1] = (byte) value;
  }

  /** The 16-bit groups of a part of an IPv6 address; null if it is malformed. */
  private static @Nullable List<Integer> groups(String part) {
    var groups = new ArrayList<Integer>();
    if (part.isEmpty()) {
      return groups;
    }
    String[] texts = part.split(":", -1);
    for (int i = 0; i < texts.length; i++) {
      String text = texts[i];
      if (i == texts.length - 1 && text.indexOf('.') >= 0) {
        byte[] four = four(text, 0, text.length());
        if (four == null) {
          return null;
        }
        groups.add(((four[0] & 0xff) << 8) | (four[1] & 0xff));
        groups.add(((four[2] & 0xff) << 8) | (four[3] & 0xff));
      } else if (isGroup(text)) {
        groups.add(Integer.parseInt(text, 16));
      } else {
        return null;
      }
    }
    return groups;
  }

  private static boolean isGroup(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 0x7f || Character.digit(c, 16) < 0) {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= 4;
  }
}
