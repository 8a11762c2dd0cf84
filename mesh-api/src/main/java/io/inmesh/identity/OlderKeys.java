package io.inmesh.identity;

import java.util.List;

/**
 * Private keys in the forms of RFC 5915 (EC) and RFC 8017 (RSA), put into PKCS#8, which the JDK
 * reads.
 */
final class OlderKeys {
  private static final List<Integer> EC_PUBLIC_KEY = List.of(1, 2, 840, 10045, 2, 1);
  private static final List<Integer> RSA_ENCRYPTION = List.of(1, 2, 840, 113549, 1, 1, 1);
  private static final byte[] NULL = {5, 0};
  private static final int PARAMETERS = 0xa0;

  private OlderKeys() {}

  static byte[] rsa(byte[] key) {
    return Der.sequence(
        Der.integer(0), Der.sequence(Der.oid(RSA_ENCRYPTION), NULL), Der.octets(key));
  }

  static byte[] ec(byte[] key) {
    return Der.sequence(
        Der.integer(0), Der.sequence(Der.oid(EC_PUBLIC_KEY), curve(key)), Der.octets(key));
  }

  /** The curve's identifier, which stands in the key under context tag 0. */
  private static byte[] curve(byte[] key) {
    int at = content(key, 0);
    while (at < key.length) {
      int inside = content(key, at);
      int length = inside < key.length ? length(key, at) : 0;
      if ((key[at] & 0xff) == PARAMETERS) {
        byte[] curve = new byte[length];
        System.arraycopy(key, inside, curve, 0, length);
        return curve;
      }
      at = inside + length;
    }
    throw new IllegalArgumentException("an EC private key that does not name its curve");
  }

  private static int content(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = length << 8 | (der[at + 2 + i] & 0xff);
    }
    return length;
  }
}
