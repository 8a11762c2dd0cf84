package io.inmesh.identity;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes DER (X.690), as far as a certificate request and the wrapping of older private keys need
 * it. The JDK has no public writer, and a library for a dozen structures of fixed form would be the
 * largest jar of the data plane.
 */
public final class Der {
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OCTET_STRING = 0x04;
  private static final int OBJECT_IDENTIFIER = 0x06;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;

  private Der() {}

  /** One element of any tag. */
  public static byte[] element(int tag, byte[]... contents) {
    int length = 0;
    for (byte[] content : contents) {
      length += content.length;
    }
    var out = new ByteArrayOutputStream(length + 6);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      int bytes = (32 - Integer.numberOfLeadingZeros(length) + 7) / 8;
      out.write(0x80 | bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        out.write(length >>> (8 * i));
      }
    }
    for (byte[] content : contents) {
      out.writeBytes(content);
    }
    return out.toByteArray();
  }

  public static byte[] sequence(byte[]... contents) {
    return element(SEQUENCE, contents);
  }

  public static byte[] set(byte[]... contents) {
    return element(SET, contents);
  }

  /** A small, not negative integer. */
  public static byte[] integer(int value) {
    if (value < 0 || value > 0x7f) {
      throw new IllegalArgumentException("not a small integer: " + value);
    }
    return element(INTEGER, new byte[] {(byte) value});
  }

  public static byte[] octets(byte[] bytes) {
    return element(OCTET_STRING, bytes);
  }

  /** Whole bytes as a bit string. */
  public static byte[] bits(byte[] bytes) {
    return element(BIT_STRING, new byte[] {0}, bytes);
  }

  /** An object identifier by its arcs. */
  public static byte[] oid(List<Integer> arcs) {
    var out = new ByteArrayOutputStream();
    out.write(arcs.get(0) * 40 + arcs.get(1));
    for (int arc : arcs.subList(2, arcs.size())) {
      for (int shift = 28; shift > 0; shift -= 7) {
        if (arc >>> shift != 0) {
          out.write(0x80 | ((arc >>> shift) & 0x7f));
        }
      }
      out.write(arc & 0x7f);
    }
    return element(OBJECT_IDENTIFIER, out.toByteArray());
  }

  /** ASCII text under a context tag, as general names have it. */
  public static byte[] ascii(int tag, String text) {
    return element(tag, text.getBytes(StandardCharsets.US_ASCII));
  }
}
